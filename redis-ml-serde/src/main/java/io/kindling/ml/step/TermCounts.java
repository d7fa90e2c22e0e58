package io.kindling.ml.step;

import java.util.Arrays;

/** How often each term occurs, as a sparse vector. */
final class TermCounts {

  private TermCounts() {}

  /**
   * Counts terms.
   *
   * @param terms indices of terms; sorted here
   * @param count how many of them to take
   * @param atLeast terms that occur less often are left out
   * @param binary whether 1 stands for every count
   */
  static void fill(
      VectorValue target, int size, int[] terms, int count, double atLeast, boolean binary) {
    Arrays.sort(terms, 0, count);
    target.startSparse(size);
    int start = 0;
    while (start < count) {
      int end = start + 1;
      while (end < count && terms[end] == terms[start]) {
        end++;
      }
      if (end - start >= atLeast) {
        target.append(terms[start], binary ? 1.0 : end - start);
      }
      start = end;
    }
  }
}
