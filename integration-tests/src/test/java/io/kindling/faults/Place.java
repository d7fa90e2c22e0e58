package io.kindling.faults;

/** Where a fault fires, as seen from a partition's commit. */
enum Place {
  /** When the task has counted everything and is about to commit. */
  BEFORE("before"),

  /** Inside the commit window: the proxy has a call of commit.lua, and the task not its reply. */
  COMMIT("inside (commit.lua)"),

  /** The same for fold.lua, by which a large vector gets into the totals. */
  FOLD("inside (fold.lua)"),

  /** When the commit has returned. */
  AFTER("after");

  final String text;

  Place(String text) {
    this.text = text;
  }
}
