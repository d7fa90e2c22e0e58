package io.kindling.faults;

import io.kindling.core.testing.TestRedis;
import io.kindling.faults.RespProxy.Exchange;
import io.kindling.faults.ScriptCall.Slot;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.TaskContext;
import org.apache.spark.shuffle.FetchFailedException;

/**
 * Fires the faults of one run: from its tasks, before and after their commits, and in the proxy.
 */
final class FaultInjector implements RespProxy.Interceptor {
  private final RunPlan plan;
  private final TestRedis redis;
  private final RespProxy proxy;
  private final FaultReport report;
  private final AtomicInteger runningTasks = new AtomicInteger();
  private final Map<Slot, Integer> newestCommitted = new HashMap<>();
  private final Map<Slot, Integer> newestStarted = new HashMap<>();
  private final Map<Slot, Integer> firstStage = new HashMap<>();
  private volatile boolean dooms = true;

  FaultInjector(RunPlan plan, TestRedis redis, RespProxy proxy, FaultReport report) {
    this.plan = plan;
    this.redis = redis;
    this.proxy = proxy;
    this.report = report;
  }

  /** Thrown by tasks, as the plan wants it. */
  static final class OnPurpose extends RuntimeException {
    private static final long serialVersionUID = 1;

    OnPurpose(String message) {
      super(message);
    }
  }

  /** A task has begun. */
  void started(Slot slot) {
    TaskContext task = TaskContext.get();
    runningTasks.incrementAndGet();
    task.addTaskCompletionListener(
        new org.apache.spark.util.TaskCompletionListener() {
          @Override
          public void onTaskCompletion(TaskContext context) {
            runningTasks.decrementAndGet();
          }
        });
    synchronized (this) {
      newestStarted.merge(slot, task.stageAttemptNumber(), Math::max);
    }
  }

  int runningTasks() {
    return runningTasks.get();
  }

  /** A task has counted everything, and commits next. */
  void beforeCommit(Slot slot, int shuffleId) {
    Fault broken = plan.breakers.get(slot);
    if (broken != null && isFirstAttempt() && broken.breaksStage()) {
      throw stageFailure(shuffleId);
    }
    fire(slot, Place.BEFORE, shuffleId);
    if (dooms && slot.equals(plan.doomed) && !plan.doomedAfterCommit) {
      throw new OnPurpose("doomed before its commit");
    }
  }

  /** A task's commit has returned. */
  void afterCommit(Slot slot, int shuffleId) {
    TaskContext task = TaskContext.get();
    boolean anotherStage;
    synchronized (this) {
      newestCommitted.merge(slot, task.stageAttemptNumber(), Math::max);
      Integer first = firstStage.putIfAbsent(slot, task.stageId());
      anotherStage = first != null && first != task.stageId();
    }
    Fault fault = plan.faults.get(slot);
    boolean duplicate = fault != null && fault.kind == FaultKind.DUPLICATE;
    if ((!duplicate || anotherStage) && fire(slot, Place.AFTER, shuffleId) && !duplicate) {
      throw new OnPurpose("failed after its commit");
    }
    if (dooms && slot.equals(plan.doomed) && plan.doomedAfterCommit) {
      throw new OnPurpose("doomed after its commit");
    }
  }

  private boolean fire(Slot slot, Place place, int shuffleId) {
    Fault fault = plan.faults.get(slot);
    if (fault == null || fault.place != place) {
      return false;
    }
    if (fault.kind == FaultKind.NEWER_STAGE && !isFirstAttempt()) {
      return false;
    }
    if (!fault.take()) {
      return false;
    }
    report.fired(fault);
    if (fault.kind == FaultKind.NEWER_STAGE) {
      throw stageFailure(shuffleId);
    }
    harm(fault.kind);
    return true;
  }

  private static boolean isFirstAttempt() {
    return TaskContext.get().stageAttemptNumber() == 0;
  }

  /** What a task throws that finds its input lost: Spark runs the stage again. */
  private static RuntimeException stageFailure(int shuffleId) {
    return FaultInjector.<RuntimeException>unchecked(
        new FetchFailedException(null, shuffleId, 0L, 0, 0, "on purpose", null));
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E unchecked(Throwable e) throws E {
    throw (E) e;
  }

  /** No task is doomed from here on. */
  void undoom() {
    dooms = false;
  }

  /** The stage attempts of which one's counts must be in the ledger, if any of them is. */
  synchronized int newestCommitted(Slot slot) {
    return newestCommitted.getOrDefault(slot, -1);
  }

  synchronized int newestStarted(Slot slot) {
    return newestStarted.getOrDefault(slot, -1);
  }

  /** All that was committed has been taken back. */
  synchronized void forgetCommits() {
    newestCommitted.clear();
  }

  @Override
  public void handle(List<byte[]> command, Exchange exchange) throws IOException {
    ScriptCall call = ScriptCall.of(command);
    Fault fault = call == null ? null : plan.faults.get(call.slot());
    if (call == null || fault == null || fault.place != call.place()) {
      exchange.complete();
    } else if (!fault.isMeeting()) {
      interfere(fault, exchange);
    } else if (fault.meet(call)) {
      try {
        exchange.complete();
      } finally {
        fault.secondDone();
      }
    } else {
      first(fault, call, exchange);
    }
  }

  private void first(Fault fault, ScriptCall call, Exchange exchange) throws IOException {
    if (call.taskAttemptId() >= 0 && fault.take()) {
      if (fault.hold(call)) {
        report.fired(fault);
      } else {
        report.missed(fault);
      }
      try {
        exchange.complete();
      } finally {
        fault.firstDone();
      }
    } else {
      exchange.complete();
    }
  }

  private void interfere(Fault fault, Exchange exchange) throws IOException {
    if (!fault.take()) {
      exchange.complete();
      return;
    }
    switch (fault.kind) {
      case CONNECTION_CUT -> {
        report.fired(fault);
        throw new IOException("cut on purpose");
      }
      case REPLY_LOST, REPLY_TORN -> lose(fault, exchange);
      default -> interfereWithServer(fault, exchange);
    }
  }

  private void lose(Fault fault, Exchange exchange) throws IOException {
    byte[] reply = reply(fault, exchange);
    if (RespReader.text(reply).startsWith("-NOSCRIPT")) { // Not executed: the text comes next.
      fault.giveBack();
      exchange.pass(reply, reply.length);
      return;
    }
    report.fired(fault);
    if (fault.kind == FaultKind.REPLY_TORN) {
      exchange.pass(reply, 1 + (reply.length - 2) * fault.variant / 2);
    }
    throw new IOException("cut on purpose");
  }

  private static byte[] reply(Fault fault, Exchange exchange) throws IOException {
    try {
      exchange.forward();
      return exchange.awaitReply();
    } catch (IOException e) { // Another fault was faster.
      fault.giveBack();
      throw e;
    }
  }

  /** Harms before Redis has the call, while it executes it, or when it has executed it. */
  private void interfereWithServer(Fault fault, Exchange exchange) throws IOException {
    switch (fault.variant) {
      case 0 -> {
        harm(fault);
        exchange.complete();
      }
      case 1 -> {
        exchange.forward();
        harm(fault);
        byte[] reply = exchange.awaitReply();
        exchange.pass(reply, reply.length);
      }
      default -> {
        byte[] reply = reply(fault, exchange);
        harm(fault);
        if (fault.kind == FaultKind.SERVER_KILLED) {
          throw new IOException("the reply died with the server");
        }
        exchange.pass(reply, reply.length);
      }
    }
  }

  private void harm(Fault fault) {
    report.fired(fault);
    harm(fault.kind);
  }

  private void harm(FaultKind kind) {
    synchronized (redis) {
      switch (kind) {
        case CONNECTION_CUT -> proxy.cutAll();
        case SCRIPT_FLUSH -> redis.ask("SCRIPT", "FLUSH");
        case CLIENT_KILL -> redis.ask("CLIENT", "KILL", "TYPE", "normal");
        case SERVER_KILLED -> {
          redis.kill();
          redis.startAgain();
        }
        default -> {}
      }
    }
  }
}
