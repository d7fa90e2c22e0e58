package io.kindling.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.ModelStore;
import io.kindling.ml.ModelVersion;
import io.kindling.ml.Predictor;
import io.kindling.testing.ShortJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A publisher dies by {@code kill -9} at any moment: what is live then is the old version or the
 * new one, complete, in Redis and in the JVM; and the next publication cleans up.
 */
@Tag("local")
class PublisherKilledIT {
  private static final long SEED =
      Long.getLong("kindling.faults.seed", System.nanoTime() % 1_000_000_000);

  private static TestRedis server;
  private static Redis redis;

  @BeforeAll
  static void start() {
    System.out.println("PublisherKilledIT seed " + SEED);
    server = TestRedis.start();
    redis = Redis.connect(server.config());
  }

  @AfterAll
  static void stop() {
    redis.close();
    server.close();
  }

  @Test
  void publisher_killedAtThreePoints_liveIsOldOrNewAndComplete() {
    killPublishers(3);
  }

  @Test
  @Tag("faults")
  void publisher_killedAtFiftyPoints_liveIsOldOrNewAndComplete() {
    killPublishers(Integer.getInteger("kindling.faults.kills", 50));
  }

  private static void killPublishers(int kills) {
    String name = TestRedis.prefix() + "killed";
    Random random = new Random(SEED);
    ModelStore store = ModelStore.of(redis);
    Forest before = GrownForest.of(Publisher.TREES, 0);
    String live = store.publish(name, before);
    int moved = 0;
    for (int kill = 1; kill <= kills; kill++) {
      Forest next = GrownForest.of(Publisher.TREES, kill);
      double share = random.nextDouble() * 1.3; // of the time that a publication takes
      try (PublisherProcess publisher = PublisherProcess.start(name, kill)) {
        long nanos = (long) (publisher.awaitReady() * share);
        publisher.publish();
        LockSupport.parkNanos(nanos);
      }

      String where = "seed %d, kill %d after %.0f %%".formatted(SEED, kill, 100 * share);
      String now = live(store, name);
      boolean isNew = !now.equals(live);
      assertThat(store.load(name)).as(where).isEqualTo(isNew ? next : before);
      assertThat(store.load(name, now)).as(where).isEqualTo(isNew ? next : before);
      assertServed(where, name, isNew ? next : before, now, random);
      if (isNew) {
        moved++;
        assertThat(store.load(name, live)).as(where + ": previous").isEqualTo(before);
        before = next;
        live = now;
      }
    }
    System.out.printf("%d publishers killed: %d after the new version was live%n", kills, moved);

    Forest last = GrownForest.of(Publisher.TREES, -1);
    String version = store.publish(name, last);
    assertServed("the last", name, last, version, random);
    assertThat(store.versions(name)).extracting(ModelVersion::version).contains(live, version);
    String kept = "live|previous|last|(" + live + "|" + version + ")(:.*)?";
    assertThat(redis.jedis().hkeys("kindling:model:{" + name + "}")).allMatch(f -> f.matches(kept));
  }

  private static String live(ModelStore store, String name) {
    return store.versions(name).stream()
        .filter(version -> version.state() == ModelVersion.State.LIVE)
        .map(ModelVersion::version)
        .findFirst()
        .orElseThrow();
  }

  private static void assertServed(
      String where, String name, Forest forest, String version, Random random) {
    FeatureVector row = FeatureVector.dense(GrownForest.row(random));
    var answer = Predictor.open(redis, name).explain(row);
    assertThat(answer.prediction()).as(where).isEqualTo(forest.evaluator().predict(row));
    assertThat(answer.version()).as(where).isEqualTo(version);
  }

  /** A process of {@link Publisher}. */
  private record PublisherProcess(Process process, BufferedReader out) implements AutoCloseable {

    static PublisherProcess start(String name, long seed) {
      List<String> command =
          ShortJvm.command(
              List.of("-Xmx256m"),
              Publisher.class,
              List.of(server.uri(), name, String.valueOf(seed)));
      try {
        Process process =
            new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        return new PublisherProcess(process, process.inputReader(StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot start a publisher", e);
      }
    }

    /** How long a publication takes there, in nanoseconds. */
    long awaitReady() {
      try {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          if (line.startsWith(Publisher.READY)) {
            return Long.parseLong(line.substring(Publisher.READY.length()));
          }
        }
        throw new IllegalStateException("The publisher ended before it was ready");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void publish() {
      try {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      process.destroyForcibly(); // kill -9
      try {
        process.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }
}
