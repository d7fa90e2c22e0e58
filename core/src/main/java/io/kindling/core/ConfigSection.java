package io.kindling.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one feature: all that start with {@code spark.kindling.<section>.}, and the other
 * libraries' keys that it understands. Each feature declares one.
 */
public final class ConfigSection {
  private static final String ROOT = "spark.kindling.";

  /** The first words of all sections, so that a misspelt one is noticed by any of them. */
  private static final List<String> SECTIONS = List.of("redis", "ml", "counters", "dispatch");

  private final String name;
  private final String title;
  private final List<ConfigKey<?>> keys;

  private ConfigSection(String name, String title, List<ConfigKey<?>> keys) {
    this.name = name;
    this.title = title;
    this.keys = keys;
  }

  /**
   * Declares a section.
   *
   * @param name the word behind {@code spark.kindling.}
   * @param title the heading in the documentation
   */
  public static ConfigSection of(String name, String title, ConfigKey<?>... keys) {
    if (!SECTIONS.contains(name)) {
      throw new IllegalArgumentException(
          "Cannot declare the configuration section '" + name + "': known are " + SECTIONS);
    }
    return new ConfigSection(name, title, List.of(keys));
  }

  /**
   * Reads this section's keys. Nothing is thrown before {@link Values#check()}, so that all
   * problems are reported together.
   *
   * @param pairs any settings; those that do not concern Kindling are ignored
   */
  public Values read(Map<String, String> pairs) {
    var values = new Values(title, pairs);
    for (String key : new TreeSet<>(pairs.keySet())) {
      if (key.startsWith(ROOT) && isOurs(key) && !isKnown(key)) {
        values.problem(
            "unknown key '" + key + "'; the nearest known one is '" + nearest(key) + "'");
      }
    }
    return values;
  }

  /** The section as a Markdown table, for {@code docs/configuration.md}. */
  public String toMarkdown() {
    var out = new StringBuilder("## ").append(title).append("\n\n");
    out.append("| key | type | default | meaning |\n|---|---|---|---|\n");
    for (ConfigKey<?> key : keys) {
      out.append("| `").append(key.name()).append('`');
      for (String alias : key.aliases()) {
        out.append("<br>or `").append(alias).append('`');
      }
      out.append(" | ").append(key.type()).append(" | ");
      String defaultText = key.defaultText();
      out.append(defaultText.isEmpty() ? "none" : "`" + defaultText + "`");
      out.append(" | ").append(key.description());
      out.append(key.isSecret() ? "; secret" : "").append(" |\n");
    }
    return out.toString();
  }

  private boolean isOurs(String key) {
    int end = key.indexOf('.', ROOT.length());
    String section = end < 0 ? key.substring(ROOT.length()) : key.substring(ROOT.length(), end);
    return section.equals(name) || !SECTIONS.contains(section);
  }

  private boolean isKnown(String key) {
    return keys.stream().anyMatch(k -> k.name().equals(key));
  }

  private String nearest(String key) {
    return NearestName.to(key, keys.stream().map(ConfigKey::name).toList());
  }

  /** The values of a section, and the problems met so far. Not safe for concurrent use. */
  public static final class Values {
    private final String title;
    private final Map<String, String> pairs;
    private final List<String> problems = new ArrayList<>();

    private Values(String title, Map<String, String> pairs) {
      this.title = title;
      this.pairs = pairs;
    }

    /**
     * The value of a key that has a default. A value that cannot be read is noted as a problem, and
     * the default is returned.
     */
    public <T> T get(ConfigKey<T> key) {
      T value = find(key);
      T defaultValue = key.defaultValue();
      if (value != null) {
        return value;
      }
      if (defaultValue == null) {
        throw new IllegalArgumentException("Cannot get '" + key.name() + "': it has no default");
      }
      return defaultValue;
    }

    /** The value of a key if it is set; null if it is not or cannot be read. */
    public <T> @Nullable T find(ConfigKey<T> key) {
      String name = setName(key);
      String text = name == null ? null : pairs.get(name);
      if (text == null) {
        return null;
      }
      try {
        return key.parse(text);
      } catch (IllegalArgumentException e) {
        String shown = key.isSecret() ? "***" : text;
        problem("'" + name + "' is '" + shown + "': allowed is " + e.getMessage());
        return null;
      }
    }

    List<String> problems() {
      return problems;
    }

    /** Notes a problem. */
    public void problem(String problem) {
      problems.add(problem);
    }

    /**
     * Throws if there was any problem.
     *
     * @throws ConfigException with all of them
     */
    public void check() {
      if (!problems.isEmpty()) {
        throw new ConfigException(title + " configuration", problems);
      }
    }

    /** Our own name goes before another library's. */
    private @Nullable String setName(ConfigKey<?> key) {
      if (pairs.containsKey(key.name())) {
        return key.name();
      }
      return key.aliases().stream().filter(pairs::containsKey).findFirst().orElse(null);
    }
  }
}
