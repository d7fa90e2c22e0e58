package io.kindling.examples.adserving;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** What forests take of this JVM's memory, and how much of it they may take. */
final class Memory {

  /** The rest is for everything else, and for what is garbage. */
  private static final double SHARE = 0.75;

  private static final long BUILDING_BYTES = 512L << 20;

  private Memory() {}

  /** The bytes that are in use after a collection. */
  static long usedBytes() {
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  static long machineBytes() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getTotalMemorySize();
  }

  /** How many campaigns a machine like this one has room for, whatever this JVM was given. */
  static int campaignsOfMachine(long campaignBytes) {
    return (int) Math.max(1, SHARE * machineBytes() / campaignBytes);
  }

  /** How many campaigns this JVM has room for. */
  static int campaignsOfHeap(long campaignBytes) {
    double heap = 0.95 * Runtime.getRuntime().maxMemory() - BUILDING_BYTES;
    return (int) Math.max(1, Math.min(heap, SHARE * machineBytes()) / campaignBytes);
  }
}
