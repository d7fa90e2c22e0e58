package io.kindling.faults;

import io.kindling.faults.ScriptCall.Slot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A random run: what it counts and what goes wrong. The same for the same seed. */
final class RunPlan {
  final long seed;
  final List<Pass> passes = new ArrayList<>();
  final Map<Slot, Fault> faults = new HashMap<>();

  /** Stages that run again while the slot's commit is on its way: because this other one fails. */
  final Map<Slot, Fault> breakers = new HashMap<>();

  /** A partition whose task always fails in the first job, after its commit or before. */
  final @Nullable Slot doomed;

  final boolean doomedAfterCommit;

  /** Whether the driver declares all passes ahead. */
  final boolean expects;

  /** Whether an incomplete run is begun again, rather than resumed. */
  final boolean restarts;

  private final Random random;

  RunPlan(long seed) {
    this.seed = seed;
    random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
    int numPasses = 1 + random.nextInt(2);
    for (int i = 0; i < numPasses; i++) {
      passes.add(pass("pass-" + i));
    }
    int numFaults = 2 + random.nextInt(3);
    for (int i = 0; i < numFaults; i++) {
      addFault(passes.get(random.nextInt(numPasses)));
    }
    doomed = random.nextInt(4) == 0 ? doomed() : null;
    doomedAfterCommit = random.nextBoolean();
    expects = random.nextBoolean();
    restarts = random.nextInt(3) == 0;
  }

  private Pass pass(String name) {
    boolean shuffled = random.nextInt(3) > 0;
    boolean indeterminate = shuffled && random.nextBoolean();
    return new Pass(
        name,
        random.nextLong(),
        /* partitions= */ 1 + random.nextInt(10),
        /* counted= */ random.nextBoolean(),
        shuffled,
        indeterminate,
        /* large= */ random.nextInt(3) == 0,
        /* extreme= */ !indeterminate && random.nextInt(4) == 0);
  }

  private void addFault(Pass pass) {
    Slot slot = new Slot(pass.name(), random.nextInt(pass.partitions()));
    Place place = place(pass.isLarge(slot.partition()));
    FaultKind kind;
    do {
      kind = FaultKind.ALL.get(random.nextInt(FaultKind.ALL.size()));
    } while (!kind.places().contains(place) || !suits(kind, place, pass));
    if (faults.containsKey(slot) || breakers.containsKey(slot)) {
      return;
    }
    boolean again = kind.isRepeatable() && place == Place.COMMIT && random.nextInt(3) == 0;
    int times = again ? 2 + random.nextInt(2) : 1; // A commit is tried three times.
    Fault fault = new Fault(kind, place, slot, random.nextInt(3), times);
    if (kind == FaultKind.NEWER_STAGE && fault.isMeeting()) {
      Slot breaker = new Slot(pass.name(), (slot.partition() + 1) % pass.partitions());
      if (faults.containsKey(breaker)) {
        return;
      }
      breakers.put(breaker, fault);
    }
    faults.put(slot, fault);
  }

  private Place place(boolean large) {
    int dice = random.nextInt(100);
    if (dice < 9) {
      return Place.BEFORE;
    }
    if (dice < 18) {
      return Place.AFTER;
    }
    return large && random.nextBoolean() ? Place.FOLD : Place.COMMIT;
  }

  private boolean suits(FaultKind kind, Place place, Pass pass) {
    if (kind == FaultKind.DUPLICATE) {
      return !pass.indeterminate(); // Else what the two attempts count contradicts each other.
    }
    return kind != FaultKind.NEWER_STAGE
        || (pass.shuffled() && (place != Place.COMMIT || pass.partitions() > 1));
  }

  /** One of a pass in which no attempts shall meet. */
  private @Nullable Slot doomed() {
    Pass pass = passes.get(random.nextInt(passes.size()));
    boolean meets =
        faults.values().stream()
            .anyMatch(fault -> fault.slot.pass().equals(pass.name()) && fault.isMeeting());
    return meets || pass.indeterminate()
        ? null
        : new Slot(pass.name(), random.nextInt(pass.partitions()));
  }

  /** Whether a pass has a duplicate attempt, at this place. */
  boolean duplicates(Pass pass, Place place) {
    return faults.values().stream()
        .anyMatch(
            fault ->
                fault.kind == FaultKind.DUPLICATE
                    && fault.place == place
                    && fault.slot.pass().equals(pass.name()));
  }

  @Override
  public String toString() {
    return String.format(
        "run of seed %d: %s, faults %s, doomed %s%s, %s",
        seed,
        passes,
        faults.values(),
        doomed,
        doomed != null && doomedAfterCommit ? " after its commit" : "",
        restarts ? "restarts" : "resumes");
  }
}
