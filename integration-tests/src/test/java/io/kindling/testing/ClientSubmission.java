package io.kindling.testing;

import java.time.Duration;

/** Its driver is the process of spark-submit. */
final class ClientSubmission implements Submission {
  private final JvmProcess process;

  ClientSubmission(JvmProcess process) {
    this.process = process;
  }

  @Override
  public long driverPid() {
    return process.pid();
  }

  @Override
  public int waitFor(Duration limit) {
    Waiting.until(process + " ends", limit, () -> !process.isAlive(), process::log);
    return process.exitCode();
  }

  @Override
  public void awaitOutput(String text) {
    Waiting.forOutput(this, process.toString(), text, () -> !process.isAlive(), Duration.ZERO);
  }

  @Override
  public String output() {
    return process.output();
  }

  @Override
  public String log() {
    return process.log();
  }

  @Override
  public void kill() {
    process.kill();
  }
}
