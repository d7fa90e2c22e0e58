package io.kindling.dispatch.queue;

import io.kindling.core.KindlingException;
import io.kindling.core.Redis;
import io.kindling.core.RedisPipeline;
import io.kindling.dispatch.queue.Json.BadJsonException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Response;

/**
 * A queue as its clients see it: push, read, cancel, revive. {@code SubmitClient} adds futures and
 * pushes again what Redis has lost; the preview API and the page stand on this class, too.
 *
 * <p>One round trip a call. Safe for concurrent use. The connection stays its owner's.
 */
public final class QueueClient {
  /** How long an idempotency key lives before a driver has seen its command. */
  private static final Duration KEY_UNTIL_ADMITTED = Duration.ofDays(1);

  /** How long the record of a cancelled command lives. */
  private static final Duration CANCELLED_TTL = Duration.ofHours(1);

  private final Redis redis;
  private final QueueScripts scripts;
  private final PayloadReader reader =
      new PayloadReader(List.of(), 1 << 20, PayloadReader.LONGEST_TIMEOUT);

  /**
   * A client.
   *
   * @throws IllegalArgumentException if the name may not be a queue's
   */
  public QueueClient(Redis redis, String queue) {
    this.redis = redis;
    scripts = new QueueScripts(redis, new QueueKeys(queue));
  }

  /**
   * A push with its payload.
   *
   * @param fields command and parameters; id and key are added
   * @throws IllegalArgumentException if a driver would refuse it before it looks at the command
   */
  public Push push(
      String tenant, String id, String key, Map<String, ? extends @Nullable Object> fields) {
    var all = new LinkedHashMap<String, @Nullable Object>();
    all.put("id", id);
    all.put("key", key);
    all.putAll(fields);
    var push = new Push(tenant, id, key, Json.write(all));
    checked(push);
    return push;
  }

  private Arrival checked(Push push) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(push.payload())) { // Else it became '?'.
      throw new IllegalArgumentException(
          "Cannot accept the payload: it has half of a surrogate pair, which is no character");
    }
    byte[] payload = utf8(push.payload());
    Arrival arrival = reader.read(payload, payload.length);
    if (arrival.kind() == 'X') {
      throw new IllegalArgumentException(arrival.command());
    }
    return arrival;
  }

  /**
   * Pushes a command, once however often it is called: nothing happens if it waits in its list, or
   * has a record. So it may be repeated after a lost connection.
   *
   * @param maxDepth commands of the tenant that may wait
   * @param maxQueueDepth commands of all tenants that may wait, as a driver counted them last
   * @return its id; or that of the command of the same content for which the key stands already
   * @throws QueueFullException if so many wait already
   * @throws IdempotencyConflictException if the key stands for a command of other content
   */
  public String submit(Push push, int maxDepth, int maxQueueDepth) {
    Reply reply =
        scripts.submit(
            push.tenant(),
            push.id(),
            push.key(),
            checked(push).digest(),
            utf8(push.payload()),
            KEY_UNTIL_ADMITTED.toMillis(),
            maxDepth,
            maxQueueDepth);
    return switch (reply.outcome()) {
      case "OK", "WAITS", "STATE" -> push.id();
      case "KEY" -> reply.text(0);
      case "CONFLICT" ->
          throw new IdempotencyConflictException(
              String.format(
                  "Cannot submit %s: its key '%s' stands for command '%s' with other content",
                  push, push.key(), reply.text(0)),
              reply.text(0));
      case "FULL" -> throw full(push, reply, "of the tenant");
      case "BUSY" -> throw full(push, reply, "of all tenants");
      case "FORMAT" -> throw scripts.otherFormat(reply);
      default -> throw new KindlingException("Cannot submit " + push + ": " + reply.outcome());
    };
  }

  private QueueFullException full(Push push, Reply reply, String whose) {
    return new QueueFullException(
        String.format(
            "Cannot submit %s to queue '%s': %s commands %s wait, allowed are %s",
            push, scripts.keys().queue(), reply.text(0), whose, reply.text(1)));
  }

  /** What is known of a command; empty if no driver has admitted it, or it has expired. */
  public Optional<CommandRecord> read(String id) {
    return CommandRecord.of(id, redis.jedis().hgetAll(record(id)));
  }

  /** What is known of commands, in one round trip; those that have no record are left out. */
  public Map<String, CommandRecord> readAll(Collection<String> ids) {
    var responses = new LinkedHashMap<String, Response<Map<String, String>>>();
    try (RedisPipeline pipeline = redis.pipeline()) {
      ids.forEach(id -> responses.put(id, pipeline.hgetAll(record(id))));
    }
    var records = new LinkedHashMap<String, CommandRecord>();
    responses.forEach(
        (id, response) ->
            CommandRecord.of(id, response.get()).ifPresent(record -> records.put(id, record)));
    return records;
  }

  /** Whether an idempotency key stands for a command, which may wait without a record. */
  public boolean isKey(String tenant, String key) {
    return redis
        .jedis()
        .exists(
            scripts
                .keys()
                .idempotency(
                    Names.checkWord("tenant", tenant), Names.checkId("an idempotency key", key)));
  }

  /** The states of commands, in one round trip; those that have no record are left out. */
  public Map<String, CommandState> states(Collection<String> ids) {
    var responses = new LinkedHashMap<String, Response<String>>();
    try (RedisPipeline pipeline = redis.pipeline()) {
      ids.forEach(id -> responses.put(id, pipeline.hget(record(id), "state")));
    }
    var states = new LinkedHashMap<String, CommandState>();
    responses.forEach(
        (id, response) -> {
          if (response.get() != null) {
            states.put(id, CommandState.valueOf(response.get()));
          }
        });
    return states;
  }

  /** How far the driver says that a command is: JSON; empty if it has said nothing. */
  public Optional<String> progress(String id) {
    return Optional.ofNullable(redis.jedis().hget(record(id), "progress"));
  }

  /** What a cancellation met. */
  public enum Cancelled {
    /** The command was waiting or running, and is CANCELLED now. */
    DONE,
    /** It had ended before; a dead command is not cancelled either. */
    ENDED,
    /** The tenant has no such command. */
    UNKNOWN
  }

  /**
   * Cancels a command that a driver has admitted. The driver that runs it is told within a second.
   */
  public Cancelled cancel(String tenant, String id) {
    return cancel(tenant, id, new byte[0]);
  }

  /** Cancels a command, also if it still lies in its ingress list. */
  public Cancelled cancel(Push push) {
    return cancel(push.tenant(), push.id(), utf8(push.payload()));
  }

  private Cancelled cancel(String tenant, String id, byte[] payload) {
    Reply reply =
        scripts.cancel(
            Names.checkWord("tenant", tenant),
            Names.checkId("an id", id),
            payload,
            CANCELLED_TTL.toMillis());
    return reply.is("OK") ? Cancelled.DONE : Cancelled.valueOf(reply.outcome());
  }

  /**
   * Makes a dead command ready again, with new recoveries and attempts; returns whether it was
   * dead.
   *
   * @param timeout until its new deadline
   */
  public boolean revive(String tenant, String id, Duration timeout) {
    if (timeout.toMillis() < 1 || timeout.compareTo(PayloadReader.LONGEST_TIMEOUT) > 0) {
      throw new IllegalArgumentException(
          "Cannot revive command '"
              + Names.shown(id)
              + "' for "
              + timeout
              + ": allowed is 1 ms to "
              + PayloadReader.LONGEST_TIMEOUT);
    }
    return scripts
        .revive(
            Names.checkWord("tenant", tenant),
            Names.checkId("an id", id),
            timeout.toMillis(),
            CANCELLED_TTL.toMillis())
        .is("OK");
  }

  /** The newest dead commands, at most so many, newest first. */
  public List<CommandRecord> dead(int most) {
    return newest(scripts.keys().dead(), most);
  }

  /** The newest refused payloads, at most so many, newest first. */
  public List<CommandRecord> refused(int most) {
    return newest(scripts.keys().refused(), most);
  }

  private List<CommandRecord> newest(String key, int most) {
    List<String> entries = redis.jedis().zrevrange(key, 0, most - 1L);
    return List.copyOf(
        readAll(entries.stream().map(entry -> entry.substring(entry.indexOf('/') + 1)).toList())
            .values());
  }

  /** The channel on which ids are published that have just ended. */
  public String doneChannel() {
    return scripts.keys().done();
  }

  /**
   * A JSON object as maps, lists, strings, {@link Number}s, booleans and null.
   *
   * @throws IllegalArgumentException if the text is not one, is nested deeper than 32 levels or has
   *     more than 50,000 values
   */
  public static Map<String, @Nullable Object> parse(String json) {
    try {
      return Json.object(utf8(json));
    } catch (BadJsonException e) {
      throw new IllegalArgumentException("Cannot read the text: " + e.getMessage());
    }
  }

  private String record(String id) {
    return scripts.keys().record(Names.checkId("an id", id));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
