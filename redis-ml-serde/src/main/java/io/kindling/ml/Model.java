package io.kindling.ml;

import io.kindling.ml.format.ModelFormatException;
import java.io.Serializable;

/**
 * An immutable model value: exactly what scoring needs, in Spark's own order of summation.
 *
 * <p>Model values are thread-safe and safe to broadcast: they pass Java serialisation as their own
 * bytes ({@code docs/format/model-v1.md}).
 *
 * @since 0.1
 */
public sealed interface Model extends Serializable permits Forest, Pipeline {

  /** Number of classes, or 0 for a regression. */
  int numClasses();

  /** The model as bytes of format version 1, with checksum. */
  byte[] toBytes();

  /**
   * Decodes what {@link #toBytes()} gave.
   *
   * @throws ModelFormatException for every other input, after allocating at most a small multiple
   *     of its length
   */
  static Model fromBytes(byte[] bytes) {
    return ModelCodec.decode(bytes);
  }
}
