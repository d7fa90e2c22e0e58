package io.kindling.registry;

import io.kindling.core.Redis;
import io.kindling.ml.Forest;
import io.kindling.ml.ModelStore;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** A process to kill: publishes a forest when it is told to. */
public final class Publisher {
  static final String READY = "ready ";
  static final String DONE = "done ";
  static final int TREES = 20;

  private Publisher() {}

  /** Redis, the model, the seed of the forest; a line on standard input starts it. */
  public static void main(String[] args) throws Exception {
    Forest forest = GrownForest.of(TREES, Long.parseLong(args[2]));
    try (Redis redis = Redis.connect(args[0]);
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      ModelStore store = ModelStore.of(redis);
      store.publish(args[1] + "-first", forest); // so that the next takes as long as it should
      long start = System.nanoTime();
      store.publish(args[1] + "-first", forest);
      System.out.println(READY + (System.nanoTime() - start));
      in.readLine();
      System.out.println(DONE + store.publish(args[1], forest));
      in.readLine();
    }
  }
}
