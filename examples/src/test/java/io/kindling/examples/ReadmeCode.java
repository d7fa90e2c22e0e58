package io.kindling.examples;

import io.kindling.core.testing.DocBlock;

/** The lines of an example that the README, or another document, shows. */
public final class ReadmeCode {
  private static final String BEGIN = "// README: begin\n";
  private static final String END = "// README: end";

  private ReadmeCode() {}

  /** As the document has them. */
  public static String of(Class<?> example) {
    String source =
        DocBlock.text("examples/src/main/java/" + example.getName().replace('.', '/') + ".java");
    int end = source.lastIndexOf('\n', source.indexOf(END));
    String code =
        source.substring(source.indexOf(BEGIN) + BEGIN.length(), end).stripTrailing().stripIndent();
    return "\n```java\n" + code + "\n```\n\n";
  }
}
