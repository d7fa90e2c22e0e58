package io.kindling.dispatch;

import io.kindling.core.NearestName;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;

/** The datasets of a driver, each in its current version. Safe for concurrent use. */
final class Datasets {
  private final Map<String, DatasetVersion> current = new ConcurrentHashMap<>();

  /**
   * Makes a version current; the one before ends when nobody uses it any more.
   *
   * @param version gives it, from its number: 1, 2, ...
   */
  synchronized void publish(String name, LongFunction<DatasetVersion> version) {
    DatasetVersion before = current.get(name);
    current.put(name, version.apply(before == null ? 1 : before.number() + 1));
    if (before != null) {
      before.release();
    }
  }

  /**
   * The current version, which stays until it is released.
   *
   * @throws CommandRefusedException if there is no dataset of that name
   */
  DatasetVersion acquire(String name) {
    while (true) {
      DatasetVersion version = current.get(name);
      if (version == null) {
        throw new CommandRefusedException(
            "Cannot find the dataset '%s': the nearest is '%s'"
                .formatted(name, NearestName.to(name, current.keySet())));
      }
      if (version.acquire()) {
        return version;
      } // Else a later one has just become current.
    }
  }

  /** The names, in order. */
  List<String> names() {
    return current.keySet().stream().sorted().toList();
  }

  /** Lets all go. */
  void close() {
    current.values().forEach(DatasetVersion::release);
    current.clear();
  }
}
