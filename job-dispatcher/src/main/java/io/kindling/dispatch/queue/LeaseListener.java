package io.kindling.dispatch.queue;

import org.jspecify.annotations.Nullable;

/** Is told when a command must no longer be worked on. */
@FunctionalInterface
public interface LeaseListener {
  /**
   * This driver no longer holds the lease: the command was cancelled, has expired, or was given to
   * another driver. What is finished under it from now on is ignored. Called once a lease, by the
   * thread that renews leases: it must return at once.
   *
   * @param state that the command is in now; null if there is no record of it any more
   */
  void lost(Lease lease, @Nullable CommandState state);
}
