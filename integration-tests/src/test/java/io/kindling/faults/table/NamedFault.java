package io.kindling.faults.table;

import java.util.function.Supplier;

/**
 * A fault of running servers.
 *
 * @param name as the table shows it
 * @param servers starts what it happens to
 * @param preparation what comes before the loads start
 * @param injection brings it about, and returns when it is over; for a server that is killed at
 *     once
 * @param reply the prefix of the error with which Redis must have answered meanwhile; empty if it
 *     does not answer, or need not
 * @param loss whether Redis may lose what it had acknowledged
 */
record NamedFault<S extends Servers>(
    String name,
    Supplier<S> servers,
    Step<S> preparation,
    Step<S> injection,
    String reply,
    Loss loss) {

  /** Does something to servers. */
  interface Step<S extends Servers> {
    void run(S servers) throws Exception;
  }

  /** What Redis itself may lose. */
  enum Loss {
    NOTHING,
    /** What a replica did not have yet: to be seen as missing, and counted again. */
    UNREPLICATED_TAIL
  }

  static <S extends Servers> NamedFault<S> of(String name, Supplier<S> servers, Step<S> injection) {
    return new NamedFault<>(name, servers, s -> {}, injection, "", Loss.NOTHING);
  }

  /** With something that comes before the loads. */
  NamedFault<S> after(Step<S> newPreparation) {
    return new NamedFault<>(name, servers, newPreparation, injection, reply, loss);
  }

  /** Which Redis must have answered with this error; else it was another fault. */
  NamedFault<S> replying(String newReply) {
    return new NamedFault<>(name, servers, preparation, injection, newReply, loss);
  }

  /** By which Redis may lose what was not replicated. */
  NamedFault<S> losingTheTail() {
    return new NamedFault<>(name, servers, preparation, injection, reply, Loss.UNREPLICATED_TAIL);
  }

  /** Its name. */
  @Override
  public String toString() {
    return name;
  }
}
