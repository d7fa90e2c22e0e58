package io.kindling.dispatch.queue;

import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * What every driver does beside its work, in a thread of its own: admits what was pushed, also while
 * the driver takes nothing; reaps; searches for lists that belong to nobody.
 *
 * After it could not reach Redis it does not reap for a while: the leases of the others have expired
 * meanwhile, and their keepers shall come first.
 */
final class Housekeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeper.class);
  private static final Duration ADMIT_INTERVAL = Duration.ofMillis(500);
  private static final Duration SEARCH_INTERVAL = Duration.ofSeconds(5);
  private static final int MAX_REAPS = 200;
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final QueueScripts scripts;
  private final QueueOptions options;
  private final Intake intake;
  private final UnknownLists unknownLists;
  private final Patience patience = new Patience();
  private final Thread thread;

  Housekeeper(
      QueueScripts scripts, QueueOptions options, Intake intake, UnknownLists unknownLists) {
    this.scripts = scripts;
    this.options = options;
    this.intake = intake;
    this.unknownLists = unknownLists;
    thread = new Thread(this::keep, "kindling-housekeeper-" + options.queue());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Reaps now, in as many steps as it takes; returns how many commands it changed. */
  int reap() {
    int changed = 0;
    for (int round = 0; round < MAX_REAPS; round++) {
      Reply reply = scripts.reap(options);
      log("expired", reply.texts(0));
      log("made ready again, their driver is gone", reply.texts(1));
      log("laid aside as dead", reply.texts(2));
      int step = reply.list(0).size() + reply.list(1).size() + reply.list(2).size();
      if (step == 0) {
        return changed;
      }
      changed += step;
    }
    return changed;
  }

  private static void log(String what, List<String> entries) {
    if (!entries.isEmpty()) {
      LOG.info(
          "{} commands {}: {}",
          entries.size(),
          what,
          entries.subList(0, Math.min(entries.size(), 10)));
    }
  }

  private void keep() {
    int failures = 0;
    long nextSearch = System.nanoTime();
    long nextReap = nextSearch + options.reapInterval().toNanos();
    long tick = Math.min(ADMIT_INTERVAL.toMillis(), options.reapInterval().toMillis());
    while (patience.sleep(tick)) {
      try {
        intake.run();
        long now = System.nanoTime();
        if (failures > 0) {
          failures = 0;
          Duration grace = GRACE.compareTo(options.lease()) < 0 ? GRACE : options.lease();
          nextReap = now + grace.toNanos();
        }
        if (now - nextReap >= 0) {
          nextReap = now + options.reapInterval().toNanos();
          reap();
        }
        if (now - nextSearch >= 0) {
          nextSearch = now + SEARCH_INTERVAL.toNanos();
          unknownLists.search();
        }
      } catch (RuntimeException e) {
        if (failures++ == 0) {
          LOG.warn("Cannot look after queue '{}', trying on", options.queue(), e);
        }
        patience.pause(failures, Long.MAX_VALUE);
      }
    }
  }

  @Override
  public void close() {
    patience.close();
    Threads.join(thread);
  }
}
