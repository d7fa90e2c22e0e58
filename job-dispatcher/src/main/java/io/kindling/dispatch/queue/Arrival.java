package io.kindling.dispatch.queue;

/**
 * A payload as the driver has read it.
 *
 * @param kind C: it has an id; M: one was made for it; X: refused
 * @param id where its record goes
 * @param spareId where a refusal goes if there is a record of that id already
 * @param command which one; of a refused payload the message
 * @param key idempotency key, empty if it has none
 * @param digest of the content, empty if refused
 * @param timeoutMillis to its deadline
 */
record Arrival(
    char kind,
    String id,
    String spareId,
    String command,
    String key,
    String digest,
    long timeoutMillis) {}
