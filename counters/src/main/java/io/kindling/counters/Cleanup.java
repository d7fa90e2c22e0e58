package io.kindling.counters;

import io.kindling.core.RedisPipeline;
import java.util.Collection;

/** Removes the keys of a generation that nobody needs any more. */
final class Cleanup {
  private Cleanup() {}

  /**
   * Removes a generation's ledgers, the stages that they name, and itself at last.
   *
   * @param ledgers those that may name stages
   */
  static void remove(
      CounterStore store,
      Generation generation,
      Collection<String> passes,
      Collection<Ledger> ledgers) {
    try (RedisPipeline pipeline = store.redis().pipeline()) {
      for (Ledger ledger : ledgers) {
        ledger.stages(store).forEach(pipeline::unlink);
      }
      for (String pass : passes) {
        pipeline.unlink(store.keys().ledger(generation, pass));
      }
    }
    store.redis().jedis().unlink(store.keys().generation(generation));
  }
}
