package io.kindling.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.examples.EmbeddedRedis;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The quick start, small: few trees, few films. */
@Tag("local")
class QuickstartIT {

  /** Man of Steel, Iron Man 3. */
  private static final List<String> KEYS =
      List.of("kindling:model:{quickstart-0770828}", "kindling:model:{quickstart-1300854}");

  /** What a run printed and returned. */
  private record Run(int exitCode, List<String> out, String err) {

    static Run of(String... args) {
      return of(null, args);
    }

    /** With somebody who looks at what was printed, then presses Enter. */
    static Run of(@Nullable Consumer<Run> somebody, String... args) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      int exitCode =
          Quickstart.run(
              new PrintStream(out, true, UTF_8),
              new PrintStream(err, true, UTF_8),
              somebody == null ? null : () -> somebody.accept(of(-1, out, err)),
              args);
      return of(exitCode, out, err);
    }

    private static Run of(int exitCode, ByteArrayOutputStream out, ByteArrayOutputStream err) {
      return new Run(exitCode, out.toString(UTF_8).lines().toList(), err.toString(UTF_8));
    }

    /** The line to type into a shell that calls a function; there are others. */
    String functionCall() {
      assertThat(out).filteredOn(line -> line.contains(" FCALL_RO ")).hasSize(1);
      return out.stream().filter(line -> line.contains(" FCALL_RO ")).findFirst().orElseThrow();
    }

    /** The line that begins so, but for blanks in front; it has to be the only one. */
    String line(String start) {
      assertThat(out).filteredOn(line -> line.strip().startsWith(start)).hasSize(1);
      return out.stream().filter(line -> line.strip().startsWith(start)).findFirst().orElseThrow();
    }
  }

  @Test
  void run_onRedisByUri_printsEveryTableAndNoDifferenceAndRemovesWhatItMadeAfterEnter() {
    try (EmbeddedRedis server = EmbeddedRedis.start();
        Redis redis = Redis.connect(server.uri())) {
      redis.jedis().set("mine", "stays");

      Run run =
          Run.of(
              shown -> assertForestsAnswerAsPrinted(shown, redis),
              "--data",
              "data/movietweetings-100k",
              "--redis",
              server.uri(),
              "--trees",
              "5",
              "--films",
              "2",
              "--calls",
              "2000");

      assertThat(run.err()).isEmpty();
      assertThat(run.exitCode()).isZero();
      assertThat(run.line("MovieTweetings:"))
          .isEqualTo("MovieTweetings: 100,000 ratings by 16,554 people of 10,506 films.");
      assertThat(run.line("[" + "=".repeat(30) + "]").strip()).endsWith("]  2 of 2");
      assertThat(run.line("all")).matches("  all +[1-9]\\d\\d +[0-9.]+ % +[0-9.]+ %");
      assertThat(run.out()).filteredOn(line -> line.startsWith("  Man of Steel (2013)")).hasSize(2);
      String times = " +[0-9.]+ [um]s +[0-9.]+ [um]s +[0-9.,]+ +[0-9.,]+";
      assertThat(run.line("Spark transform")).matches("  Spark transform" + times + " +20 +0");
      assertThat(run.line("Spark predict")).matches("  Spark predict" + times + " +[234]\\d\\d +0");
      assertThat(run.line("Kindling jvm")).matches("  Kindling jvm" + times + " +[234]\\d\\d +0");
      assertThat(run.line("Kindling functions"))
          .matches("  Kindling functions" + times + " +[234]\\d\\d +0");
      assertThat(run.line("ratings           100,000")) // truth, accumulator, Kindling
          .matches("  ratings +100,000 +[1-9][\\d,]+ +100,000");
      assertThat(run.line("Kindling, one pass"))
          .matches("  Kindling, one pass +1,000 +[0-9.]+ s +[0-9.]+ ms +0");
      assertThat(run.line("differences:")).isEqualTo("differences: 0");
      assertThat(run.out()).last().isEqualTo("The forests stay in Redis until you press Enter. ");
      assertThat(run.line("They are removed"))
          .isEqualTo("They are removed at the end; --keep leaves them.");
      assertThat(redis.jedis().keys("*")).containsExactly("mine");
    }
  }

  private static void assertForestsAnswerAsPrinted(Run run, Redis redis) {
    Matcher command =
        Pattern.compile("redis-cli -h \\S+ -p \\d+ FCALL_RO kindling_predict 1 '(\\S+)' '(\\S+)'")
            .matcher(run.functionCall());
    assertThat(command.matches()).isTrue();
    assertThat(command.group(1)).isIn(KEYS);
    byte[] reply =
        (byte[])
            redis
                .jedis()
                .fcallReadonly(
                    "kindling_predict".getBytes(UTF_8),
                    List.of(command.group(1).getBytes(UTF_8)),
                    List.of(command.group(2).getBytes(UTF_8)));
    assertThat(run.line("It replies")).startsWith("It replies \"" + new String(reply, UTF_8));
    assertThat(redis.jedis().keys("kindling:model:*")).containsExactlyInAnyOrderElementsOf(KEYS);
  }

  @Test
  void run_unreachableRedis_saysSoBeforeAnyTraining() {
    Run run = Run.of("--data", "data/movietweetings-100k", "--redis", "redis://127.0.0.1:1");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).hasSize(1);
    assertThat(run.err()).startsWith("quickstart: Cannot ").contains("127.0.0.1:1").hasLineCount(1);
  }

  @Test
  void run_wrongArgument_saysWhatIsAllowed() {
    Run run = Run.of("--tree", "5");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .isEqualTo(
            "quickstart: Cannot understand argument '--tree': allowed are --data, --redis,"
                + " --keep, --trees, --films, --calls, --help\n");
  }

  @Test
  void run_help_printsUsage() {
    Run run = Run.of("--help");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out().get(0)).isEqualTo("usage: examples/run quickstart [options]");
  }
}
