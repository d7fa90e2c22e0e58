package io.kindling.dispatch;

import io.kindling.core.KindlingException;
import io.kindling.dispatch.queue.CommandQueue;
import io.kindling.dispatch.queue.CommandShape;
import io.kindling.dispatch.queue.CommandShape.Kind;
import io.kindling.dispatch.queue.Lease;
import io.kindling.dispatch.scan.Failures;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the commands that are not counts: some of each tenant at once, in the tenant's pool. */
final class Handlers {
  private static final Logger LOG = LoggerFactory.getLogger(Handlers.class);

  /** Threads of a tenant, so that no tenant takes those of another. */
  private static final int AT_ONCE = 2;

  private final Map<String, Handler<?>> known;
  private final Datasets datasets;
  private final Pools pools;
  private final Map<String, ExecutorService> threads = new ConcurrentHashMap<>();
  private final Map<Lease, RunningCommand> running = new ConcurrentHashMap<>();

  Handlers(Map<String, Handler<?>> known, Datasets datasets, Pools pools) {
    this.known = Map.copyOf(known);
    this.datasets = datasets;
    this.pools = pools;
  }

  /** What the queue has to know of the commands, by the components of their records. */
  static List<CommandShape> shapes(Collection<Handler<?>> handlers) {
    return handlers.stream().map(handler -> shape(handler.name(), handler.parameters())).toList();
  }

  static CommandShape shape(String name, Class<? extends Record> parameters) {
    CommandShape shape = CommandShape.of(name);
    for (RecordComponent component : parameters.getRecordComponents()) {
      Kind kind = kind(component.getType());
      boolean optional = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
      shape =
          optional
              ? shape.allow(component.getName(), kind)
              : shape.require(component.getName(), kind);
    }
    return shape;
  }

  private static Kind kind(Class<?> type) {
    if (type == String.class || type.isEnum()) {
      return Kind.TEXT;
    }
    if (type == boolean.class || type == Boolean.class) {
      return Kind.FLAG;
    }
    if (Collection.class.isAssignableFrom(type) || type.isArray()) {
      return Kind.LIST;
    }
    boolean number = type.isPrimitive() || Number.class.isAssignableFrom(type);
    return number ? Kind.NUMBER : Kind.OBJECT;
  }

  /** Runs a command when a thread of its tenant is free, and answers it. */
  void start(Lease lease, CommandQueue queue) {
    Handler<?> handler = known.get(lease.command());
    if (handler == null) {
      queue.fail(
          lease, "Cannot execute '%s': this driver does not know it".formatted(lease.command()));
      return;
    }
    RunningCommand command = new RunningCommand(lease, datasets);
    running.put(lease, command);
    try {
      threads
          .computeIfAbsent(lease.tenant(), tenant -> Executors.newFixedThreadPool(AT_ONCE))
          .execute(() -> execute(handler, command, queue));
    } catch (RejectedExecutionException e) { // The driver is ending.
      running.remove(lease);
      queue.requeue(List.of(lease));
    }
  }

  private <P extends Record> void execute(
      Handler<P> handler, RunningCommand command, CommandQueue queue) {
    Lease lease = command.lease();
    try {
      if (!command.isCancelled()) {
        Object result =
            pools.in(
                Pools.ofTenant(lease.tenant()),
                group(lease),
                handler.name() + " of " + lease.tenant(),
                () -> handler.handle(Json.read(lease.payload(), handler.parameters()), command));
        queue.finish(lease, Json.write(result));
      }
    } catch (CommandRefusedException e) {
      queue.fail(lease, String.valueOf(e.getMessage()));
    } catch (Exception e) {
      settle(lease, e, queue);
    } finally {
      running.remove(lease);
      command.close();
    }
  }

  private static void settle(Lease lease, Exception failure, CommandQueue queue) {
    try {
      if (Failures.mayPass(failure)) {
        queue.retryLater(lease, Failures.reason(failure));
      } else {
        queue.fail(lease, Failures.reason(failure));
      }
    } catch (KindlingException e) {
      LOG.warn("Cannot end {}; its lease will expire", lease, e);
    }
  }

  /** Ends the jobs of a command that nobody waits for any more. */
  void cancel(Lease lease) {
    RunningCommand command = running.get(lease);
    if (command != null) {
      command.cancel();
      pools.cancel(group(lease));
    }
  }

  private static String group(Lease lease) {
    return "kindling " + lease.id() + " " + lease.token();
  }

  int inFlight(String tenant) {
    return (int) running.keySet().stream().filter(l -> l.tenant().equals(tenant)).count();
  }

  /** Takes no more and waits for what runs; returns whether all has ended. */
  boolean drain(Duration longest) throws InterruptedException {
    threads.values().forEach(ExecutorService::shutdown);
    long deadlineNanos = System.nanoTime() + longest.toNanos();
    boolean ended = true;
    for (ExecutorService each : threads.values()) {
      long left = Math.max(0, deadlineNanos - System.nanoTime());
      ended &= each.awaitTermination(left, TimeUnit.NANOSECONDS);
    }
    return ended;
  }
}
