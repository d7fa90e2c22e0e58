package io.kindling.dispatch;

import io.kindling.core.NearestName;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The datasets of a driver, each in its current version. Safe for concurrent use. */
final class Datasets {
  private final Map<String, DatasetVersion> current = new ConcurrentHashMap<>();

  /** Makes a version current; the one before ends when nobody uses it any more. */
  void publish(String name, DatasetVersion version) {
    DatasetVersion before = current.put(name, version);
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

  /** Lets all go. */
  void close() {
    current.values().forEach(DatasetVersion::release);
    current.clear();
  }
}
