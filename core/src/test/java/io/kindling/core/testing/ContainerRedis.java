package io.kindling.core.testing;

import io.kindling.core.RedisConfig;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * Redis in a container; a class of its own, so that only tests which want it need Testcontainers.
 */
final class ContainerRedis {
  private static final String IMAGE = System.getProperty("kindling.test.image", "redis:7.0.15");

  private ContainerRedis() {}

  /** Starts one that lives as long as this JVM: Testcontainers, or its hook, removes it. */
  @SuppressWarnings("resource")
  static RedisConfig start() {
    var container = new GenericContainer<>(DockerImageName.parse(IMAGE)).withExposedPorts(6379);
    container.start();
    Runtime.getRuntime().addShutdownHook(new Thread(container::stop));
    return RedisConfig.builder().node(container.getHost(), container.getMappedPort(6379)).build();
  }
}
