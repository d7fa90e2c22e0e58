package io.kindling.dispatch.queue;

import java.time.Instant;

/**
 * A command that this driver has taken. It is renewed until it is finished, failed, put back or
 * lost.
 *
 * @param id of the command
 * @param tenant whose it is, by the list that it was pushed to
 * @param token fencing token: larger than any that was given out before
 * @param command which one
 * @param payload JSON as it was pushed; it has been read and found to be an object within bounds
 * @param submitted when it was admitted, by Redis's clock
 * @param deadline when it expires, by Redis's clock
 * @param recoveries how often its lease expired before
 * @param attempts how often it was put back to be tried later
 */
public record Lease(
    String id,
    String tenant,
    long token,
    String command,
    String payload,
    Instant submitted,
    Instant deadline,
    int recoveries,
    int attempts) {

  /** As it stands in sorted sets. */
  String entry() {
    return tenant + "/" + id;
  }

  /** Without the payload, which is not for logs. */
  @Override
  public String toString() {
    return "command '" + id + "' (" + command + ") of tenant '" + tenant + "', token " + token;
  }
}
