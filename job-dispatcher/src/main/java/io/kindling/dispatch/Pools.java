package io.kindling.dispatch;

import io.kindling.dispatch.http.PreviewSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.Schedulable;
import scala.Option;

/*
 * A named pool that no allocation file declares is FIFO inside and never goes away, so pools are
 * few and declared. Local properties are inherited when a thread is created, not when it is used:
 * each piece of work sets its own and takes them away again.
 */

/** Spark's FAIR pools, through which scans and the handlers of tenants share an application. */
final class Pools {
  static final String SCAN = "kindling-scan";
  private static final int HANDLER_POOLS = 8;
  private static final String POOL = "spark.scheduler.pool";
  private static final String MODE = "spark.scheduler.mode";
  private static final String FILE = "spark.scheduler.allocation.file";

  private final SparkContext context;

  private Pools(SparkContext context) {
    this.context = context;
  }

  /** Sets what a dispatcher needs of the scheduler, before the context is made. */
  static SparkConf configure(SparkConf conf) {
    try (InputStream pools = Pools.class.getResourceAsStream("pools.xml")) {
      Path file = Files.createTempFile("kindling-pools-", ".xml");
      file.toFile().deleteOnExit();
      Files.copy(
          java.util.Objects.requireNonNull(pools), file, StandardCopyOption.REPLACE_EXISTING);
      return conf.set(MODE, "FAIR").set(FILE, file.toUri().toString());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write the allocation file of the pools", e);
    }
  }

  /**
   * The pools of a context.
   *
   * @throws IllegalStateException if it schedules by FIFO, or has not these pools
   */
  static Pools of(SparkContext context) {
    String mode = context.getConf().get(MODE, "FIFO");
    if (!mode.equalsIgnoreCase("FAIR")) {
      throw new IllegalStateException(
          "Cannot dispatch with %s=%s: one slow command would hold up all; make the session's conf with Dispatcher.configure(conf)"
              .formatted(MODE, mode));
    }
    if (context.getPoolForName(SCAN).isEmpty()) {
      throw new IllegalStateException(
          "Cannot dispatch without the pool '%s' in %s: make the session's conf with Dispatcher.configure(conf), or add the pools of io/kindling/dispatch/pools.xml to your file"
              .formatted(SCAN, FILE));
    }
    return new Pools(context);
  }

  static String ofTenant(String tenant) {
    return "kindling-" + Math.floorMod(tenant.hashCode(), HANDLER_POOLS);
  }

  /** The pools as they are now. */
  List<PreviewSource.PoolView> now(Collection<String> tenants) {
    List<PreviewSource.PoolView> views = new ArrayList<>();
    views.add(view(SCAN, List.of()));
    for (int i = 0; i < HANDLER_POOLS; i++) {
      String name = "kindling-" + i;
      List<String> of = tenants.stream().filter(t -> ofTenant(t).equals(name)).sorted().toList();
      if (!of.isEmpty()) {
        views.add(view(name, of));
      }
    }
    return views;
  }

  private PreviewSource.PoolView view(String name, List<String> tenants) {
    Option<Schedulable> pool = context.getPoolForName(name);
    return pool.isEmpty()
        ? new PreviewSource.PoolView(name, 1, 0, tenants)
        : new PreviewSource.PoolView(name, pool.get().weight(), pool.get().runningTasks(), tenants);
  }

  /** Does work whose jobs run in a pool under a job group. */
  <T> T in(String pool, String group, String description, Callable<T> work) throws Exception {
    context.setLocalProperty(POOL, pool);
    context.setJobGroup(group, description, /* interruptOnCancel= */ true);
    try {
      return work.call();
    } finally {
      context.clearJobGroup();
      context.setLocalProperty(POOL, null);
    }
  }

  void cancel(String group) {
    context.cancelJobGroup(group);
  }
}
