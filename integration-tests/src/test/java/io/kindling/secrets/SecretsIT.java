package io.kindling.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.Certificates;
import io.kindling.core.testing.TestRedis;
import io.kindling.testing.ShortJvm;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Searches all output of a full run for the password: log at DEBUG, output and error stream,
 * exceptions with their causes, Spark's UI, REST API, metrics and event log.
 */
@Tag("local")
class SecretsIT {
  private static final long LIMIT_SECONDS = 180;
  private static final String LOGGING =
      """
      rootLogger.level = info
      rootLogger.appenderRef.console.ref = console
      logger.kindling.name = io.kindling
      logger.kindling.level = debug
      logger.jedis.name = redis.clients
      logger.jedis.level = debug
      logger.lettuce.name = io.lettuce
      logger.lettuce.level = debug
      appender.console.type = Console
      appender.console.name = console
      appender.console.layout.type = PatternLayout
      appender.console.layout.pattern = %p %c: %m%n%xEx
      """;

  @TempDir private Path folder;

  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64") // where the embedded Redis has TLS
  void fullRun_nowhereInItsOutput_isThePassword() throws Exception {
    Certificates.make(folder);
    Map<String, String> outputs = new TreeMap<>();
    try (TestRedis redis = TestRedis.start("--requirepass", Secret.PASSWORD);
        TestRedis stranger = TestRedis.start("--requirepass", "another")) {
      outputs.put("output", run(redis.port(), stranger.port()));
    }
    outputs.putAll(texts(folder));

    assertCovers(outputs);
    // One by one: a message about all would hold all.
    outputs.forEach(
        (name, text) -> assertThat(Secret.in(text)).as("%s:%n%s", name, around(text)).isEmpty());
  }

  private String run(int port, int strangersPort) throws IOException, InterruptedException {
    Path logging = folder.resolve("log4j2.properties");
    Files.writeString(logging, LOGGING);
    Path output = folder.resolve("output.log");
    List<String> command =
        ShortJvm.command(
            List.of("-Xmx1g", "-Dlog4j2.configurationFile=" + logging),
            SecretsRun.class,
            List.of(folder.toString(), String.valueOf(port), String.valueOf(strangersPort)));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    Process process = builder.start();
    try {
      assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).as("ended in time").isTrue();
    } finally {
      process.destroyForcibly();
    }
    String text = Files.readString(output);
    Files.copy(
        output, Path.of("target", "secrets-output.log"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(process.exitValue()).as(text.substring(Math.max(0, text.length() - 5_000))).isZero();
    return text;
  }

  /** What is searched is what is meant. */
  private static void assertCovers(Map<String, String> outputs) {
    String output = outputs.getOrDefault("output", "");
    assertThat(output)
        .contains(
            "THE END", "DEBUG io.kindling", "WARN io.kindling.core.RedisConfig: Spark shows the")
        .contains("TOLD publish: v1", "TOLD async: ", "TOLD counters: ", "{rows=10}")
        .contains("TOLD metrics: 200", "TOLD status: 200", "TOLD a password for a token: 401")
        .contains("WRONGPASS", "FAILED wrong password of a store", "FAILED arguments quoted")
        .doesNotContain("TOLD bad URI", "TOLD wrong password", "TOLD a task without rights")
        .containsPattern("page /environment/: 200")
        .containsPattern("page /api/v1/applications/.*/environment: 200");
    assertThat(outputs)
        .anySatisfy((n, t) -> assertThat(t).contains("SparkListenerEnvironmentUpdate"));
    assertThat(outputs)
        .anySatisfy(
            (name, text) ->
                assertThat(text)
                    .startsWith("/environment/")
                    .contains("spark.redis.auth", "redacted"));
  }

  private static Map<String, String> texts(Path folder) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        texts.put(
            file.toString().replace(File.separatorChar, '/'),
            new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    return texts;
  }

  private static String around(String text) {
    int at = Secret.in(text).map(text::indexOf).orElse(0);
    return text.substring(Math.max(0, at - 500), Math.min(text.length(), at + 500));
  }
}
