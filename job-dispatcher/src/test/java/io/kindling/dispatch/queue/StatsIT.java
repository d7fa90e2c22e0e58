package io.kindling.dispatch.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StatsIT {
  private final QueueBed bed = new QueueBed();

  @AfterEach
  void close() {
    bed.close();
  }

  @Test
  void stats_allNumbers_inOneRoundTrip() {
    CommandQueue driver =
        bed.driver(o -> o.tenant("a", 1).tenant("b", 2).driverName("night shift").maxReady(2));
    bed.pushCounts("a", "c-1", "c-2", "c-3", "c-4", "c-5", "c-6");
    List<Lease> leases = driver.take(4);
    driver.finish(leases.get(0), "1");
    driver.fail(leases.get(1), "no");
    driver.retryLater(leases.get(2), "later");
    bed.push("b", "bad");
    driver.awaitWork(Duration.ZERO);

    QueueStats stats = driver.stats();

    assertThat(stats.running()).isEqualTo(1);
    assertThat(stats.delayed()).isEqualTo(1);
    assertThat(stats.dead()).isZero();
    assertThat(stats.refused()).isEqualTo(1);
    assertThat(stats.tenants().keySet()).containsExactly("a", "b");
    QueueStats.Tenant a = stats.tenant("a");
    assertThat(a.depth()).isEqualTo(2);
    assertThat(a.running()).isEqualTo(1);
    assertThat(a.counts()).isEqualTo(Map.of("RESULT_READY", 1L, "FAILED", 1L, "RETRIED", 1L));
    assertThat(stats.tenant("b")).isEqualTo(new QueueStats.Tenant(0, 0, 0, Map.of("REFUSED", 1L)));
    assertThat(Long.parseLong(bed.redis.jedis().hget(bed.keys.meta(), "depth"))).isEqualTo(3);
  }

  @Test
  void stats_drivers_areThoseThatWereHeardOf() {
    CommandQueue one = bed.driver(o -> o.tenant("a", 1).driverName("night shift"));
    CommandQueue two = bed.driver(o -> o.tenant("a", 1).driverName("day\nshift"));
    bed.redis.jedis().hset(bed.keys.drivers(), "old", "1000 500 long gone");
    bed.redis.jedis().hset(bed.keys.drivers(), "odd", "what is this");

    one.reap();

    Awaitility.await().until(() -> one.stats().drivers().size() == 2);
    assertThat(one.stats().drivers())
        .extracting(QueueStats.Driver::name)
        .containsExactlyInAnyOrder("night shift", "day shift");
    assertThat(one.stats().drivers())
        .extracting(QueueStats.Driver::id)
        .containsExactlyInAnyOrder(one.driverId(), two.driverId());
    assertThat(one.stats().drivers())
        .allSatisfy(d -> assertThat(d.lastSeen()).isAfterOrEqualTo(d.started()));
  }

  @Test
  void unknownLists_areFoundReportedAndNotTouched() {
    CommandQueue driver = bed.driver();
    bed.pushCounts("a", "c-1");
    for (String tenant : List.of("other", "with\nnewline", "x".repeat(100))) {
      bed.redis.jedis().rpush(bed.keys.base() + "in:" + tenant, QueueBed.count("c-2"));
    }
    bed.redis.jedis().set(bed.keys.base() + "in:noList", "1");

    Awaitility.await().until(() -> driver.stats().unknownLists().size() == 3);

    assertThat(driver.stats().unknownLists())
        .containsExactly("other", "with\\u000anewline", "x".repeat(64) + "...");
    assertThat(driver.take(5)).extracting(Lease::id).containsExactly("c-1");
    assertThat(bed.redis.jedis().llen(bed.keys.base() + "in:with\nnewline")).isEqualTo(1);
  }

  @Test
  void unknownLists_thatAreGone_areNoLongerReported() {
    var unknown = new UnknownLists(bed.redis, bed.keys, List.of("a"));
    bed.redis.jedis().rpush(bed.keys.base() + "in:other", "x");
    searchAll(unknown);
    assertThat(unknown.found()).containsExactly("other");

    bed.redis.jedis().del(bed.keys.base() + "in:other");
    searchAll(unknown);

    assertThat(unknown.found()).isEmpty();
  }

  /** The server is shared, and may hold more keys than one call goes through. */
  private static void searchAll(UnknownLists unknown) {
    for (int i = 0; i < 20; i++) {
      unknown.search();
    }
  }
}
