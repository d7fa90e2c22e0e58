package io.kindling.core.testing;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.Parameter;

/**
 * What must hold on every way to run Redis: the base of each module's contract. A subclass says by
 * {@link OnEveryTopology} or its like where it runs, else it is {@link Topology#STANDALONE}; or it
 * overrides {@link #admin} for a server of its own, where nothing fails over.
 */
public abstract class TopologyContract {
  @Parameter Topology topology = Topology.STANDALONE;

  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /** How to connect with all rights. */
  protected RedisConfig admin() {
    return topology.config();
  }

  /** Whether masters and replicas can change places. */
  protected final boolean canFailOver() {
    return topology.canFailOver();
  }

  /** Has them do so, when the replicas have all that was written. */
  protected final void failOver() {
    topology.failOver();
  }

  /** Connects until the end of the test. */
  protected final Redis connect(RedisConfig config) {
    return later(Redis.connect(config));
  }

  /** Has a resource closed at the end of the test, the newest first. */
  protected final <T extends AutoCloseable> T later(T resource) {
    open.push(resource);
    return resource;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable resource : open) {
      resource.close();
    }
  }
}
