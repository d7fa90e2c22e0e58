package io.kindling.dispatch.queue;

import io.kindling.core.Redis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Renews the leases of this driver from a thread and a connection of its own, so that neither a
 * slow handler nor a used-up pool lets them expire. It also is what tells other drivers that this
 * one lives.
 */
final class LeaseKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);
  private static final int BATCH = 200;

  private final QueueScripts scripts;
  private final QueueOptions options;
  private final String driver;
  private final LeaseListener listener;
  private final Map<Long, Held> held = new ConcurrentHashMap<>();
  private final Patience patience = new Patience();
  private final Thread thread;

  /** A lease, by its token. */
  private static final class Held {
    private final Lease lease;
    private volatile boolean settling;

    Held(Lease lease) {
      this.lease = lease;
    }
  }

  LeaseKeeper(QueueScripts shared, QueueOptions options, String driver, LeaseListener listener) {
    Redis own = shared.redis().blocking(Duration.ZERO);
    scripts = new QueueScripts(own, shared.keys());
    this.options = options;
    this.driver = driver;
    this.listener = listener;
    thread = new Thread(this::keep, "kindling-leases-" + options.queue());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  void hold(Lease lease) {
    held.put(lease.token(), new Held(lease));
  }

  List<Lease> leases() {
    return held.values().stream().map(h -> h.lease).toList();
  }

  /** It is being ended by its holder: renewed still, but its loss is no news any more. */
  void settling(Lease lease) {
    Held one = held.get(lease.token());
    if (one != null) {
      one.settling = true;
    }
  }

  /** It could not be ended, and is held as before. */
  void notSettled(Lease lease) {
    Held one = held.get(lease.token());
    if (one != null) {
      one.settling = false;
    }
  }

  void release(Lease lease) {
    held.remove(lease.token());
  }

  private void keep() {
    int failures = 0;
    long wait = 0;
    while (patience.sleep(wait)) {
      try {
        renew();
        failures = 0;
        wait = options.renewInterval().toMillis();
      } catch (RuntimeException e) {
        if (failures++ == 0) {
          LOG.warn("Cannot renew the leases of driver '{}', trying on", driver, e);
        }
        wait = 0;
        patience.pause(failures, Long.MAX_VALUE);
      }
    }
  }

  private void renew() {
    var all = new ArrayList<>(held.values());
    for (int start = 0; start == 0 || start < all.size(); start += BATCH) {
      List<Held> batch = all.subList(start, Math.min(start + BATCH, all.size()));
      Reply reply = scripts.renew(options, driver, batch.stream().map(h -> h.lease).toList());
      List<?> lost = reply.list(0);
      for (int i = 0; i < lost.size(); i += 2) {
        lose(batch.get((int) Reply.number(lost.get(i))), Reply.text(lost.get(i + 1)));
      }
    }
  }

  private void lose(Held one, String state) {
    if (held.remove(one.lease.token()) == null || one.settling) {
      return;
    }
    CommandState now = state.isEmpty() ? null : CommandState.valueOf(state);
    LOG.info("Lost the lease on {}: it is {}", one.lease, state.isEmpty() ? "gone" : state);
    notify(one.lease, now);
  }

  private void notify(Lease lease, @Nullable CommandState state) {
    try {
      listener.lost(lease, state);
    } catch (RuntimeException e) {
      LOG.error("The listener failed at the loss of {}", lease, e);
    }
  }

  @Override
  public void close() {
    patience.close();
    Threads.join(thread);
    scripts.redis().close();
  }
}
