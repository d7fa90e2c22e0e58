package io.kindling.dispatch.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** LIKE against the regular expression that it stands for. */
class LikePatternTest {
  private static final String[] LETTERS = {"a", "b", "é", "\uD83D\uDE00", "\n"};

  private static boolean matches(LikePattern pattern, String text) {
    byte[] bytes = ("x" + text + "y").getBytes(StandardCharsets.UTF_8);
    return pattern.matches(bytes, 1, bytes.length - 1);
  }

  @Test
  void matches_randomTexts_isWhatTheRegularExpressionSays() {
    long seed = System.nanoTime();
    System.out.println("LikePatternTest seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder like = new StringBuilder();
      StringBuilder regex = new StringBuilder("(?s)");
      for (int part = random.nextInt(6); part > 0; part--) {
        switch (random.nextInt(4)) {
          case 0 -> {
            like.append('%');
            regex.append(".*");
          }
          case 1 -> {
            like.append('_');
            regex.append('.');
          }
          case 2 -> {
            like.append("!%");
            regex.append('%');
          }
          default -> {
            String letter = LETTERS[random.nextInt(LETTERS.length)];
            like.append(letter);
            regex.append(Pattern.quote(letter));
          }
        }
      }
      StringBuilder text = new StringBuilder();
      for (int part = random.nextInt(7); part > 0; part--) {
        text.append(random.nextInt(8) == 0 ? "%" : LETTERS[random.nextInt(LETTERS.length)]);
      }
      assertThat(matches(LikePattern.parse(like.toString(), '!'), text.toString()))
          .as("%s like %s, seed %d", text, like, seed)
          .isEqualTo(Pattern.matches(regex.toString(), text));
    }
  }

  @Test
  void matches_manyWildcardsOnALongText_takesLinearTime() {
    String text = "a".repeat(100_000);

    assertThat(matches(LikePattern.parse("%a%a%a%a%a%a%a%b", '\\'), text)).isFalse();
    assertThat(matches(LikePattern.parse("%a%a%a%a%a%a%a%a", '\\'), text)).isTrue();
  }
}
