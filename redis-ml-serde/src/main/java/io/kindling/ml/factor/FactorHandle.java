package io.kindling.ml.factor;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import java.io.Serializable;
import java.util.Objects;

/**
 * Where a version stands, to be shipped to executors. Holds how Redis is reached, with the
 * password.
 *
 * @since 0.1
 */
public final class FactorHandle implements Serializable {

  private static final long serialVersionUID = 1;

  private final RedisConfig redis;
  private final String name;
  private final String version;
  private final FactorMetadata metadata;

  FactorHandle(RedisConfig redis, String name, String version, FactorMetadata metadata) {
    this.redis = Objects.requireNonNull(redis);
    this.name = name;
    this.version = version;
    this.metadata = metadata;
  }

  /**
   * The version's table, on a connection that all tasks of the JVM share and that lives as long as
   * the JVM: for tasks.
   */
  public FactorTable open() {
    return new FactorTable(Redis.connect(redis), name, version, metadata);
  }

  @Override
  public String toString() {
    return "factors '" + name + "' " + version + " at " + redis;
  }
}
