package io.kindling.dispatch;

import io.kindling.core.KindlingException;
import io.kindling.dispatch.queue.CommandQueue;
import io.kindling.dispatch.queue.Lease;
import io.kindling.dispatch.scan.Failures;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends commands, and never fails: what cannot be told to Redis, however long it was tried, is let
 * go, so that its lease expires and it is executed again. Safe for concurrent use.
 */
final class Answers {
  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

  private final CommandQueue queue;

  Answers(CommandQueue queue) {
    this.queue = queue;
  }

  void finish(Map<Lease, String> results) {
    if (!results.isEmpty()) {
      tell(results.keySet(), () -> queue.finish(results));
    }
  }

  void fail(Lease lease, String reason) {
    tell(List.of(lease), () -> queue.fail(lease, reason));
  }

  void retryLater(Lease lease, String reason) {
    tell(List.of(lease), () -> queue.retryLater(lease, reason));
  }

  void putBack(List<Lease> leases) {
    if (!leases.isEmpty()) {
      tell(leases, () -> queue.requeue(leases));
    }
  }

  /** Ends a command that has failed, or has it tried again if the failure may pass. */
  void fail(Lease lease, Exception failure) {
    if (failure instanceof CommandRefusedException) {
      fail(lease, String.valueOf(failure.getMessage()));
    } else if (Failures.mayPass(failure)) {
      LOG.warn("Cannot execute {} now, trying again later", lease, failure);
      retryLater(lease, Failures.reason(failure));
    } else {
      LOG.info("Cannot execute {}", lease, failure);
      fail(lease, "Cannot execute '%s': %s".formatted(lease.command(), Failures.reason(failure)));
    }
  }

  private void tell(Collection<Lease> leases, Runnable change) {
    try {
      change.run();
    } catch (KindlingException | IllegalStateException e) { // The latter of a closed connection.
      LOG.warn("Cannot end {} commands; their leases will expire", leases.size(), e);
      leases.forEach(queue::abandon);
    }
  }
}
