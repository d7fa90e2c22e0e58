package io.kindling.core;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A library of Redis Functions from the class path. The first two lines declare it:
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
 * @param version from the second line; raised with every change of the source
 * @param source the whole text
 */
public record FunctionLibrary(String name, int version, String source) {
  private static final Pattern HEADER =
      Pattern.compile("^#!lua name=(\\w+)[^\\n]*\\n-- version: (\\d{1,9})\\b");

  /**
   * Reads a library.
   *
   * @param anchor a class in the package below which the files lie
   * @param files their names, as in {@code kindling.lua}; they make one text, in this order
   * @throws IllegalArgumentException if a file is not there, or the first does not start with the
   *     two lines
   */
  public static FunctionLibrary fromClasspath(Class<?> anchor, String... files) {
    String source =
        Arrays.stream(files)
            .map(file -> RedisScript.Resources.text(anchor, file))
            .collect(Collectors.joining());
    return parse(files[0], source);
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
