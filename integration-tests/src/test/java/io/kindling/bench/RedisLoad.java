package io.kindling.bench;

import io.kindling.core.testing.TestRedis;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a task made a server do, by the server's own count (INFO).
 *
 * @param seconds the time of the task
 * @param scripts how many scripts were called
 * @param commands all other commands, also those that scripts called
 * @param scriptMillis the time of the scripts, with the commands inside
 * @param cpuMillis the processor time of the whole server, with its network
 */
record RedisLoad(
    double seconds, long scripts, long commands, double scriptMillis, double cpuMillis) {
  private static final Pattern STAT = Pattern.compile("cmdstat_(\\S+?):calls=(\\d+),usec=(\\d+)");
  private static final Pattern CPU = Pattern.compile("used_cpu_(?:user|sys):([0-9.]+)");

  static RedisLoad of(TestRedis server, Runnable task) {
    server.ask("CONFIG", "RESETSTAT");
    double cpuBefore = cpuMillis(server);
    double seconds = Timing.seconds(task);
    double cpu = cpuMillis(server) - cpuBefore;
    long scripts = 0;
    long commands = 0;
    long scriptMicros = 0;
    Matcher stat = STAT.matcher(server.ask("INFO", "commandstats"));
    while (stat.find()) {
      String name = stat.group(1);
      long calls = Long.parseLong(stat.group(2));
      if (name.equals("evalsha") || name.equals("eval")) {
        scripts += calls;
        scriptMicros += Long.parseLong(stat.group(3));
      } else if (!name.equals("info") && !name.startsWith("config")) {
        commands += calls;
      }
    }
    return new RedisLoad(seconds, scripts, commands, scriptMicros / 1e3, cpu);
  }

  private static double cpuMillis(TestRedis server) {
    Matcher cpu = CPU.matcher(server.ask("INFO", "cpu"));
    double seconds = 0;
    while (cpu.find()) {
      seconds += Double.parseDouble(cpu.group(1));
    }
    return seconds * 1e3;
  }
}
