package io.kindling.dispatch;

import io.kindling.core.RedisConfig;
import io.kindling.core.RedisUnavailableException;
import io.kindling.dispatch.queue.CommandQueue;
import io.kindling.dispatch.queue.Lease;
import io.kindling.dispatch.queue.QueueOptions;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A driver without Spark: answers {@code echo} with its payload, fails {@code fail}, lets others
 * run.
 */
final class EchoDriver implements AutoCloseable {
  final CommandQueue queue;
  final Queue<String> executed = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private volatile boolean stopped;

  EchoDriver(RedisConfig config, String queueName) {
    queue =
        CommandQueue.open(
            config,
            QueueOptions.builder(queueName)
                .tenant("web", 1)
                .tenant("other", 1)
                .lease(Duration.ofSeconds(5))
                .build());
    thread = new Thread(this::run, "echo-" + queueName);
    thread.start();
  }

  private void run() {
    while (!stopped) {
      try {
        if (queue.awaitWork(Duration.ofMillis(200))) {
          answer(queue.take(100));
        }
      } catch (RedisUnavailableException e) {
        // The next turn waits until it is back.
      }
    }
  }

  private void answer(List<Lease> leases) {
    for (Lease lease : leases) {
      executed.add(lease.id());
      switch (lease.command()) {
        case "echo" -> queue.finish(lease, lease.payload());
        case "fail" -> queue.fail(lease, "on purpose");
        default -> queue.progress(java.util.Map.of(lease, "{\"rows\":1}"));
      }
    }
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    queue.close();
  }
}
