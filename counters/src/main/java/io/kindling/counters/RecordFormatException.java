package io.kindling.counters;

import io.kindling.core.KindlingException;

/** What stands in Redis is damaged, or was written by a newer version. */
final class RecordFormatException extends KindlingException {
  private static final long serialVersionUID = 1;

  RecordFormatException(String message) {
    super(message);
  }
}
