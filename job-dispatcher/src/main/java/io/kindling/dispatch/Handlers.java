package io.kindling.dispatch;

import io.kindling.dispatch.queue.CommandShape;
import io.kindling.dispatch.queue.CommandShape.Kind;
import io.kindling.dispatch.queue.Lease;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Runs the commands that are not counts: some of each tenant at once, in the tenant's pool. */
final class Handlers {
  private final Map<String, Handler<?>> known;
  private final Datasets datasets;
  private final Pools pools;
  private final Answers answers;

  /** Threads of a tenant, so that no tenant takes those of another. */
  private final int atOnce;

  private final Map<String, ExecutorService> threads = new ConcurrentHashMap<>();
  private final Map<Lease, RunningCommand> running = new ConcurrentHashMap<>();

  Handlers(
      Map<String, Handler<?>> known, Datasets datasets, Pools pools, Answers answers, int atOnce) {
    this.known = Map.copyOf(known);
    this.datasets = datasets;
    this.pools = pools;
    this.answers = answers;
    this.atOnce = atOnce;
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
  void start(Lease lease) {
    Handler<?> handler = known.get(lease.command());
    if (handler == null) {
      throw new CommandRefusedException(
          "Cannot execute '%s': this driver does not know it".formatted(lease.command()));
    }
    RunningCommand command = new RunningCommand(lease, datasets);
    running.put(lease, command);
    try {
      threads
          .computeIfAbsent(lease.tenant(), tenant -> Threads.pool("handler-" + tenant, atOnce))
          .execute(() -> execute(handler, command));
    } catch (RejectedExecutionException e) { // The driver is ending.
      running.remove(lease);
      answers.putBack(List.of(lease));
    }
  }

  private <P extends Record> void execute(Handler<P> handler, RunningCommand command) {
    Lease lease = command.lease();
    boolean ended = false;
    try {
      if (!command.isCancelled()) {
        Object result =
            pools.in(
                Pools.ofTenant(lease.tenant()),
                group(lease),
                handler.name() + " of " + lease.tenant(),
                () -> handler.handle(Json.read(lease.payload(), handler.parameters()), command));
        answers.finish(Map.of(lease, Json.write(result)));
      }
      ended = true;
    } catch (Exception e) {
      if (!command.isCancelled()) {
        answers.fail(lease, e);
      }
      ended = true;
    } finally {
      running.remove(lease);
      command.close();
      if (!ended) {
        answers.fail(lease, "An error ended it, which the log of its driver shows");
      }
    }
  }

  /** One that nobody waits for any more: its jobs end. */
  void lose(Lease lease) {
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

  /** Takes no more, and waits for what runs; returns whether all has ended. */
  boolean drain(long deadlineNanos) throws InterruptedException {
    threads.values().forEach(ExecutorService::shutdown);
    boolean ended = true;
    for (ExecutorService each : threads.values()) {
      ended &= Threads.drain(each, deadlineNanos);
    }
    return ended;
  }

  /** Ends what still runs. */
  void cancel() {
    running.keySet().forEach(this::lose);
    threads.values().forEach(ExecutorService::shutdownNow);
  }
}
