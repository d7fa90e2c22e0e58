package io.kindling.dispatch.queue;

import java.util.Map;

/**
 * How many commands to take.
 *
 * @param total of all tenants together, from 0
 * @param byTenant of a tenant at most; those that are not named have no limit of their own
 */
public record TakeLimits(int total, Map<String, Integer> byTenant) {
  public TakeLimits {
    byTenant = Map.copyOf(byTenant);
    if (total < 0 || byTenant.values().stream().anyMatch(limit -> limit < 0)) {
      throw new IllegalArgumentException(
          "Cannot take " + total + " commands, by tenant " + byTenant + ": allowed is 0 and above");
    }
  }

  /** At most so many, of whatever tenant. */
  public static TakeLimits of(int total) {
    return new TakeLimits(total, Map.of());
  }

  int of(String tenant) {
    return Math.min(total, byTenant.getOrDefault(tenant, total));
  }
}
