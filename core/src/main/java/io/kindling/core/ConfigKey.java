package io.kindling.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One configuration key, declared once: parsing, the check for unknown keys and {@code
 * docs/configuration.md} all come from the declaration.
 *
 * @param <T> the type of the value
 */
public final class ConfigKey<T> {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,15})\\s*(ms|s|m|h|d)?");

  private final String name;
  private final String type;
  private final @Nullable T defaultValue;
  private final Function<String, T> parser;
  private final String description;
  private final List<String> aliases = new ArrayList<>();
  private boolean secret;

  private ConfigKey(
      String name,
      String type,
      @Nullable T defaultValue,
      Function<String, T> parser,
      String description) {
    this.name = name;
    this.type = type;
    this.defaultValue = defaultValue;
    this.parser = parser;
    this.description = description;
  }

  /** A key for text. */
  public static ConfigKey<String> text(
      String name, @Nullable String defaultValue, String description) {
    return new ConfigKey<>(name, "text", defaultValue, Function.identity(), description);
  }

  /** A key for one of a few words. */
  public static ConfigKey<String> oneOf(
      String name, List<String> words, String defaultValue, String description) {
    return new ConfigKey<>(
        name,
        String.join(" or ", words),
        defaultValue,
        text -> {
          String word = text.toLowerCase(Locale.ROOT);
          if (!words.contains(word)) {
            throw new IllegalArgumentException("one of " + String.join(", ", words));
          }
          return word;
        },
        description);
  }

  /** A key for a whole number from {@code min} to {@code max}. */
  public static ConfigKey<Integer> number(
      String name, int min, int max, int defaultValue, String description) {
    String allowed = "a whole number from " + min + " to " + max;
    return new ConfigKey<>(
        name,
        max == Integer.MAX_VALUE ? "number, from " + min : "number, " + min + " to " + max,
        defaultValue,
        text -> {
          int value;
          try {
            value = Integer.parseInt(text);
          } catch (NumberFormatException e) {
            throw new IllegalArgumentException(allowed, e);
          }
          if (value < min || value > max) {
            throw new IllegalArgumentException(allowed);
          }
          return value;
        },
        description);
  }

  /** A key for {@code true} or {@code false}. */
  public static ConfigKey<Boolean> flag(String name, boolean defaultValue, String description) {
    return new ConfigKey<>(
        name,
        "true or false",
        defaultValue,
        text ->
            switch (text.toLowerCase(Locale.ROOT)) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException("true or false");
            },
        description);
  }

  /** A key for a duration: a number with ms, s, m, h or d; without a unit it counts ms. */
  public static ConfigKey<Duration> duration(
      String name, Duration defaultValue, String description) {
    return new ConfigKey<>(name, "duration", defaultValue, ConfigKey::parseDuration, description);
  }

  /** This key, which can also be set under another library's name. Returns itself. */
  public ConfigKey<T> alias(String otherName) {
    aliases.add(otherName);
    return this;
  }

  /** This key, whose value is shown as {@code ***}. Returns itself. */
  public ConfigKey<T> secret() {
    secret = true;
    return this;
  }

  /** The whole name, as in {@code spark.kindling.redis.uri}. */
  public String name() {
    return name;
  }

  List<String> aliases() {
    return aliases;
  }

  boolean isSecret() {
    return secret;
  }

  String type() {
    return type;
  }

  String description() {
    return description;
  }

  @Nullable T defaultValue() {
    return defaultValue;
  }

  String defaultText() {
    if (defaultValue == null) {
      return "";
    }
    return defaultValue instanceof Duration d ? format(d) : defaultValue.toString();
  }

  /**
   * Parses.
   *
   * @throws IllegalArgumentException with what is allowed as its message
   */
  T parse(String text) {
    return parser.apply(text.trim());
  }

  private static Duration parseDuration(String text) {
    Matcher m = DURATION.matcher(text.toLowerCase(Locale.ROOT));
    if (!m.matches()) {
      throw new IllegalArgumentException("a number followed by ms, s, m, h or d");
    }
    long amount = Long.parseLong(m.group(1));
    String unit = m.group(2) == null ? "ms" : m.group(2);
    try {
      return switch (unit) {
        case "s" -> Duration.ofSeconds(amount);
        case "m" -> Duration.ofMinutes(amount);
        case "h" -> Duration.ofHours(amount);
        case "d" -> Duration.ofDays(amount);
        default -> Duration.ofMillis(amount);
      };
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("a shorter duration", e);
    }
  }

  private static String format(Duration d) {
    return d.toMillis() % 1000 == 0 ? d.toSeconds() + "s" : d.toMillis() + "ms";
  }
}
