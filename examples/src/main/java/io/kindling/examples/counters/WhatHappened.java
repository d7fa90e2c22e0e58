package io.kindling.examples.counters;

import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;

/** What Spark tells its listeners about failures and repetitions. */
final class WhatHappened extends SparkListener {

  private final AtomicInteger actions = new AtomicInteger();
  private final AtomicInteger tasks = new AtomicInteger();
  private final AtomicInteger failedTasks = new AtomicInteger();
  private final AtomicInteger speculativeTasks = new AtomicInteger();
  private final AtomicInteger stagesAgain = new AtomicInteger();
  private final AtomicInteger lostExecutors = new AtomicInteger();

  @Override
  public void onJobStart(SparkListenerJobStart start) {
    actions.incrementAndGet();
  }

  @Override
  public void onTaskStart(SparkListenerTaskStart start) {
    tasks.incrementAndGet();
    if (start.taskInfo().speculative()) {
      speculativeTasks.incrementAndGet();
    }
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    if (end.taskInfo().failed()) {
      failedTasks.incrementAndGet();
    }
  }

  @Override
  public void onStageSubmitted(SparkListenerStageSubmitted submitted) {
    if (submitted.stageInfo().attemptNumber() > 0) {
      stagesAgain.incrementAndGet();
    }
  }

  @Override
  public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
    lostExecutors.incrementAndGet();
  }

  void print(PrintStream out) {
    out.printf(
        "%nSpark's own record: %d actions, %d task attempts, %d of them failed and %d speculative,"
            + "%n%d executor lost, %d stage attempts after the first.%n%n",
        actions.get(),
        tasks.get(),
        failedTasks.get(),
        speculativeTasks.get(),
        lostExecutors.get(),
        stagesAgain.get());
  }
}
