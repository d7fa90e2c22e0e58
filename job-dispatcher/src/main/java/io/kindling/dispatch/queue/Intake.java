package io.kindling.dispatch.queue;

import io.kindling.dispatch.queue.QueueScripts.Call;
import io.kindling.dispatch.queue.QueueScripts.Seen;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/*
 * From ingress lists to records. A payload leaves its list in the same step that makes its record,
 * and only if it is still what was peeked: so two drivers, or two threads, may do this at once, and
 * whoever dies in between has changed nothing.
 */
final class Intake {
  /** Measured to keep a call of peek.lua or admit.lua below some ms. */
  static final int MAX_PAYLOADS = 64;

  static final int MAX_BYTES = 256 << 10;

  /** Rounds of a call, so that a flood does not keep a driver from taking. */
  private static final int MAX_ROUNDS = 32;

  private final QueueScripts scripts;
  private final QueueOptions options;
  private final PayloadReader reader;
  private final List<String> tenants;
  private final AtomicInteger firstTenant = new AtomicInteger();

  Intake(QueueScripts scripts, QueueOptions options) {
    this.scripts = scripts;
    this.options = options;
    reader =
        new PayloadReader(options.commands(), options.maxPayloadBytes(), options.defaultTimeout());
    tenants = List.copyOf(options.tenants().keySet());
  }

  /** Admits what lies in the lists, and returns how many commands each tenant has ready. */
  Map<String, Long> run() {
    Reply peeked = peek();
    for (int round = 1; round <= MAX_ROUNDS && !peeked.list(1).isEmpty(); round++) {
      admit(peeked.list(1));
      peeked = peek();
    }
    var ready = new LinkedHashMap<String, Long>();
    for (int i = 0; i < tenants.size(); i++) {
      ready.put(tenants.get(i), Reply.number(peeked.list(0).get(i)));
    }
    return ready;
  }

  private Reply peek() {
    // Each call begins with another tenant, because large payloads may use up the bytes.
    int first = Math.floorMod(firstTenant.getAndIncrement(), tenants.size());
    Reply reply = scripts.peek(options, MAX_PAYLOADS, MAX_BYTES, first);
    if (reply.is("FORMAT")) {
      throw scripts.otherFormat(reply);
    }
    return reply;
  }

  private void admit(List<?> payloads) {
    var byTenant = new LinkedHashMap<String, List<Seen>>();
    for (int i = 0; i < payloads.size(); i += 3) {
      String tenant = tenants.get((int) Reply.number(payloads.get(i)));
      long length = Reply.number(payloads.get(i + 1));
      byte[] payload = (byte[]) payloads.get(i + 2);
      byTenant
          .computeIfAbsent(tenant, name -> new ArrayList<>())
          .add(new Seen(payload, length, reader.read(payload, length)));
    }
    List<Call> calls =
        byTenant.entrySet().stream()
            .map(one -> scripts.admit(options, one.getKey(), one.getValue()))
            .toList();
    scripts.runAll(calls);
  }
}
