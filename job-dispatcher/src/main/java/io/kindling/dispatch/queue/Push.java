package io.kindling.dispatch.queue;

/**
 * A command that is to be pushed, or was.
 *
 * @param tenant whose it is
 * @param id where its record will stand
 * @param key idempotency key
 * @param payload JSON, with id and key in it
 */
public record Push(String tenant, String id, String key, String payload) {
  public Push {
    Names.checkWord("tenant", tenant);
    Names.checkId("an id", id);
    Names.checkId("an idempotency key", key);
  }

  /** Without the payload, which is not for logs. */
  @Override
  public String toString() {
    return "command '" + id + "' of tenant '" + tenant + "'";
  }
}
