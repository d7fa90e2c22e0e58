package io.kindling.examples.redeploy;

import io.kindling.ml.Forest;
import io.kindling.ml.ModelStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Makes versions live at even intervals, rolls some back, and knows which was live when. */
final class Deployments implements Runnable {

  /**
   * One version takes over from another, somewhere between two moments.
   *
   * @param version that is live from then on
   * @param replaced that was live before; 0 for none
   */
  record Deployment(
      int version, int replaced, boolean isRollback, long beganNanos, long endedNanos) {}

  private final ModelStore store;
  private final String model;
  private final List<Forest> nights;
  private final RedeployOptions options;
  private final List<Deployment> deployments = new ArrayList<>();
  private final Map<Integer, Forest> forests = new HashMap<>();

  Deployments(ModelStore store, String model, List<Forest> nights, RedeployOptions options) {
    this.store = store;
    this.model = model;
    this.nights = nights;
    this.options = options;
  }

  /** As in {@code v3}. */
  static int number(String version) {
    return Integer.parseInt(version.substring(1));
  }

  /** The first version, before anybody asks. */
  void publishFirst() {
    publish();
  }

  private void publish() {
    Forest forest = nights.get(forests.size() % nights.size());
    long began = System.nanoTime();
    int version = number(store.publish(model, forest));
    forests.put(version, forest);
    add(version, began, /* isRollback= */ false);
  }

  private void rollBack() {
    long began = System.nanoTime();
    add(number(store.rollback(model)), began, /* isRollback= */ true);
  }

  private void add(int version, long began, boolean isRollback) {
    int replaced = deployments.isEmpty() ? 0 : deployments.get(deployments.size() - 1).version();
    deployments.add(new Deployment(version, replaced, isRollback, began, System.nanoTime()));
  }

  @Override
  public void run() {
    long start = System.nanoTime();
    int steps = options.promotions() + options.rollbacks();
    int rolledBack = 0;
    for (int step = 0; step < steps; step++) {
      long due = start + options.seconds() * 500_000_000L * (2 * step + 1) / steps;
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      if (rolledBack < options.rollbacks() * (step + 1) / steps) {
        rolledBack++;
        rollBack();
      } else {
        publish();
      }
    }
  }

  /** All, the first one too, in their order. */
  List<Deployment> all() {
    return List.copyOf(deployments);
  }

  /** What a version has to answer. */
  Forest forest(int version) {
    Forest forest = forests.get(version);
    if (forest == null) {
      throw new IllegalStateException("Cannot find version " + version + ", which has answered");
    }
    return forest;
  }

  /**
   * Whether a version was live at some time within a span.
   *
   * @param untilNanos at least {@code fromNanos}
   */
  boolean wasLive(int version, long fromNanos, long untilNanos) {
    for (int i = 0; i < deployments.size(); i++) {
      boolean isLast = i == deployments.size() - 1;
      if (deployments.get(i).version() == version
          && deployments.get(i).beganNanos() - untilNanos <= 0
          && (isLast || deployments.get(i + 1).endedNanos() - fromNanos >= 0)) {
        return true;
      }
    }
    return false;
  }
}
