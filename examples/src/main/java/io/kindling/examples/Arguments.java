package io.kindling.examples;

import java.util.Iterator;
import java.util.List;

/**
 * The arguments of a command line, read from left to right.
 *
 * <pre>{@code
 * for (Arguments rest = Arguments.of(args); rest.hasNext(); ) {
 *   switch (rest.next()) {
 *     case "--data" -> data = Path.of(rest.value());
 *     case "--trees" -> trees = rest.number(1, 2000);
 *     default -> throw rest.notUnderstood("--data, --trees");
 *   }
 * }
 * }</pre>
 */
public final class Arguments {

  private final Iterator<String> rest;
  private String name = "";

  private Arguments(Iterator<String> rest) {
    this.rest = rest;
  }

  /** What {@code main} was given. */
  public static Arguments of(String... args) {
    return new Arguments(List.of(args).iterator());
  }

  /** Whether one is left. */
  public boolean hasNext() {
    return rest.hasNext();
  }

  /** The next one, the name of an option. */
  public String next() {
    name = rest.next();
    return name;
  }

  /**
   * The value that stands behind the name.
   *
   * @throws CannotRunException if there is none
   */
  public String value() {
    if (!rest.hasNext()) {
      throw new CannotRunException("Cannot use argument '" + name + "': its value is missing");
    }
    return rest.next();
  }

  /**
   * The value, a whole number.
   *
   * @throws CannotRunException if there is none, or another
   */
  public int number(int min, int max) {
    String text = value();
    if (text.matches("[0-9]{1,9}")) {
      int number = Integer.parseInt(text);
      if (number >= min && number <= max) {
        return number;
      }
    }
    throw new CannotRunException(
        "Cannot use '" + name + " " + text + "': allowed is a number from " + min + " to " + max);
  }

  /**
   * What to throw for a name that there is not.
   *
   * @param allowed the names that there are
   */
  public CannotRunException notUnderstood(String allowed) {
    return new CannotRunException(
        "Cannot understand argument '" + name + "': allowed are " + allowed);
  }
}
