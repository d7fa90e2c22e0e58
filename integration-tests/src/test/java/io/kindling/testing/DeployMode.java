package io.kindling.testing;

/** Where the driver of a submitted application runs. */
public enum DeployMode {
  /** In the process that submits it. */
  CLIENT,

  /** In a process of its own that a worker starts; it takes one of that worker's cores. */
  CLUSTER
}
