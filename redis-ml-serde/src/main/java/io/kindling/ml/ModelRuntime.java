package io.kindling.ml;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What answers with a published model, and has to answer its golden rows before a version goes
 * live.
 *
 * @since 0.1
 */
public enum ModelRuntime {
  /** The function library inside Redis: {@link Predictor}, {@link AsyncPredictor}. */
  FUNCTIONS,
  /** An evaluator in the process that asks: {@link LiveModel}, {@link ModelStore#loadModel}. */
  JVM;

  /** As it stands in metadata. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Empty for what a later build may know. */
  static Optional<ModelRuntime> of(String text) {
    return Arrays.stream(values()).filter(runtime -> runtime.text().equals(text)).findFirst();
  }
}
