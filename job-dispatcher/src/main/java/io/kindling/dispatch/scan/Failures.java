package io.kindling.dispatch.scan;

import io.kindling.core.RedisUnavailableException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/*
 * Spark tells what happened to tasks in messages. They are matched from their beginning, since
 * behind it values of the data and texts of predicates are quoted, which may say anything.
 */

/** Tells failures of infrastructure, which pass, from failures of a command, which do not. */
public final class Failures {
  private static final String OF_TASK =
      "Job aborted due to stage failure: Task \\S+ in stage \\S+ failed \\d+ times?,"
          + " most recent failure: Lost task \\S+ in stage \\S+ \\(TID \\d+\\) \\([^)]*\\): ";

  private static final List<Pattern> OF_CLUSTER =
      List.of(
          Pattern.compile(OF_TASK + "(ExecutorLostFailure|FetchFailed|TaskKilled|java\\.io\\.)"),
          Pattern.compile(OF_TASK + "io\\.kindling\\.core\\.RedisUnavailableException"),
          Pattern.compile(
              "Job aborted due to stage failure: \\S+ \\d+ \\([^)]*\\) has failed the maximum"),
          Pattern.compile("(\\[\\w+\\] )?Job \\d+ (was )?cancelled"),
          Pattern.compile("Cannot call methods on a stopped SparkContext"));

  private Failures() {}

  /** Whether the same may succeed later. A job that was cancelled is such a failure, too. */
  public static boolean mayPass(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      String message = String.valueOf(each.getMessage());
      if (each instanceof RedisUnavailableException
          || each instanceof IOException
          || each instanceof TimeoutException
          || OF_CLUSTER.stream().anyMatch(pattern -> pattern.matcher(message).lookingAt())) {
        return true;
      }
    }
    return false;
  }

  /** The deepest cause in one line. */
  public static String reason(Throwable failure) {
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
