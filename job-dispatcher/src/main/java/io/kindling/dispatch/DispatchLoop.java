package io.kindling.dispatch;

import io.kindling.dispatch.queue.CommandQueue;
import io.kindling.dispatch.queue.Lease;
import io.kindling.dispatch.queue.Patience;
import io.kindling.dispatch.queue.TakeLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes commands for as long as it is not stopped, and gives counts to scans and the rest to
 * handlers. It ends by no failure of Redis or of a command.
 */
final class DispatchLoop {
  private static final Logger LOG = LoggerFactory.getLogger(DispatchLoop.class);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

  /** With so many commands of a tenant waiting for its threads here, its others wait in Redis. */
  private static final int MAX_HANDLED = 64;

  private final CommandQueue queue;
  private final Answers answers;
  private final Scans scans;
  private final Handlers handlers;
  private final int maxBatch;
  private final Patience patience = new Patience();
  private final ReentrantLock running = new ReentrantLock();

  DispatchLoop(CommandQueue queue, Answers answers, Scans scans, Handlers handlers, int maxBatch) {
    this.queue = queue;
    this.answers = answers;
    this.scans = scans;
    this.handlers = handlers;
    this.maxBatch = maxBatch;
  }

  /** Returns when it is stopped or interrupted. */
  void run() {
    running.lock();
    try {
      int failures = 0;
      while (!patience.isClosed() && !Thread.currentThread().isInterrupted()) {
        try {
          if (queue.awaitWork(LONGEST_WAIT, this::limits)) {
            dispatch(queue.take(limits()));
          }
          failures = 0;
        } catch (RuntimeException e) {
          if (failures++ == 0) {
            LOG.warn("Cannot take commands of queue '{}', trying on", queue.options().queue(), e);
          }
          patience.pause(failures, Long.MAX_VALUE);
        }
      }
    } finally {
      running.unlock();
    }
  }

  /** A tenant whose scan is in flight waits: what it pushes meanwhile goes into the next one. */
  private TakeLimits limits() {
    Set<String> scanning = scans.tenants();
    Map<String, Integer> byTenant = new HashMap<>();
    for (String tenant : queue.options().tenants().keySet()) {
      boolean busy = scanning.contains(tenant) || handlers.inFlight(tenant) >= MAX_HANDLED;
      byTenant.put(tenant, busy ? 0 : maxBatch);
    }
    return new TakeLimits(maxBatch, byTenant);
  }

  private void dispatch(List<Lease> leases) {
    Map<String, List<CountBatch.Asked>> counts = new LinkedHashMap<>();
    for (Lease lease : leases) {
      try {
        if (lease.command().equals(CountCommand.NAME)) {
          CountCommand command = Json.read(lease.payload(), CountCommand.class);
          counts
              .computeIfAbsent(command.dataset(), dataset -> new ArrayList<>())
              .add(new CountBatch.Asked(lease, command.where()));
        } else {
          handlers.start(lease);
        }
      } catch (RuntimeException e) { // Of this command alone.
        answers.fail(lease, e);
      }
    }
    counts.forEach((dataset, asked) -> scans.start(new CountBatch(dataset, asked)));
  }

  /** Has it end after what it is doing now. */
  void stop() {
    patience.close();
  }

  /** Waits until it has ended, if it runs, until a moment of {@code System.nanoTime}. */
  void awaitEnd(long deadlineNanos) throws InterruptedException {
    if (running.tryLock(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS)) {
      running.unlock();
    }
  }
}
