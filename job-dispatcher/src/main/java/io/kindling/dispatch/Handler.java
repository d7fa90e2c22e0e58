package io.kindling.dispatch;

/**
 * A kind of command: its name, its parameters and what it does. Implemented by applications for
 * commands of their own.
 *
 * @param <P> a record with a component for each parameter: String, int, long, double, boolean, a
 *     List or a Map of these; one that is annotated {@code @Nullable} may be left out
 */
public interface Handler<P extends Record> {
  /** Under which it is submitted. */
  String name();

  /** The parameters' type. */
  Class<P> parameters();

  /**
   * Executes a command. Called by a thread of the dispatcher whose Spark jobs run in the tenant's
   * pool; several commands may be executed at once. A command may be executed again when a driver
   * dies, so what it changes elsewhere should be the same the second time.
   *
   * @return its result, a record or whatever Jackson writes as JSON
   * @throws CommandRefusedException if the command can never be executed; it fails with the message
   * @throws Exception for any other failure; one of infrastructure is tried again later
   */
  Object handle(P parameters, HandlerContext context) throws Exception;
}
