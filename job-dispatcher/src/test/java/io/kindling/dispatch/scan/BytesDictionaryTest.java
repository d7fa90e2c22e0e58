package io.kindling.dispatch.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Patterns over a whole dictionary, which finds them faster than one by one. */
class BytesDictionaryTest {
  private static final String[] LETTERS = {"a", "b", "ab", "é", "%", "\uD83D\uDE00"};

  private static String text(Random random, int most) {
    StringBuilder text = new StringBuilder();
    for (int part = random.nextInt(most); part > 0; part--) {
      text.append(LETTERS[random.nextInt(LETTERS.length)]);
    }
    return text.toString();
  }

  private static BytesDictionary dictionary(Random random) {
    TreeSet<byte[]> values = new TreeSet<>(Arrays::compareUnsigned);
    for (int i = random.nextInt(60); i > 0; i--) {
      values.add(text(random, 9).getBytes(StandardCharsets.UTF_8));
    }
    return BytesDictionary.of(values.toArray(byte[][]::new), values.size());
  }

  private static boolean contains(int[] toggles, int code) {
    return Arrays.stream(toggles).filter(toggle -> toggle <= code).count() % 2 == 1;
  }

  @Test
  void matching_randomPatterns_isWhatMatchesOneByOne() {
    long seed = Long.getLong("kindling.seed", System.nanoTime());
    System.out.println("BytesDictionaryTest seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      BytesDictionary dictionary = dictionary(random);
      String like = text(random, 4);
      for (int piece = random.nextInt(3); piece > 0; piece--) {
        like += (random.nextInt(4) == 0 ? "_" : "") + "%" + text(random, 3);
      }
      LikePattern pattern = LikePattern.parse(like, '!');

      int[] toggles = dictionary.matching(pattern);

      for (int code = 0; code < dictionary.size(); code++) {
        byte[] value = dictionary.get(code);
        assertThat(contains(toggles, code))
            .as("'%s' like '%s', seed %d", new String(value, StandardCharsets.UTF_8), like, seed)
            .isEqualTo(pattern.matches(value, 0, value.length));
      }
    }
  }

  @Test
  void find_everyPlace_isFound() {
    byte[] sought = {7, 7, 9};
    for (int place = 0; place < 40; place++) {
      byte[] bytes = new byte[place + sought.length + 13];
      Arrays.fill(bytes, (byte) 7);
      System.arraycopy(sought, 0, bytes, place, sought.length);

      assertThat(LikePattern.find(sought, bytes, 0, bytes.length)).isEqualTo(place);
      assertThat(LikePattern.find(sought, bytes, place + 1, bytes.length)).isEqualTo(-1);
      assertThat(LikePattern.find(sought, bytes, 0, place + 2)).isEqualTo(-1);
    }
  }
}
