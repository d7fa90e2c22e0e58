package io.kindling.dispatch.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PayloadReaderTest {
  private final PayloadReader reader = new PayloadReader(List.of(), 1 << 20, Duration.ofMinutes(5));

  private Arrival read(String payload) {
    byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
    return reader.read(bytes, bytes.length);
  }

  @Test
  void read_good_hasWhatTheQueueNeeds() {
    Arrival arrival =
        read("{\"id\":\"c:1\",\"command\":\"count\",\"key\":\"k\",\"timeoutMillis\":7,\"x\":[]}");

    assertThat(arrival.kind()).isEqualTo('C');
    assertThat(arrival.id()).isEqualTo("c:1");
    assertThat(arrival.command()).isEqualTo("count");
    assertThat(arrival.key()).isEqualTo("k");
    assertThat(arrival.timeoutMillis()).isEqualTo(7);
    assertThat(arrival.spareId()).startsWith("dup-");
    assertThat(arrival.digest()).matches("[0-9a-f]{32}");
  }

  @Test
  void read_leftOut_hasDefaults() {
    Arrival arrival = read("{\"command\":\"count\"}");

    assertThat(arrival.kind()).isEqualTo('M');
    assertThat(arrival.key()).isEmpty();
    assertThat(arrival.timeoutMillis()).isEqualTo(300_000);
  }

  @Test
  void digest_sameContent_isTheSame() {
    String digest = read("{\"command\":\"count\",\"a\":1,\"b\":{\"c\":2,\"d\":null}}").digest();

    assertThat(read("{\"b\":{\"d\":null,\"c\":2},\"a\":1, \"command\":\"count\"}").digest())
        .isEqualTo(digest);
    assertThat(
            read("{\"id\":\"x\",\"key\":\"y\",\"b\":{\"d\":null,\"c\":2},\"a\":1,"
                    + "\"command\":\"count\"}")
                .digest())
        .isEqualTo(digest);
  }

  @Test
  void digest_otherContent_isAnother() {
    assertThat(
            List.of(
                    "{\"command\":\"count\"}",
                    "{\"command\":\"count\",\"a\":1}",
                    "{\"command\":\"count\",\"a\":\"1\"}",
                    "{\"command\":\"count\",\"a\":1.0}",
                    "{\"command\":\"count\",\"a\":[1]}",
                    "{\"command\":\"count\",\"a\":[1,[]]}",
                    "{\"command\":\"count\",\"a\":[[],1]}",
                    "{\"command\":\"count\",\"a\":true}",
                    "{\"command\":\"count\",\"a\":\"true\"}",
                    "{\"command\":\"count\",\"a\":null}",
                    "{\"command\":\"count\",\"a\":{}}",
                    "{\"command\":\"count\",\"a\":{\"b\":1}}",
                    "{\"command\":\"count\",\"a\":{\"id\":1}}",
                    "{\"command\":\"count\",\"timeoutMillis\":1}")
                .stream()
                .map(payload -> read(payload).digest()))
        .doesNotHaveDuplicates();
  }

  @Test
  void read_anyBytes_neverFails() {
    long seed = new Random().nextLong();
    System.out.println("PayloadReaderTest seed " + seed);
    Random random = new Random(seed);
    String good =
        "{\"id\":\"c-1\",\"command\":\"count\",\"key\":\"k\",\"timeoutMillis\":7,"
            + "\"where\":\"x > 'ä' and y in (1, 2)\",\"list\":[1,2.5e7,true,null,{\"a\":\"b\"}]}";
    byte[] bytes = good.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 50_000; i++) {
      byte[] payload = bytes.clone();
      for (int changes = random.nextInt(4); changes >= 0; changes--) {
        payload[random.nextInt(payload.length)] = (byte) (random.nextInt(256) - 128);
      }
      payload = java.util.Arrays.copyOf(payload, random.nextInt(payload.length + 1));

      Arrival arrival = reader.read(payload, payload.length);

      assertThat(Names.isId(arrival.id())).isTrue();
      if (arrival.kind() == 'X') {
        assertThat(arrival.command()).startsWith("Cannot accept ").hasSizeLessThan(500);
        assertThat(arrival.command().chars()).noneMatch(Character::isISOControl);
      } else {
        assertThat(Names.isWord(arrival.command())).isTrue();
        assertThat(arrival.timeoutMillis()).isBetween(1L, 604_800_000L);
      }
    }
  }

  @Test
  void shown_strangeNames_areOneShortLine() {
    assertThat(Names.shown("a\nb\u0000\ud800" + "x".repeat(100)))
        .isEqualTo("a\\u000ab\\u0000\\ud800" + "x".repeat(59) + "...");
    assertThat(Names.line(" a \r\n\n b ", 100)).isEqualTo("a b");
    assertThat(Names.line("x".repeat(10), 10)).hasSize(10);
    assertThat(Names.line("xxxxxx\ud83d\ude00xxxx", 10)).isEqualTo("xxxxxx...");
  }
}
