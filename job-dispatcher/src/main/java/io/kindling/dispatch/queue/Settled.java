package io.kindling.dispatch.queue;

/** What became of a change that a driver made to a command. */
public enum Settled {
  /** It stands, now or since an earlier call with the same token. */
  DONE,
  /** It was ignored: the command has ended otherwise, or another driver holds it. */
  STALE
}
