package io.kindling.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarkdownPageTest {
  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void writeTargets() throws IOException {
    Files.createDirectories(folder.resolve("test"));
    Files.writeString(folder.resolve("test/FirstIT.java"), "");
    Files.writeString(folder.resolve("other.md"), "# Other\n\n## What is it, and why: `x`?\n");
  }

  private MarkdownPage page(String text) throws IOException {
    return MarkdownPage.of(Files.writeString(folder.resolve("page.md"), text));
  }

  @Test
  void brokenLinks_whatIsThere_areNone() throws IOException {
    MarkdownPage page =
        page(
            """
            # Page
            [a](other.md), [b](#page), [c](other.md#what-is-it-and-why-x), [d](https://none.invalid)
            [FirstIT][] and [the first][FirstIT], `[no](link)`

            ```
            [no](link) [at][all]
            ```

            [FirstIT]: test/FirstIT.java
            """);

    assertThat(page.brokenLinks()).isEmpty();
  }

  @Test
  void brokenLinks_whatIsNotThere_areNamed() throws IOException {
    MarkdownPage page =
        page(
            """
            # Page
            [a](none.md), [b](#none), [c](other.md#none), [SecondIT][], [ThirdIT][], [FourthIT][]

            [FirstIT]: test/FirstIT.java
            [SecondIT]: test/FirstIT.java
            [FourthIT]: test/FourthIT.java
            """);

    assertThat(page.brokenLinks())
        .containsExactlyInAnyOrder(
            "no file none.md",
            "no heading #none",
            "no heading other.md#none",
            "no file test/FourthIT.java",
            "no line '[ThirdIT]: ...' says where that is",
            "nothing links to [FirstIT]",
            "[SecondIT] leads to another class: test/FirstIT.java");
  }

  @Test
  void namedTests_areThoseInProseAndAsCode() throws IOException {
    assertThat(page("[FirstIT][], `SecondTest.java`, Tester, WAIT, XIT, IT, the Test").namedTests())
        .containsExactlyInAnyOrder("FirstIT", "SecondTest");
  }
}
