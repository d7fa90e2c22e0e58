package io.kindling.dispatch;

import io.kindling.core.KindlingException;
import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisUnavailableException;
import io.kindling.dispatch.queue.CommandRecord;
import io.kindling.dispatch.queue.CommandState;
import io.kindling.dispatch.queue.IdempotencyConflictException;
import io.kindling.dispatch.queue.Patience;
import io.kindling.dispatch.queue.Push;
import io.kindling.dispatch.queue.QueueClient;
import io.kindling.dispatch.queue.QueueFullException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Submits commands of one tenant to a queue and hands out futures of their results. Needs no Spark.
 *
 * <pre>{@code
 * try (SubmitClient client = SubmitClient.connect("redis://localhost:6379", "reports", "web")) {
 *   Submission count = client.submit(CommandRequest.of("count").with("where", "age > 30"));
 *   System.out.println(count.await(Duration.ofSeconds(30)));
 * }
 * }</pre>
 *
 * <p>Delivery: a command is pushed until a driver has made a record of it, under one idempotency
 * key, so that it is executed for one push only, however many there were. What Redis loses, by a
 * failover or a crash, is pushed again as long as this client lives and the command has not ended.
 * A result that Redis loses is computed again.
 *
 * <p>Back-pressure: a submission fails, or waits, when too many commands wait already.
 *
 * <p>Safe for concurrent use.
 */
public final class SubmitClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SubmitClient.class);

  private static final long TICK_MILLIS = 5;
  private static final long IDLE_MILLIS = 200;

  /** Between looks at a command while the end of commands is heard of, and while it is not. */
  private static final long LONGEST_LOOK_NANOS = Duration.ofSeconds(2).toNanos();

  private static final long LONGEST_DEAF_LOOK_NANOS = Duration.ofMillis(200).toNanos();
  private static final int LARGEST_LOOK = 1_000;

  private final Redis redis;
  private final QueueClient queue;
  private final Builder options;
  private final Map<String, Submission> pending = new ConcurrentHashMap<>();
  private final BlockingQueue<String> ended = new LinkedBlockingQueue<>();
  private final Patience patience = new Patience();
  private final DoneListener listener;
  private final Thread thread;

  private SubmitClient(Builder options) {
    this.options = options;
    redis = Redis.connect(options.config);
    try {
      queue = new QueueClient(redis, options.queue);
      listener =
          new DoneListener(
              redis,
              queue.doneChannel(),
              id -> {
                if (pending.containsKey(id)) {
                  ended.add(id);
                }
              });
    } catch (KindlingException | IllegalArgumentException e) {
      redis.close();
      throw e;
    }
    thread = new Thread(this::watch, "kindling-submit-" + options.queue);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Connects, with the defaults of the builder.
   *
   * @param uri of Redis, {@code host} or {@code host:port}
   * @throws RedisUnavailableException if Redis cannot be reached
   */
  public static SubmitClient connect(String uri, String queue, String tenant) {
    return builder(RedisConfig.parse(uri), queue, tenant).build();
  }

  /**
   * A client to be configured.
   *
   * @param queue its name
   * @param tenant as whom to submit
   */
  public static Builder builder(RedisConfig config, String queue, String tenant) {
    return new Builder(config, queue, tenant);
  }

  /** Configures a client. Not safe for concurrent use. */
  public static final class Builder {
    private final RedisConfig config;
    private final String queue;
    private final String tenant;
    private int maxDepth = 10_000;
    private int maxQueueDepth = 100_000;
    private Duration patience = Duration.ofSeconds(30);

    private Builder(RedisConfig config, String queue, String tenant) {
      this.config = config;
      this.queue = queue;
      this.tenant = tenant;
    }

    /** How many commands of the tenant may wait; 10,000. */
    public Builder maxDepth(int newMaxDepth) {
      maxDepth = positive(newMaxDepth);
      return this;
    }

    /** How many of all tenants may wait, as a driver last counted them; 100,000. */
    public Builder maxQueueDepth(int newMaxQueueDepth) {
      maxQueueDepth = positive(newMaxQueueDepth);
      return this;
    }

    /** How long to repeat a submission while Redis is unreachable; 30 s. */
    public Builder patience(Duration newPatience) {
      patience = newPatience;
      return this;
    }

    private static int positive(int depth) {
      if (depth < 1) {
        throw new IllegalArgumentException(
            "Cannot submit with a depth of " + depth + ": allowed is 1 and above");
      }
      return depth;
    }

    /**
     * Connects.
     *
     * @throws RedisUnavailableException if Redis cannot be reached
     * @throws IllegalArgumentException if the queue's name is none
     */
    public SubmitClient build() {
      return new SubmitClient(this);
    }
  }

  /**
   * Submits a command.
   *
   * @return the submission; the same one again if this client waits for that command already
   * @throws QueueFullException if too many wait
   * @throws IdempotencyConflictException if its key stands for a command of other content
   * @throws IllegalArgumentException if a driver would refuse it before it looks at the command
   * @throws RedisUnavailableException if Redis cannot be reached; whether the command was pushed is
   *     not known then, and submitting it again under the same key is safe
   */
  public Submission submit(CommandRequest request) {
    String id = UUID.randomUUID().toString();
    String key = request.key();
    Push push = queue.push(options.tenant, id, key == null ? id : key, request.fields());
    var submission = new Submission(queue, push);
    pending.put(id, submission); // Before the push: it may end before we return.
    if (patience.isClosed()) {
      pending.remove(id);
      throw new IllegalStateException("Cannot submit to " + redis + ": the client is closed");
    }
    try {
      String followed = patience.repeat(options.patience, () -> send(push));
      return followed.equals(id) ? submission : follow(submission, followed);
    } catch (KindlingException e) {
      pending.remove(id);
      throw e;
    }
  }

  /**
   * Submits a command, and waits for room if too many wait.
   *
   * @param longest how long to wait
   * @throws QueueFullException if there was no room until then
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  public Submission submit(CommandRequest request, Duration longest) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + longest.toNanos();
    for (long step = 20; ; step = Math.min(2 * step, 500)) {
      try {
        return submit(request);
      } catch (QueueFullException e) {
        long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
        if (leftMillis <= 0) {
          throw e;
        }
        long millis = ThreadLocalRandom.current().nextLong(step / 2, step + 1);
        TimeUnit.MILLISECONDS.sleep(Math.min(millis, leftMillis));
      }
    }
  }

  private String send(Push push) {
    return queue.submit(push, options.maxDepth, options.maxQueueDepth);
  }

  /** Its key stood for another command: that one's end is its own. */
  private Submission follow(Submission submission, String id) {
    pending.remove(submission.id(), submission);
    submission.follow(id);
    Submission first = pending.putIfAbsent(id, submission);
    return first == null ? submission : first;
  }

  /** What is known of a command of this queue; empty if no driver has admitted it. */
  public Optional<CommandRecord> find(String id) {
    return queue.read(id);
  }

  private void watch() {
    int failures = 0;
    long nextPing = System.nanoTime();
    while (!patience.isClosed()) {
      try {
        List<String> ids = awaitEnded();
        look(ids);
        failures = 0;
        if (System.nanoTime() - nextPing >= 0) {
          nextPing = System.nanoTime() + DoneListener.PING_INTERVAL.toNanos();
          listener.ping();
        }
      } catch (RuntimeException e) {
        if (failures++ == 0) {
          LOG.warn("Cannot look after {} commands, trying on", pending.size(), e);
        }
        patience.pause(failures, Long.MAX_VALUE);
      }
    }
  }

  /** Ids that were heard of, or whose time for a look has come. */
  private List<String> awaitEnded() {
    var ids = new ArrayList<String>();
    try {
      long wait = pending.isEmpty() ? IDLE_MILLIS : TICK_MILLIS;
      String first = ended.poll(wait, TimeUnit.MILLISECONDS);
      if (first != null) {
        ids.add(first);
        ended.drainTo(ids, LARGEST_LOOK);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      patience.close();
    }
    long now = System.nanoTime();
    for (Submission submission : pending.values()) {
      if (ids.size() >= LARGEST_LOOK) {
        break;
      }
      if (submission.isDue(now)) {
        ids.add(submission.id());
      }
    }
    return ids;
  }

  private void look(List<String> ids) {
    if (ids.isEmpty()) {
      return;
    }
    Map<String, CommandState> states = queue.states(ids);
    long now = System.nanoTime();
    long longest = listener.isListening() ? LONGEST_LOOK_NANOS : LONGEST_DEAF_LOOK_NANOS;
    for (String id : ids) {
      Submission submission = pending.get(id);
      if (submission == null) {
        continue;
      }
      CommandState state = states.get(id);
      if (state != null && state.isFinal()) {
        queue.read(id).ifPresent(record -> complete(submission, record));
        continue;
      }
      submission.lookAgain(now, longest);
      if (state == null && submission.isToResend(now)) {
        resend(submission);
      }
    }
  }

  private void complete(Submission submission, CommandRecord record) {
    if (record.state().isFinal() && pending.remove(record.id(), submission)) {
      submission.complete(CommandResult.of(record));
    }
  }

  private void resend(Submission submission) {
    try {
      String id = send(submission.push());
      if (!id.equals(submission.id())) {
        submission.endWith(follow(submission, id));
      }
    } catch (QueueFullException e) {
      LOG.debug("Cannot push {} again yet", submission, e);
    } catch (IdempotencyConflictException e) {
      pending.remove(submission.id(), submission);
      submission.fail(e);
    }
  }

  /** Stops waiting: futures that have not completed complete exceptionally. Commands go on. */
  @Override
  public void close() {
    if (patience.isClosed()) {
      return;
    }
    patience.close();
    listener.close();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    redis.close();
    for (Submission submission : List.copyOf(pending.values())) {
      pending.remove(submission.id());
      submission.fail(
          new KindlingException("Cannot wait for " + submission + ": the client is closed"));
    }
  }
}
