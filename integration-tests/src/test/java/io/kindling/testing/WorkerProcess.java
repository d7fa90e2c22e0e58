package io.kindling.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A standalone worker: each of its children works in a folder that tells what it is.
 *
 * @param index from 0
 * @param process its own
 * @param folder of its children: {@code <application>/<executor>} or {@code <driver>}
 */
record WorkerProcess(int index, JvmProcess process, Path folder) {
  List<ExecutorProcess> executors() {
    var executors = new ArrayList<ExecutorProcess>();
    for (Path application : Folders.entriesOf(folder)) {
      for (Path executor : Folders.entriesOf(application)) {
        childIn(executor)
            .ifPresent(
                pid ->
                    executors.add(
                        new ExecutorProcess(pid, index, nameOf(application), nameOf(executor))));
      }
    }
    return executors;
  }

  Optional<Long> driverPid(String driverId) {
    return childIn(folder.resolve(driverId));
  }

  /** The child that left its pid there and still runs: another process may have the pid by now. */
  private Optional<Long> childIn(Path workingFolder) {
    return process
        .handle()
        .children()
        .filter(ProcessHandle::isAlive)
        .map(ProcessHandle::pid)
        .filter(pid -> pidFile(workingFolder, pid).toFile().exists())
        .findFirst();
  }

  private static Path pidFile(Path workingFolder, long pid) {
    return workingFolder.resolve(SparkHome.PID_FILE_PREFIX + pid + ".log");
  }

  private static String nameOf(Path path) {
    return String.valueOf(path.getFileName());
  }
}
