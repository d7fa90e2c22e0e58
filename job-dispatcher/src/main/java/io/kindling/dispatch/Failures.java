package io.kindling.dispatch;

import io.kindling.core.RedisUnavailableException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** Tells failures of infrastructure, which pass, from failures of a command, which do not. */
final class Failures {
  /** Spark wraps what happened to tasks into messages. */
  private static final List<String> OF_CLUSTER =
      List.of(
          "ExecutorLostFailure",
          "FetchFailed",
          "SparkContext was shut down",
          "stopped SparkContext",
          "Could not recover from a failed barrier",
          "No space left on device");

  private Failures() {}

  static boolean mayPass(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      String message = String.valueOf(each.getMessage());
      if (each instanceof RedisUnavailableException
          || each instanceof IOException
          || each instanceof TimeoutException
          || OF_CLUSTER.stream().anyMatch(message::contains)) {
        return true;
      }
    }
    return false;
  }

  /** The deepest cause in one line. */
  static String reason(Throwable failure) {
    Throwable deepest = failure;
    while (deepest.getCause() != null && deepest.getCause() != deepest) {
      deepest = deepest.getCause();
    }
    return String.valueOf(deepest.getMessage())
        .lines()
        .filter(line -> !line.isBlank())
        .findFirst()
        .orElse(deepest.getClass().getSimpleName());
  }
}
