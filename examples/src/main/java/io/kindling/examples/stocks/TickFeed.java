package io.kindling.examples.stocks;

import io.kindling.examples.CannotRunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The exchange: writes ticks into a folder that the stream watches, a file at a time. */
final class TickFeed {

  private final Path folder;
  private final StringBuilder lines = new StringBuilder();
  private int files;

  TickFeed(Path folder) {
    this.folder = folder;
  }

  /** Adds a tick to the next file. */
  void add(String symbol, long timeMillis, double price) {
    lines.append(symbol).append(',').append(timeMillis).append(',').append(price).append('\n');
  }

  /** Adds a line that is no tick, as real feeds have. */
  void addNoTick() {
    lines.append("?,not a time,cheap\n");
  }

  /** Lets the ticks go that were added. The file appears as a whole. */
  void send() {
    try {
      Path hidden = folder.resolve(".ticks"); // the stream passes over names that begin with a dot
      Files.writeString(hidden, lines);
      Path file = folder.resolve("ticks-%06d.csv".formatted(files));
      Files.move(hidden, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new CannotRunException("Cannot write ticks to " + folder + ": " + e, e);
    }
    files++;
    lines.setLength(0);
  }
}
