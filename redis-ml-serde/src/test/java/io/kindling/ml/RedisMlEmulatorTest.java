package io.kindling.ml;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Holds the emulator against what the module itself replied. */
class RedisMlEmulatorTest {

  @Test
  void send_everyRecordedCase_givesTheRecordedReply() throws IOException {
    int cases = 0;
    int replies = 0;
    for (JsonNode recorded : conformance()) {
      RedisMlEmulator redis = new RedisMlEmulator();
      for (JsonNode command : recorded.get("setup")) {
        assertThat(redis.send(words(command)).text()).isEqualTo("OK");
      }
      for (JsonNode run : recorded.get("runs")) {
        List<String> command = words(run.get("cmd"));

        RedisMlEmulator.Reply reply = redis.send(command);

        RedisMlEmulator.Reply expected =
            new RedisMlEmulator.Reply(run.get("reply").asText(), run.get("replyType").asText());
        if (command.get(0).equals("ML.LOGREG.PREDICT") && expected.type().equals("bulk")) {
          assertSameSigmoid(reply, expected);
        } else {
          assertThat(reply)
              .as("%s: %s", recorded.get("name").asText(), command)
              .isEqualTo(expected);
        }
        replies++;
      }
      cases++;
    }
    assertThat(cases).isEqualTo(63);
    assertThat(replies).isEqualTo(697);
  }

  /**
   * 1 / (1 + exp(-x)) of the same x: C's and Java's exp are each good to a unit in the last place,
   * the sum and the quotient to half a unit.
   */
  private static void assertSameSigmoid(
      RedisMlEmulator.Reply reply, RedisMlEmulator.Reply expected) {
    double ours = Double.parseDouble(reply.text());
    double theirs = Double.parseDouble(expected.text());
    assertThat(ours).isCloseTo(theirs, within(4 * Math.ulp(theirs)));
    assertThat(reply.type()).isEqualTo(expected.type());
  }

  @Test
  void send_whatALinearModelDoesNotSurvive_isAFault() {
    RedisMlEmulator redis = new RedisMlEmulator();
    redis.send(List.of("ML.LINREG.SET", "l", "1", "2"));
    assertThatThrownBy(() -> redis.send(List.of("ML.LINREG.PREDICT", "l", "3", "0")))
        .hasMessageContaining("not set");
    redis.send(List.of("ML.LINREG.SET", "l", "1", "2", "0"));
    redis.send(List.of("ML.LINREG.SET", "l", "1", "2"));
    assertThat(redis.text(List.of("ML.LINREG.PREDICT", "l", "3", "0"))).isEqualTo("7");
    assertThatThrownBy(() -> redis.send(List.of("ML.LINREG.PREDICT", "l", "3")))
        .hasMessageContaining("crash");
    assertThatThrownBy(() -> redis.send(List.of("ML.LINREG.PREDICT", "l", "3", "1")))
        .hasMessageContaining("not set");
  }

  @Test
  void send_whatTheModuleDoesNotSurvive_isAFault() {
    assertFault("damaged", "ML.FOREST.ADD", "f", "0", ".", "LEAF", "128");
    assertFault("damaged", "ML.FOREST.ADD", "f", "0", ".", "LEAF", "-1");
    assertFault(
        "before its parent",
        "ML.FOREST.ADD f 0 . NUMERIC 1 0 .ll LEAF 0 .l NUMERIC 1 0 .lr LEAF 0 .r LEAF 1"
            .split(" "));
    RedisMlEmulator redis = new RedisMlEmulator();
    redis.send(List.of("ML.FOREST.ADD", "f", "0", ".", "LEAF", "1", "STATS", "3:7"));
    assertThatThrownBy(() -> redis.send(List.of("ML.FOREST.RUN", "f", "")))
        .hasMessageContaining("empty row");
    assertThatThrownBy(() -> redis.send(List.of("ML.FOREST.RUN", "f", "_:0")))
        .hasMessageContaining("taken for equal");
  }

  private static void assertFault(String message, String... command) {
    assertThatThrownBy(() -> new RedisMlEmulator().send(List.of(command)))
        .isInstanceOf(RedisMlEmulator.Fault.class)
        .hasMessageContaining(message);
  }

  private static List<String> words(JsonNode command) {
    List<String> words = new ArrayList<>();
    command.forEach(word -> words.add(word.asText()));
    return words;
  }

  private static List<JsonNode> conformance() throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<JsonNode> cases = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    RedisMlEmulatorTest.class.getResourceAsStream("redis-ml-conformance.jsonl")),
                UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        cases.add(json.readTree(line));
      }
    }
    return cases;
  }
}
