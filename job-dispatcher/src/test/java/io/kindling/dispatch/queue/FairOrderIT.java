package io.kindling.dispatch.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FairOrderIT {
  private final QueueBed bed = new QueueBed();

  @AfterEach
  void close() {
    bed.close();
  }

  private void flood(String tenant, int count) {
    String[] payloads = new String[count];
    for (int i = 0; i < count; i++) {
      payloads[i] = QueueBed.count(tenant + i);
    }
    bed.push(tenant, payloads);
  }

  private static long of(String tenant, List<Lease> leases) {
    return leases.stream().filter(lease -> lease.tenant().equals(tenant)).count();
  }

  @Test
  void take_oneBehindFiveThousandOfAnother_isAmongTheNext() {
    CommandQueue driver = bed.driver(o -> o.tenant("a", 1).tenant("b", 1));
    flood("a", 5_000);
    assertThat(driver.take(10)).extracting(Lease::tenant).containsOnly("a");

    bed.pushCounts("b", "only");

    assertThat(driver.take(2)).extracting(Lease::id).contains("only");
  }

  @Test
  void take_oneTenant_isFirstInFirstOut() {
    CommandQueue driver = bed.driver();
    flood("a", 500);

    var expected = new ArrayList<String>();
    for (int i = 0; i < 500; i++) {
      expected.add("a" + i);
    }
    assertThat(driver.take(500)).extracting(Lease::id).isEqualTo(expected);
  }

  @Test
  void take_weights_shareInProportion() {
    CommandQueue driver = bed.driver(o -> o.tenant("a", 3).tenant("b", 1).tenant("c", 0.5));
    flood("a", 600);
    flood("b", 600);
    flood("c", 600);

    for (int round = 0; round < 5; round++) {
      List<Lease> taken = driver.take(90);
      assertThat(of("a", taken)).isBetween(58L, 62L);
      assertThat(of("b", taken)).isBetween(18L, 22L);
      assertThat(of("c", taken)).isBetween(8L, 12L);
    }
  }

  @Test
  void take_randomArrivals_noTenantWithABacklogFallsBehindItsShare() {
    long seed = new Random().nextLong();
    System.out.println("FairOrderIT seed " + seed);
    Random random = new Random(seed);
    List<String> tenants = List.of("a", "b", "c", "d");
    CommandQueue driver =
        bed.driver(o -> o.tenant("a", 1).tenant("b", 1).tenant("c", 1).tenant("d", 1));
    var pushed = new ArrayList<String>();
    var taken = new ArrayList<String>();
    for (int round = 0; round < 40; round++) {
      String tenant = tenants.get(random.nextInt(4));
      for (int i = random.nextInt(200); i > 0; i--) {
        String id = tenant + "-" + pushed.size();
        pushed.add(id);
        bed.pushCounts(tenant, id);
      }
      QueueStats before = driver.stats();
      int n = random.nextInt(100);
      List<Lease> leases = driver.take(n);
      long backlogged = before.tenants().values().stream().filter(t -> t.depth() >= n).count();
      for (String name : tenants) {
        if (before.tenant(name).depth() >= n) {
          // Its share of what others took, too, up to one command each way and a rounding.
          assertThat(of(name, leases)).isGreaterThanOrEqualTo(n / 4 - 4);
          assertThat(backlogged).isPositive();
        }
      }
      leases.forEach(lease -> taken.add(lease.id()));
    }
    driver.take(10_000).forEach(lease -> taken.add(lease.id()));
    Collections.sort(pushed);
    Collections.sort(taken);
    assertThat(taken).isEqualTo(pushed);
  }

  @Test
  void take_limitsByTenant_areKept() {
    CommandQueue driver = bed.driver(o -> o.tenant("a", 1).tenant("b", 1).tenant("c", 1));
    flood("a", 50);
    flood("b", 50);
    flood("c", 3);

    List<Lease> leases = driver.take(new TakeLimits(20, Map.of("a", 0, "b", 5)));

    assertThat(of("a", leases)).isZero();
    assertThat(of("b", leases)).isEqualTo(5);
    assertThat(of("c", leases)).isEqualTo(3);
    assertThat(driver.take(new TakeLimits(20, Map.of()))).hasSize(20);
  }

  @Test
  void take_commandThatWasPutBack_comesFirst() {
    CommandQueue driver = bed.driver(o -> o.tenant("a", 1).tenant("b", 1));
    flood("a", 100);
    flood("b", 100);
    List<Lease> first = driver.take(20);

    driver.requeue(first.subList(0, 3));

    assertThat(driver.take(3))
        .extracting(Lease::id)
        .containsExactlyInAnyOrderElementsOf(first.subList(0, 3).stream().map(Lease::id).toList());
  }
}
