package io.kindling.faults;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One thing that a run plans to go wrong. */
final class Fault {
  /** How long the first of two attempts is held on its way for the second. */
  private static final long HOLD_SECONDS = 5;

  final FaultKind kind;
  final Place place;
  final ScriptCall.Slot slot;

  /** Where it happens relative to the call, or who of two goes first: 0, 1 or 2. */
  final int variant;

  private int left;

  /** For two attempts that meet. */
  private long firstAttempt = -1;

  private int firstStageAttempt;
  private boolean givenUp;
  private boolean broken;
  private final CountDownLatch held = new CountDownLatch(1);
  private final CountDownLatch met = new CountDownLatch(1);
  private final CountDownLatch firstDone = new CountDownLatch(1);
  private final CountDownLatch secondDone = new CountDownLatch(1);

  Fault(FaultKind kind, Place place, ScriptCall.Slot slot, int variant, int times) {
    this.kind = kind;
    this.place = place;
    this.slot = slot;
    this.variant = variant;
    this.left = times;
  }

  boolean isMeeting() {
    return place == Place.COMMIT && (kind == FaultKind.DUPLICATE || kind == FaultKind.NEWER_STAGE);
  }

  /** Whether it is still to fire; then it is this call that fires it, or gives it back. */
  synchronized boolean take() {
    if (left == 0) {
      return false;
    }
    left--;
    return true;
  }

  synchronized void giveBack() {
    left++;
  }

  /** For the task that makes the stage run again: whether now is the moment, once. */
  boolean breaksStage() {
    synchronized (this) {
      if (broken) {
        return false;
      }
      broken = true;
    }
    return await(held);
  }

  /** Holds the first attempt until another one is on its way too. */
  boolean hold(ScriptCall call) {
    synchronized (this) {
      firstAttempt = call.taskAttemptId();
      firstStageAttempt = call.stageAttempt();
    }
    held.countDown();
    boolean came = await(met);
    synchronized (this) {
      givenUp = met.getCount() > 0;
      came = !givenUp;
    }
    if (came && variant == 1) {
      await(secondDone);
    }
    return came;
  }

  void firstDone() {
    firstDone.countDown();
  }

  /** Whether a call is the second one of a meeting; then the first is let go. */
  boolean meet(ScriptCall call) {
    synchronized (this) {
      boolean second =
          held.getCount() == 0
              && met.getCount() > 0
              && !givenUp
              && call.taskAttemptId() >= 0
              && call.taskAttemptId() != firstAttempt
              && (kind == FaultKind.DUPLICATE || call.stageAttempt() > firstStageAttempt);
      if (!second) {
        return false;
      }
      met.countDown();
    }
    if (variant == 0) {
      await(firstDone);
    }
    return true;
  }

  void secondDone() {
    secondDone.countDown();
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(HOLD_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public String toString() {
    return kind + " " + place + " at " + slot + " variant " + variant;
  }
}
