package io.kindling.core;

import java.util.List;

/** A configuration that cannot be used. Reports every problem found, not only the first. */
public final class ConfigException extends KindlingException {
  private static final long serialVersionUID = 1;

  private final List<String> problems;

  /**
   * Reports problems.
   *
   * @param what the configuration that cannot be used, as in {@code Redis configuration}
   * @param problems at least one, each a sentence without a full stop
   */
  public ConfigException(String what, List<String> problems) {
    super(message(what, problems));
    this.problems = List.copyOf(problems);
  }

  /** Each problem by itself, in the order in which they were found. */
  public List<String> problems() {
    return problems;
  }

  private static String message(String what, List<String> problems) {
    return problems.size() == 1
        ? "Cannot use the " + what + ": " + problems.get(0)
        : "Cannot use the " + what + ":\n  - " + String.join("\n  - ", problems);
  }
}
