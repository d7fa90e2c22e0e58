package io.kindling.core;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A library of Redis Functions from the class path. The first two lines of the file declare it:
 *
 * <pre>{@code
 * #!lua name=kindling
 * -- version: 3
 * }</pre>
 *
 * Names are global to a server. Within a library's name the contract of its functions is frozen: a
 * higher version serves the clients of all lower ones. A change that they would notice takes a new
 * name.
 *
 * @param name from the first line
 * @param version from the second line; raised with every change of the file
 * @param source the whole file
 */
public record FunctionLibrary(String name, int version, String source) {
  private static final Pattern HEADER =
      Pattern.compile("^#!lua name=(\\w+)[^\\n]*\\n-- version: (\\d{1,9})\\b");

  /**
   * Reads a library.
   *
   * @param anchor a class in the package where the file lies
   * @param file the file's name, as in {@code kindling.lua}
   * @throws IllegalArgumentException if there is no such file, or it does not start with the two
   *     lines
   */
  public static FunctionLibrary fromClasspath(Class<?> anchor, String file) {
    return parse(file, RedisScript.Resources.text(anchor, file));
  }

  static FunctionLibrary parse(String file, String source) {
    Matcher m = HEADER.matcher(source);
    if (!m.find()) {
      throw new IllegalArgumentException(
          "Cannot use function library '"
              + file
              + "': it must start with the lines '#!lua name=<name>' and '-- version: <number>'");
    }
    return new FunctionLibrary(m.group(1), Integer.parseInt(m.group(2)), source);
  }

  /** The version of an installed library; -1 if its text does not tell. */
  static int versionOf(String source) {
    Matcher m = HEADER.matcher(source);
    return m.find() ? Integer.parseInt(m.group(2)) : -1;
  }

  @Override
  public String toString() {
    return name + " " + version;
  }
}
