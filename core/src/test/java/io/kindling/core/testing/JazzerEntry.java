package io.kindling.core.testing;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What Jazzer calls, of one target. Jazzer is on the class path under {@code -Pfuzz} alone, and so
 * is called by reflection.
 */
public final class JazzerEntry {
  private static @Nullable FuzzTarget target;
  private static @Nullable Method exploreState;

  private JazzerEntry() {}

  /**
   * Called first.
   *
   * @param args the target's class, and the folder where its seeds are to be
   */
  public static void fuzzerInitialize(String[] args)
      throws ReflectiveOperationException, IOException {
    Constructor<?> constructor = Class.forName(args[0]).getDeclaredConstructor();
    constructor.setAccessible(true);
    FuzzTarget made = (FuzzTarget) constructor.newInstance();
    int number = 0;
    for (byte[] seed : made.seeds()) {
      Files.write(Path.of(args[1], "seed-" + number++), seed);
    }
    target = made;
    exploreState =
        Class.forName("com.code_intelligence.jazzer.api.Jazzer")
            .getMethod("exploreState", byte.class, int.class);
  }

  /** Called with each input. */
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    String outcome = Objects.requireNonNull(target).accept(input);
    if (outcome != null) {
      // Each id takes memory of Jazzer's for good, which dies when that is used up.
      int hash = outcome.hashCode();
      byte state = (byte) (hash & 0x7f);
      Objects.requireNonNull(exploreState).invoke(null, state, hash >>> 7 & 0xff);
    }
  }
}
