package io.kindling.faults.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.FunctionLibrary;
import io.kindling.core.Redis;
import io.kindling.faults.table.Servers.Single;
import io.kindling.ml.ModelStore;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The function library vanishes, or other applications bring other versions of it. */
final class LibraryFaults {
  private static final Duration INTERVAL = Duration.ofMillis(300);
  private static final Pattern VERSION = Pattern.compile("-- version: (\\d+)");

  /** As it was in its first version, which served forests alone. */
  private static final FunctionLibrary OLD =
      FunctionLibrary.fromClasspath(LibraryFaults.class, "kindling-1.lua");

  private LibraryFaults() {}

  static List<NamedFault<?>> all() {
    return List.of(
        NamedFault.of(
            "Function library flushed every 300 ms for 4 s",
            Single::start,
            servers -> Servers.repeat(INTERVAL, () -> servers.ask("FUNCTION", "FLUSH"))),
        NamedFault.of(
            "Two versions of Kindling on one server, then a third, newer one",
            Single::start,
            LibraryFaults::mixVersions));
  }

  /** Each application installs its own, unless a newer one is there. */
  private static void mixVersions(Single servers) {
    AtomicInteger round = new AtomicInteger();
    String model = servers.name() + "-other";
    ServedForest forest = new ServedForest(new Random(1));
    try (Redis redis = Redis.connect(servers.config())) {
      Servers.repeat(
          INTERVAL,
          () -> {
            if (round.getAndIncrement() % 3 == 0) {
              servers.ask("FUNCTION", "FLUSH"); // Whoever comes first, begins.
            }
            redis.functions().ensure(OLD);
            ModelStore.of(redis).publish(model, forest.forest());
            redis.functions().ensure(OLD);
            assertThat(version(redis)).isEqualTo(2);
          });

      String newer = source(redis).replace("-- version: 2", "-- version: 3");
      servers.ask("FUNCTION", "LOAD", "REPLACE", newer);
      redis.functions().ensure(OLD);
      ModelStore.of(redis).publish(model, forest.forest());
      assertThat(version(redis)).isEqualTo(3);
    }
  }

  private static String source(Redis redis) {
    return redis.jedis().functionListWithCode(OLD.name()).get(0).getLibraryCode();
  }

  private static int version(Redis redis) {
    Matcher version = VERSION.matcher(source(redis));
    assertThat(version.find()).as("it tells its version").isTrue();
    return Integer.parseInt(version.group(1));
  }
}
