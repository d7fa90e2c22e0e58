package io.kindling.dispatch.predicate;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** The name that was probably meant. */
final class NearestName {
  private static final int MAX_CHARS = 100;

  private NearestName() {}

  /** The nearest of the known names; empty if none is near enough to be meant. */
  static Optional<String> of(String name, Collection<String> known) {
    if (name.length() > MAX_CHARS) {
      return Optional.empty();
    }
    String wanted = name.toLowerCase(Locale.ROOT);
    String nearest = null;
    // Farther than this it is another word.
    int best = Math.max(2, wanted.length() / 2) + 1;
    for (String candidate : known) {
      if (Math.abs(candidate.length() - wanted.length()) < best) {
        int distance = distance(wanted, candidate.toLowerCase(Locale.ROOT));
        if (distance < best) {
          nearest = candidate;
          best = distance;
        }
      }
    }
    return Optional.ofNullable(nearest);
  }

  /** Levenshtein's: insertions, deletions and replacements from one to the other. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
