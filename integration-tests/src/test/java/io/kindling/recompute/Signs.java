package io.kindling.recompute;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;

/**
 * What tasks and the test tell each other, so that things happen in one order: files, because all
 * processes run on one machine.
 *
 * @param folder of this scenario
 */
record Signs(String folder) implements Serializable {
  /** Only a test that fails waits so long. */
  static final Duration LIMIT = Duration.ofMinutes(5);

  static Signs in(Path folder) {
    return new Signs(folder.toString());
  }

  void give(String sign) {
    give(sign, "");
  }

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
  String await(String sign) {
    Path file = Path.of(folder, sign);
    Awaitility.await(sign).atMost(LIMIT).until(() -> Files.exists(file));
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the sign " + sign, e);
    }
  }
}
