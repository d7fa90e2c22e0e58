package io.kindling.examples.counters;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.examples.EmbeddedRedis;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The counters example: what fails really fails, and Kindling's counts are exact. */
@Tag("local")
class CountRatingsIT {

  private static final String DATA = "data/movietweetings-100k";

  /** What a run printed and returned. */
  private record Run(int exitCode, String out, String err) {

    static Run of(String... args) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      int exitCode =
          CountRatings.run(
              new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), args);
      return new Run(exitCode, out.toString(UTF_8), err.toString(UTF_8));
    }

    /** The first place where this stands. */
    Matcher find(String regex) {
      Matcher matcher = Pattern.compile(regex, Pattern.MULTILINE).matcher(out);
      assertThat(matcher.find()).as("'%s' in%n%s", regex, out).isTrue();
      return matcher;
    }
  }

  @Test
  void run_onRedisByUriToKeep_isExactWhereTheAccumulatorIsNot() {
    try (EmbeddedRedis server = EmbeddedRedis.start();
        Redis redis = Redis.connect(server.uri())) {
      Run run = Run.of("--data", DATA, "--redis", server.uri(), "--keep");

      assertThat(run.err()).isEmpty();
      Matcher record =
          run.find(
              "2 actions, \\d+ task attempts, (\\d+) of them failed and (\\d+) speculative,\n"
                  + "(\\d+) executor lost, (\\d+) stage attempts after the first\\.");
      for (int i = 1; i <= record.groupCount(); i++) {
        assertThat(Integer.parseInt(record.group(i))).as(record.group()).isPositive();
      }
      String accumulated = run.find("^  ratings +100,000 +([\\d,]+) +100,000$").group(1);
      assertThat(Integer.parseInt(accumulated.replace(",", ""))).isGreaterThan(200_000);
      run.find("^  stars +732,482 +[\\d,]+ +732,482$");
      run.find("^  films +10,506 +10,506 +10,506$");
      run.find("^ +[\\d.]+ s +\\d+ of +8 partitions in the totals, \\d running, about +[\\d,]+");
      run.find("^  ratings +12,219 +12,564 +12,852 +0$");
      run.find("^ *\\d\\) \"ratings\"\n *\\d\\) \"100000\"$");
      assertThat(run.out()).endsWith("\ndifferences: 0\n");
      assertThat(run.exitCode()).isZero();
      String key = run.find("redis-cli -h 127.0.0.1 -p \\d+ HGETALL '(.+)'").group(1);
      assertThat(redis.jedis().hget(key, Tallies.RATINGS)).isEqualTo("100000");
      assertThat(redis.jedis().keys("*")).isEqualTo(Set.of(key, key.replace(":total", ":meta")));
    }
  }

  @Test
  void run_folderWithoutRatings_saysWhatIsExpected() {
    Run run = Run.of("--data", "src");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .startsWith("counters: Cannot read ratings from ")
        .endsWith("neither MovieLens 100K's u.data nor MovieTweetings' ratings.dat is there\n");
  }

  @Test
  void run_wrongArgument_saysWhatIsAllowed() {
    Run run = Run.of("--what");

    assertThat(List.of(run.exitCode(), run.out(), run.err()))
        .containsExactly(
            2,
            "",
            "counters: Cannot understand argument '--what': allowed are --data, --redis, --keep,"
                + " --help\n");
  }
}
