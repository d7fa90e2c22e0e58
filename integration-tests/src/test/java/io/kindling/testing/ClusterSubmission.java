package io.kindling.testing;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Its driver is a child of a worker; spark-submit only says which. */
final class ClusterSubmission implements Submission {
  private static final Pattern SUBMITTED =
      Pattern.compile("Driver successfully submitted as (driver-\\S+)");
  private static final Set<String> FINAL_STATES = Set.of("FINISHED", "KILLED", "FAILED", "ERROR");

  /** In which the worker has copied what a driver wrote before its end. */
  private static final Duration COPYING_LIMIT = Duration.ofSeconds(20);

  private final JvmProcess submitter;
  private final MasterProcess master;
  private final List<WorkerProcess> workers;
  private final String driverId;

  /** Waits until the master has accepted the driver. */
  ClusterSubmission(JvmProcess submitter, MasterProcess master, List<WorkerProcess> workers) {
    this.submitter = submitter;
    this.master = master;
    this.workers = workers;
    driverId = submitter.awaitInLog(SUBMITTED);
  }

  @Override
  public long driverPid() {
    Waiting.until(
        driverId + " starts", Waiting.LIMIT, () -> runningPid().isPresent(), this::allLogs);
    return runningPid().orElseThrow(() -> new IllegalStateException(driverId + " has ended"));
  }

  private Optional<Long> runningPid() {
    return workers.stream().flatMap(worker -> worker.driverPid(driverId).stream()).findFirst();
  }

  @Override
  public int waitFor(Duration limit) {
    Waiting.until(driverId + " ends", limit, this::hasEnded, this::allLogs);
    return master.driverState(driverId).equals("FINISHED") ? 0 : 1;
  }

  private boolean hasEnded() {
    return FINAL_STATES.contains(master.driverState(driverId));
  }

  @Override
  public void awaitOutput(String text) {
    Waiting.forOutput(this, driverId, text, this::hasEnded, COPYING_LIMIT);
  }

  @Override
  public String output() {
    return read("stdout");
  }

  @Override
  public String log() {
    return read("stderr");
  }

  /** Only the worker that runs it has such a file. */
  private String read(String name) {
    var text = new StringBuilder();
    for (WorkerProcess worker : workers) {
      Path file = worker.folder().resolve(driverId).resolve(name);
      text.append(Folders.textOf(file));
    }
    return text.toString();
  }

  private String allLogs() {
    return submitter.log() + log();
  }

  @Override
  public void kill() {
    JvmProcess.kill(driverPid());
  }
}
