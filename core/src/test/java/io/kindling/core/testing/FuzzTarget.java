package io.kindling.core.testing;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Code that takes bytes of anybody's. A target has a constructor without arguments, which may be
 * package-private; what {@link #accept} throws is a crash.
 *
 * <p>{@link FuzzReplay} gives it its seeds and past crashers in every build, Jazzer whatever it
 * comes upon under {@code -Pfuzz}.
 */
public interface FuzzTarget extends AutoCloseable {
  /**
   * Takes an input and checks what comes of it.
   *
   * @return what came of it, in short: an outcome not seen before is worth as much to the fuzzer as
   *     a branch not seen before. Null where the branches tell enough.
   */
  @Nullable String accept(byte[] input) throws Exception;

  /** Inputs to begin with, of all kinds that there are. */
  Collection<byte[]> seeds();

  @Override
  default void close() {}
}
