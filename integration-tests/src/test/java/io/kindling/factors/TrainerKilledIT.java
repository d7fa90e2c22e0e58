package io.kindling.factors;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.factors.TrainerDriver.Batch;
import io.kindling.ml.factor.FactorBytes;
import io.kindling.ml.factor.FactorKind;
import io.kindling.ml.factor.FactorProgress;
import io.kindling.ml.factor.FactorStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The driver of a trainer dies by {@code kill -9} at random moments: after its restarts the factors
 * are those of a run that nobody disturbed, to the bit.
 */
@Tag("local")
class TrainerKilledIT {

  private static final long SEED =
      Long.getLong("kindling.faults.seed", System.nanoTime() % 1_000_000_000);
  private static final Duration LIMIT = Duration.ofMinutes(5);

  /** More than most drivers learn before they die. */
  private static final int FILES_A_KILL = 5;

  private static Redis redis;

  @BeforeAll
  static void start() {
    System.out.println("TrainerKilledIT seed " + SEED);
    redis = Redis.connect(TestRedis.shared().config());
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @Test
  void driver_killedAtThreePoints_leavesTheBitsOfAnUndisturbedRun(@TempDir Path folder)
      throws Exception {
    kill(3, folder);
  }

  @Test
  @Tag("faults")
  void driver_killedAtTwentyPoints_leavesTheBitsOfAnUndisturbedRun(@TempDir Path folder)
      throws Exception {
    kill(Integer.getInteger("kindling.faults.kills", 20), folder);
  }

  private static void kill(int kills, Path folder) throws Exception {
    Random random = new Random(SEED);
    int files = FILES_A_KILL * (kills + 1);
    Path input = writeFiles(folder, files, random);
    String killed = TestRedis.prefix() + "killed";
    String undisturbed = TestRedis.prefix() + "undisturbed";

    for (int kill = 0; kill < kills; kill++) {
      int begun = begun(killed).size();
      try (TrainerProcess driver = start(folder, input, killed)) {
        awaitBegun(killed, begun + 1 + random.nextInt(2), files - 1, driver);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(500)));
      }
    }
    try (TrainerProcess last = start(folder, input, killed, undisturbed)) {
      assertThat(last.waitFor(LIMIT)).as("exit code, see %s", last).isZero();
    }

    String where = "seed " + SEED;
    FactorStore store = FactorStore.of(redis);
    FactorProgress expected = store.open(undisturbed).progress();
    FactorProgress actual = store.open(killed).progress();
    List<Batch> batches = begun(killed).stream().distinct().map(Batch::parse).toList();
    for (int i = 0; i < batches.size(); i++) {
      assertThat(batches.get(i).id()).as(where).isEqualTo(i);
      assertThat(batches.get(i).firstFile())
          .as(where)
          .isEqualTo(i == 0 ? 0 : batches.get(i - 1).lastFile() + 1);
    }
    assertThat(batches.get(batches.size() - 1).lastFile()).as(where).isEqualTo(files - 1);
    assertThat(actual.batch()).as(where).isEqualTo(batches.size() - 1);
    assertThat(withoutStream(actual)).as(where).isEqualTo(withoutStream(expected));
    assertThat(store.open(killed).count(FactorKind.USER)).as(where).isGreaterThan(100);
    assertThat(differences(killed, undisturbed)).as(where).isEmpty();
    System.out.printf(
        "%d drivers killed, %d batches of %d begun again%n",
        kills, begun(killed).size() - batches.size(), batches.size());
  }

  /** Records, as in {@code bucket 3: 235: 12ab.. != 13ab..}. */
  private static List<String> differences(String model, String expected) {
    List<Map<String, String>> are = liveBytes(model);
    List<Map<String, String>> should = liveBytes(expected);
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < should.size(); i++) {
      Set<String> fields = new TreeSet<>(are.get(i).keySet());
      fields.addAll(should.get(i).keySet());
      for (String field : fields) {
        String is = are.get(i).get(field);
        String shall = should.get(i).get(field);
        if (!Objects.equals(is, shall)) {
          differences.add("bucket %d: %s: %s != %s".formatted(i, field, is, shall));
        }
      }
    }
    return differences;
  }

  /** A driver that was killed before it had made v1 live leaves it behind. */
  private static List<Map<String, String>> liveBytes(String model) {
    return FactorBytes.of(redis, model, FactorStore.of(redis).liveVersion(model));
  }

  /** Another query has another id. */
  private static FactorProgress withoutStream(FactorProgress progress) {
    return new FactorProgress(
        "",
        progress.batch(),
        progress.sequence(),
        progress.ratingSum(),
        progress.ratingCount(),
        progress.newest(),
        progress.users(),
        progress.items());
  }

  private static List<String> begun(String model) {
    return redis.jedis().lrange(TrainerDriver.begun(model), 0, -1);
  }

  /** So many batches begun, or that of the last file. */
  private static void awaitBegun(String model, int count, int last, TrainerProcess driver) {
    Awaitility.await("begun " + count + ", see " + driver)
        .atMost(LIMIT)
        .pollInterval(20, TimeUnit.MILLISECONDS)
        .until(
            () -> {
              List<String> begun = begun(model);
              boolean hasBegun =
                  begun.size() >= count
                      || begun.stream().anyMatch(batch -> Batch.parse(batch).lastFile() == last);
              if (!hasBegun && !driver.isAlive()) {
                throw new IllegalStateException("The trainer ended by itself, see " + driver);
              }
              return hasBegun;
            });
  }

  /** Every third file is large enough to be learned in tasks. */
  private static Path writeFiles(Path folder, int files, Random random) throws IOException {
    Path input = Files.createDirectory(folder.resolve("files"));
    for (int file = 0; file < files; file++) {
      int count = file % 3 == 2 ? 3 * TrainerDriver.SMALL_BATCH : TrainerDriver.SMALL_BATCH / 2;
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        lines.add(
            "{\"user\":%d,\"item\":%d,\"rating\":%d,\"time\":%d}"
                .formatted(
                    random.nextInt(400),
                    random.nextInt(150),
                    1 + random.nextInt(5),
                    1_000 * file + random.nextInt(1_000)));
      }
      Path written = Files.write(input.resolve(file + ".json"), lines);
      // Spark takes the oldest first.
      Files.setLastModifiedTime(written, FileTime.fromMillis(1_700_000_000_000L + 1_000L * file));
    }
    return input;
  }

  private static TrainerProcess start(Path folder, Path input, String... models) {
    List<String> arguments = new ArrayList<>();
    arguments.add(TestRedis.shared().uri());
    arguments.add(input.toString());
    arguments.add(folder.resolve("checkpoints").toString());
    arguments.addAll(List.of(models));
    return TrainerProcess.start(folder, arguments);
  }
}
