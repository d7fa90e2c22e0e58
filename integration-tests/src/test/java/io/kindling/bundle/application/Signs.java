package io.kindling.bundle.application;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * What tasks and the test tell each other, so that things happen in one order: files, because all
 * processes run on one machine.
 *
 * @param folder of this run
 */
public record Signs(String folder) implements Serializable {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

  /** Gives a sign with a text. */
  void give(String sign, String text) {
    try {
      Path unfinished = Files.createTempFile(Path.of(folder), "unfinished", "");
      Files.writeString(unfinished, text);
      Files.move(unfinished, Path.of(folder, sign));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot give the sign " + sign, e);
    }
  }

  /** Waits until it is given, and answers its text. */
  public String await(String sign) {
    Path file = Path.of(folder, sign);
    awaitThat(sign, () -> Files.exists(file));
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the sign " + sign, e);
    }
  }

  /** Waits until a process is gone. */
  void awaitEndOf(long pid) {
    awaitThat("end of " + pid, () -> ProcessHandle.of(pid).isEmpty());
  }

  private static void awaitThat(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException("Waited in vain for the " + what);
      }
      LockSupport.parkNanos(POLL_INTERVAL.toNanos());
    }
  }
}
