package io.kindling.docs;

import static java.util.stream.Collectors.toSet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A page of documentation, with the links that it makes and the tests that it names.
 *
 * <p>Links into the web are not followed, and code is no text.
 */
final class MarkdownPage {
  private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^ *```.*?^ *```$");
  private static final Pattern CODE = Pattern.compile("`[^`\n]*`");
  private static final Pattern DEFINITION = Pattern.compile("(?m)^\\[([^\\]]+)\\]: *(\\S+)$");
  private static final Pattern INLINE = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern REFERENCE = Pattern.compile("\\[([^\\]]+)\\]\\[([^\\]]*)\\]");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.+)$");

  /** Not {@code WAIT}, and not the {@code XTest} of a rule. */
  private static final Pattern TEST = Pattern.compile("\\b[A-Z]\\w*[a-z0-9](?:Test|IT)\\b");

  private final Path file;
  private final String text;
  private final Map<String, String> definitions = new TreeMap<>();

  private MarkdownPage(Path file, String text) {
    this.file = file;
    this.text = text;
    for (MatchResult definition : matches(DEFINITION, text)) {
      definitions.put(definition.group(1), definition.group(2));
    }
  }

  static MarkdownPage of(Path file) {
    try {
      return new MarkdownPage(file, CODE_BLOCK.matcher(Files.readString(file)).replaceAll(""));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }

  /** The simple names of the tests that the text names, as code or not. */
  Set<String> namedTests() {
    return matches(TEST, text).stream().map(MatchResult::group).collect(toSet());
  }

  /** What is wrong with the links: one line each. */
  List<String> brokenLinks() {
    var problems = new TreeSet<String>();
    String prose = CODE.matcher(text).replaceAll("");
    var targets = new ArrayList<>(definitions.values());
    matches(INLINE, prose).forEach(link -> targets.add(link.group(1)));
    targets.forEach(target -> problems.addAll(broken(target)));
    Set<String> used = references(prose);
    for (String name : used) {
      if (!definitions.containsKey(name)) {
        problems.add("no line '[%s]: ...' says where that is".formatted(name));
      }
    }
    definitions.forEach(
        (name, target) -> {
          if (!used.contains(name)) {
            problems.add("nothing links to [%s]".formatted(name));
          }
          if (target.endsWith(".java") && !target.endsWith("/" + name + ".java")) {
            problems.add("[%s] leads to another class: %s".formatted(name, target));
          }
        });
    return List.copyOf(problems);
  }

  private static Set<String> references(String prose) {
    return matches(REFERENCE, prose).stream()
        .map(link -> link.group(link.group(2).isEmpty() ? 1 : 2))
        .collect(toSet());
  }

  private List<String> broken(String target) {
    if (target.matches("[a-z]+:.*")) {
      return List.of();
    }
    String[] parts = target.split("#", 2);
    Path page = parts[0].isEmpty() ? file : file.resolveSibling(parts[0]).normalize();
    if (!Files.exists(page)) {
      return List.of("no file %s".formatted(target));
    }
    if (parts.length == 2 && !of(page).anchors().contains(parts[1])) {
      return List.of("no heading %s".formatted(target));
    }
    return List.of();
  }

  /** As GitHub makes them: a heading's letters, digits and dashes. */
  private Set<String> anchors() {
    return matches(HEADING, text).stream()
        .map(heading -> heading.group(1).strip().toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N}_ -]", "").replace(' ', '-'))
        .collect(toSet());
  }

  private static List<MatchResult> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
