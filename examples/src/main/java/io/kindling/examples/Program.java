package io.kindling.examples;

import io.kindling.core.KindlingException;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** What the programs have in common: how they end, and which Redis they ask. */
public final class Program {

  private static final int CANNOT_RUN = 2;

  private Program() {}

  /** A program that has read its arguments. */
  @FunctionalInterface
  public interface Body<E extends Exception> {
    /** Its exit code: 0 if all is as it should be, 1 if not. */
    int run() throws E;
  }

  /** What a program does with its Redis. */
  @FunctionalInterface
  public interface OnRedis<E extends Exception> {
    /** Its exit code. */
    int run(String uri) throws E;
  }

  /**
   * The exit code of a program; 2, and a line on {@code err}, if it cannot run as it was called.
   */
  public static <E extends Exception> int exitCode(String name, PrintStream err, Body<E> body)
      throws E {
    try {
      return body.run();
    } catch (CannotRunException | KindlingException e) {
      err.println(name + ": " + e.getMessage());
      return CANNOT_RUN;
    }
  }

  /** With the Redis that the user named, or else with one that lives as long as this call. */
  public static <E extends Exception> int onRedis(@Nullable String uri, OnRedis<E> body) throws E {
    if (uri != null) {
      return body.run(uri);
    }
    try (EmbeddedRedis own = EmbeddedRedis.start()) {
      return body.run(own.uri());
    }
  }
}
