package io.kindling.examples;

import io.kindling.core.testing.DocBlock;

/** The lines of an example that the README shows. */
public final class ReadmeCode {
  private static final String BEGIN = "// README: begin\n";

  private ReadmeCode() {}

  /** As the README has them. */
  public static String of(Class<?> example) {
    String source =
        DocBlock.text("examples/src/main/java/" + example.getName().replace('.', '/') + ".java");
    String code =
        source
            .substring(source.indexOf(BEGIN) + BEGIN.length(), source.indexOf("    // README: end"))
            .stripTrailing()
            .stripIndent();
    return "\n```java\n" + code + "\n```\n\n";
  }
}
