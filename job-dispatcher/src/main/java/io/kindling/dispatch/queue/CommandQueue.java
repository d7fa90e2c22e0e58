package io.kindling.dispatch.queue;

import io.kindling.core.KindlingException;
import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisPipeline;
import io.kindling.core.RedisReplyException;
import io.kindling.core.RedisUnavailableException;
import io.kindling.dispatch.queue.QueueScripts.Call;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Response;

/**
 * A driver's side of a queue: takes commands under leases, and ends them. Driver only.
 *
 * <p>Delivery: a command is executed at least once and answered once. At no moment does it exist
 * only in a driver's memory: it is in its ingress list until it has a record, and its record is
 * leased, not removed. If the driver dies, the lease expires and another takes the command, within
 * lease and reap interval; after {@code maxRecoveries} it is laid aside as dead. Every change names
 * the lease's fencing token, so a driver that was taken for dead overwrites nothing: its calls
 * answer {@link Settled#STALE}. What Redis itself loses is lost, unless {@code SubmitClient} pushes
 * it again.
 *
 * <p>Leases are renewed until they are settled or lost, by a thread with its own connection. When
 * Redis is unreachable, out of memory or a replica, threads of the queue try on for ever, {@link
 * #awaitWork} waits, changes are repeated for {@code patience}, which is harmless, as twice is
 * once; {@link #take} throws.
 *
 * <p>Safe for concurrent use.
 */
public final class CommandQueue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CommandQueue.class);

  /** How long a bare push to another than the first tenant's list may go unseen. */
  static final long POLL_MILLIS = 100;

  /** One push may wake twice, by its list and by the wake list; or another driver was faster. */
  private static final int MAX_IN_VAIN = 3;

  /** Of a call of take.lua, so that it takes some ms at most. */
  static final int MAX_TAKEN = 64;

  private static final int MAX_BYTES = 1 << 20;

  private final Redis redis;
  private final QueueScripts scripts;
  private final QueueOptions options;
  private final String driver;
  private final Intake intake;
  private final LeaseKeeper keeper;
  private final Housekeeper housekeeper;
  private final UnknownLists unknownLists;
  private final WakeUp wakeUp;
  private final Patience patience = new Patience();

  private CommandQueue(RedisConfig config, QueueOptions options, LeaseListener listener) {
    this.options = options;
    driver = options.driverName().replaceAll("[^A-Za-z0-9_.-]", "_") + "-" + UUID.randomUUID();
    redis = Redis.connect(config);
    try {
      scripts = new QueueScripts(redis, new QueueKeys(options.queue()));
      intake = new Intake(scripts, options);
      keeper = new LeaseKeeper(scripts, options, driver, listener);
      unknownLists = new UnknownLists(redis, scripts.keys(), options.tenants().keySet());
      housekeeper = new Housekeeper(scripts, options, intake, unknownLists);
      wakeUp = new WakeUp(redis, scripts.keys(), options.tenants().keySet().iterator().next());
      scripts.requireRights();
      intake.run();
    } catch (KindlingException e) {
      redis.close();
      throw e;
    }
    keeper.start();
    housekeeper.start();
    wakeUp.start();
  }

  /**
   * Connects and begins to look after the queue.
   *
   * @throws RedisUnavailableException if Redis cannot be reached
   * @throws RedisReplyException.NoPermission if the user lacks a right
   * @throws KindlingException if the queue was written by a later version
   */
  public static CommandQueue open(RedisConfig config, QueueOptions options) {
    return open(config, options, (lease, state) -> {});
  }

  /**
   * The same with somebody who is told when a lease is lost, as by a cancellation.
   *
   * @throws RedisUnavailableException if Redis cannot be reached
   * @throws RedisReplyException.NoPermission if the user lacks a right
   * @throws KindlingException if the queue was written by a later version
   */
  public static CommandQueue open(
      RedisConfig config, QueueOptions options, LeaseListener listener) {
    return new CommandQueue(config, options, listener);
  }

  /** By which records name this driver; another one each time a queue is opened. */
  public String driverId() {
    return driver;
  }

  /** What it was opened with. */
  public QueueOptions options() {
    return options;
  }

  /**
   * Waits until some command is ready, at most so long; returns whether one was. It sees a push to
   * the first tenant's list and any push of a {@code SubmitClient} at once, others and what other
   * drivers leave behind within 200 ms. An outage of Redis is waited through.
   */
  public boolean awaitWork(Duration longest) {
    return awaitWork(longest, TakeLimits.of(Integer.MAX_VALUE));
  }

  /** The same, for commands that {@link #take(TakeLimits)} would take. */
  public boolean awaitWork(Duration longest, TakeLimits limits) {
    return awaitWork(longest, () -> limits);
  }

  /**
   * The same with limits that change meanwhile. They are asked for again whenever something was
   * pushed, after {@link #wake}, and within 200 ms.
   */
  public boolean awaitWork(Duration longest, Supplier<TakeLimits> changing) {
    long deadlineNanos = System.nanoTime() + longest.toNanos();
    int failures = 0;
    int inVain = 0;
    while (!patience.isClosed() && !Thread.currentThread().isInterrupted()) {
      try {
        Map<String, Long> ready = intake.run();
        TakeLimits limits = changing.get();
        if (ready.entrySet().stream()
            .anyMatch(one -> one.getValue() > 0 && limits.of(one.getKey()) > 0)) {
          return true;
        }
        failures = 0;
      } catch (KindlingException e) {
        if (!Patience.mayPass(e)) {
          throw e;
        }
        if (failures++ == 0) {
          LOG.warn("Cannot look for commands in queue '{}', trying on", options.queue(), e);
        }
      }
      long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
      if (leftMillis <= 0) {
        return false;
      }
      if (failures > 0) {
        patience.pause(failures, leftMillis);
      } else if (inVain > MAX_IN_VAIN) {
        // What wakes us is not to be taken, and would go on doing so.
        wakeUp.pause(Math.min(leftMillis, POLL_MILLIS));
        inVain = 0;
      } else {
        boolean woken = wakeUp.await(Math.min(leftMillis, POLL_MILLIS));
        inVain = woken ? inVain + 1 : 0;
      }
    }
    return false;
  }

  /** Has {@link #awaitWork} look again, as when limits have changed. */
  public void wake() {
    wakeUp.signal();
  }

  /**
   * Takes up to so many commands, in fair order, and does not wait. A reply that is lost leaves
   * commands leased to nobody who knows; they are ready again when their leases expire.
   *
   * @throws RedisUnavailableException if Redis cannot be reached
   */
  public List<Lease> take(int most) {
    return take(TakeLimits.of(most));
  }

  /**
   * The same with limits by tenant.
   *
   * @throws RedisUnavailableException if Redis cannot be reached
   */
  public List<Lease> take(TakeLimits limits) {
    var leases = new ArrayList<Lease>();
    int before;
    do {
      before = leases.size();
      try {
        intake.run();
        takeReady(limits, leases);
      } catch (KindlingException e) {
        if (leases.isEmpty()) {
          throw e;
        }
        LOG.warn("Cannot take more than {} commands now", leases.size(), e);
        return leases; // They are held, so somebody has to know of them.
      }
    } while (leases.size() > before && leases.size() < limits.total());
    return leases;
  }

  private void takeReady(TakeLimits limits, List<Lease> leases) {
    List<String> tenants = List.copyOf(options.tenants().keySet());
    var left = new ArrayList<Integer>();
    for (String tenant : tenants) {
      long has = leases.stream().filter(lease -> lease.tenant().equals(tenant)).count();
      left.add(limits.of(tenant) - (int) has);
    }
    while (leases.size() < limits.total()) {
      int count = Math.min(limits.total() - leases.size(), MAX_TAKEN);
      List<?> taken = scripts.take(options, driver, count, MAX_BYTES, left).list(0);
      var payloads = new ArrayList<Response<String>>();
      try (RedisPipeline pipeline = redis.pipeline()) {
        for (int i = 0; i < taken.size(); i += 8) {
          String record = scripts.keys().record(Reply.text(taken.get(i + 1)));
          payloads.add(pipeline.hget(record, "payload"));
        }
      }
      for (int i = 0; i < taken.size(); i += 8) {
        int tenant = (int) Reply.number(taken.get(i));
        left.set(tenant, left.get(tenant) - 1);
        String payload = payloads.get(i / 8).get();
        if (payload != null) { // Else its record is gone, by eviction.
          Lease lease = lease(tenants.get(tenant), taken.subList(i, i + 8), payload);
          keeper.hold(lease);
          leases.add(lease);
        }
      }
      if (taken.isEmpty()) {
        return;
      }
    }
  }

  private static Lease lease(String tenant, List<?> fields, String payload) {
    return new Lease(
        Reply.text(fields.get(1)),
        tenant,
        Reply.number(fields.get(2)),
        Reply.text(fields.get(3)),
        payload,
        QueueScripts.instant(fields.get(4)),
        QueueScripts.instant(fields.get(5)),
        (int) Reply.number(fields.get(6)),
        (int) Reply.number(fields.get(7)));
  }

  /** The leases that this driver holds now. */
  public List<Lease> leases() {
    return keeper.leases();
  }

  /**
   * Tells how far commands are. Not repeated: the next one comes soon.
   *
   * @param progress JSON of at most 4,096 bytes for each
   * @return of each whether it was told, in the same order
   * @throws RedisUnavailableException if Redis cannot be reached
   */
  public List<Settled> progress(Map<Lease, String> progress) {
    var calls = new ArrayList<Call>();
    progress.forEach(
        (lease, json) -> {
          byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
          if (bytes.length > QueueOptions.MAX_PROGRESS_BYTES) {
            throw new IllegalArgumentException(
                String.format(
                    "Cannot tell the progress of %s: %,d bytes, allowed are %,d",
                    lease, bytes.length, QueueOptions.MAX_PROGRESS_BYTES));
          }
          calls.add(scripts.progress(lease, bytes));
        });
    return runAll(calls);
  }

  /**
   * Ends a command with its result. One that is larger than the cap makes it FAILED with an error
   * that says so.
   *
   * @param result JSON
   * @throws RedisUnavailableException if Redis could not be reached for {@code patience}
   */
  public Settled finish(Lease lease, String result) {
    return finish(Map.of(lease, result)).get(0);
  }

  /**
   * Ends commands with their results, in one round trip.
   *
   * @return of each what became of it, in the same order
   * @throws RedisUnavailableException if Redis could not be reached for {@code patience}
   */
  public List<Settled> finish(Map<Lease, String> results) {
    return settle(
        List.copyOf(results.keySet()), lease -> finishCall(lease, resultOf(results, lease)));
  }

  private static String resultOf(Map<Lease, String> results, Lease lease) {
    return Objects.requireNonNull(results.get(lease));
  }

  private Call finishCall(Lease lease, String result) {
    byte[] bytes = result.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > options.maxResultBytes()) {
      return end(
          lease,
          CommandState.FAILED,
          String.format(
              "Cannot keep the result of command '%s': %,d bytes, allowed are %,d",
              lease.id(), bytes.length, options.maxResultBytes()));
    }
    return scripts.finish(options, lease, CommandState.RESULT_READY, bytes);
  }

  /**
   * Ends a command with an error: it cannot be executed, now or later.
   *
   * @param error for its client; cut to one line of 2,000 characters
   * @throws RedisUnavailableException if Redis could not be reached for {@code patience}
   */
  public Settled fail(Lease lease, String error) {
    return settle(List.of(lease), one -> end(one, CommandState.FAILED, error)).get(0);
  }

  /**
   * Puts a command back that failed for a reason which may pass, to be tried after a pause: twice
   * as long each time, with jitter. After {@code maxAttempts} it is dead.
   *
   * @param reason one line, at most 2,000 characters
   * @throws RedisUnavailableException if Redis could not be reached for {@code patience}
   */
  public Settled retryLater(Lease lease, String reason) {
    return settle(
            List.of(lease),
            one ->
                one.attempts() >= options.maxAttempts()
                    ? end(
                        one,
                        CommandState.DEAD,
                        "Given up after " + (one.attempts() + 1) + " attempts: " + reason)
                    : scripts.requeue(
                        one, String.valueOf(pauseMillis(one.attempts())), line(reason)))
        .get(0);
  }

  /** From half of the step to all of it, so that what failed together does not return together. */
  private long pauseMillis(int attempts) {
    long first = options.firstRetry().toMillis();
    long step = Math.min(first << Math.min(attempts, 20), options.longestRetry().toMillis());
    return ThreadLocalRandom.current().nextLong(step / 2, step + 1);
  }

  /**
   * Puts commands back as they were, in their old place, as a driver does that is to end.
   *
   * @return of each what became of it, in the same order
   * @throws RedisUnavailableException if Redis could not be reached for {@code patience}
   */
  public List<Settled> requeue(List<Lease> leases) {
    return settle(leases, lease -> scripts.requeue(lease, "", "Put back by its driver"));
  }

  /**
   * Lets a command go without a word to Redis, which may be away: its lease expires, and the
   * command is ready again, here or with another driver.
   */
  public void abandon(Lease lease) {
    keeper.release(lease);
  }

  private Call end(Lease lease, CommandState state, String error) {
    return scripts.finish(options, lease, state, line(error).getBytes(StandardCharsets.UTF_8));
  }

  private static String line(String text) {
    return Names.line(text, QueueOptions.MAX_ERROR_CHARACTERS);
  }

  /** The lease is renewed until its end stands: Redis may be away for longer than it lasts. */
  private List<Settled> settle(List<Lease> leases, Function<Lease, Call> change) {
    List<Call> calls = leases.stream().map(change).toList();
    leases.forEach(keeper::settling);
    try {
      List<Settled> settled = patience.repeat(options.patience(), () -> runAll(calls));
      leases.forEach(keeper::release);
      return settled;
    } catch (KindlingException e) {
      leases.forEach(keeper::notSettled);
      throw e;
    }
  }

  private List<Settled> runAll(List<Call> calls) {
    return scripts.runAll(calls).stream().map(CommandQueue::settled).toList();
  }

  private static Settled settled(Reply reply) {
    return reply.is("OK") ? Settled.DONE : Settled.STALE;
  }

  /**
   * Looks now for expired leases and deadlines, which otherwise happens every {@code reapInterval};
   * returns how many commands were changed.
   *
   * @throws RedisUnavailableException if Redis cannot be reached
   */
  public int reap() {
    return housekeeper.reap();
  }

  /**
   * All numbers of the queue, in one round trip.
   *
   * @throws RedisUnavailableException if Redis cannot be reached
   */
  public QueueStats stats() {
    List<String> tenants = List.copyOf(options.tenants().keySet());
    return QueueStats.of(scripts.stats(tenants), tenants, unknownLists.found());
  }

  /**
   * Stops looking after the queue. Leases that are still held are no longer renewed and expire;
   * {@link #requeue} them before, so that others need not wait for that. Further calls do nothing.
   */
  @Override
  public void close() {
    if (!patience.isClosed()) {
      patience.close();
      wakeUp.close();
      housekeeper.close();
      keeper.close();
      redis.close();
    }
  }
}
