package io.kindling.faults;

import java.util.List;

/** What is done to a run. */
enum FaultKind {
  /** Inside: the request does not reach Redis. Elsewhere: all connections are cut. */
  CONNECTION_CUT("connection cut, request lost"),

  /** Redis has executed the call; nobody hears of it. */
  REPLY_LOST("connection cut before the reply"),

  /** The same in the middle of the reply. */
  REPLY_TORN("connection cut mid-reply"),

  SCRIPT_FLUSH("SCRIPT FLUSH"),

  CLIENT_KILL("CLIENT KILL TYPE normal"),

  /** kill -9, then started again with its append-only file. */
  SERVER_KILLED("server killed, started again"),

  /** Another attempt at the partition, of another stage; inside: both are on their way at once. */
  DUPLICATE("concurrent duplicate attempt"),

  /** The stage runs again; inside: both attempts' commits are on their way at once. */
  NEWER_STAGE("newer stage attempt");

  static final List<FaultKind> ALL = List.of(values());

  final String text;

  FaultKind(String text) {
    this.text = text;
  }

  /** Whether it may hit the same commit several times. */
  boolean isRepeatable() {
    return this == CONNECTION_CUT || this == REPLY_LOST || this == REPLY_TORN;
  }

  /** Where it can fire. */
  List<Place> places() {
    return switch (this) {
      case REPLY_LOST, REPLY_TORN -> List.of(Place.COMMIT, Place.FOLD);
      case DUPLICATE -> List.of(Place.COMMIT, Place.AFTER);
      case NEWER_STAGE -> List.of(Place.BEFORE, Place.COMMIT, Place.AFTER);
      default -> List.of(Place.values());
    };
  }
}
