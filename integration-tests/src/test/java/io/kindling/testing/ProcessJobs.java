package io.kindling.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.awaitility.Awaitility;

/** What the tests run on executors. */
final class ProcessJobs {
  private ProcessJobs() {}

  /** A partition's {pid, attempt, sum}. */
  static FlatMapFunction<Iterator<Integer>, long[]> sums() {
    return numbers -> List.of(sum(numbers)).iterator();
  }

  /** The same, after a sign that the task runs, once the folder's gate is open. */
  static FlatMapFunction<Iterator<Integer>, long[]> sumsBehindGate(String folder) {
    return numbers -> {
      Path path = Path.of(folder);
      Files.writeString(startedFile(path, ProcessHandle.current().pid()), "");
      Awaitility.await("the gate")
          .atMost(Duration.ofMinutes(5))
          .until(() -> Files.exists(gate(path)));
      return List.of(sum(numbers)).iterator();
    };
  }

  static void openGate(Path folder) throws IOException {
    Files.writeString(gate(folder), "");
  }

  private static Path gate(Path folder) {
    return folder.resolve("gate");
  }

  /** The file by which a task says that it runs in this process. */
  static Path startedFile(Path folder, long pid) {
    return folder.resolve("started-" + pid);
  }

  private static long[] sum(Iterator<Integer> numbers) {
    long sum = 0;
    while (numbers.hasNext()) {
      sum += numbers.next();
    }
    return new long[] {ProcessHandle.current().pid(), TaskContext.get().attemptNumber(), sum};
  }
}
