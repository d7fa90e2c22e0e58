package io.kindling.core.testing;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The servers that the fixture can start. Two come as files in Maven artifacts, both of which have
 * classes of the same names, so that none of these is used.
 */
enum RedisBinary {
  /** Of {@code org.signal:embedded-redis}. */
  REDIS_7_0("redis-server-7.0.15-"),

  /**
   * Redis 6.2.11, whatever the file is called; of {@code com.github.codemonstur:embedded-redis},
   * which only the profiles that need it have on the class path.
   */
  REDIS_6_2("redis-server-6.2.6-v5-"),

  /** Of the machine: {@code -Dkindling.test.valkey=<path>}, else on the PATH. */
  VALKEY("valkey-server");

  private static final ConcurrentHashMap<RedisBinary, Path> UNPACKED = new ConcurrentHashMap<>();

  private final String prefix;

  RedisBinary(String prefix) {
    this.prefix = prefix;
  }

  /** Whether it can be started here. */
  boolean isAvailable() {
    return this == VALKEY
        ? installed().isPresent()
        : RedisBinary.class.getResource(resource()) != null;
  }

  /** The program. */
  Path path() {
    return this == VALKEY
        ? installed().orElseThrow(() -> new IllegalStateException("No valkey-server is installed"))
        : UNPACKED.computeIfAbsent(this, RedisBinary::unpack);
  }

  private static Optional<Path> installed() {
    String given = System.getProperty("kindling.test.valkey", "");
    if (!given.isEmpty()) {
      return Optional.of(Path.of(given)); // If it is not there, that is to fail.
    }
    Stream<String> folders = Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1));
    return folders
        .map(folder -> Path.of(folder, VALKEY.prefix))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private String resource() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch");
    return "/"
        + prefix
        + (os.contains("mac") ? "darwin-" : "linux-")
        + (arch.equals("aarch64") ? "arm64" : "amd64");
  }

  private Path unpack() {
    try (InputStream in = RedisBinary.class.getResourceAsStream(resource())) {
      if (in == null) {
        throw new IllegalStateException("No " + resource() + " is on the class path");
      }
      Path folder = Files.createTempDirectory("kindling-binary-");
      Path file = folder.resolve("redis-server");
      Files.copy(in, file);
      if (!file.toFile().setExecutable(true)) {
        throw new IllegalStateException("Cannot make " + file + " executable");
      }
      folder.toFile().deleteOnExit(); // In reverse order: the file first.
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot unpack " + resource(), e);
    }
  }
}
