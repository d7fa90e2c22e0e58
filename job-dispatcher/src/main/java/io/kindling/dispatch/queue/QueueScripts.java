package io.kindling.dispatch.queue;

import io.kindling.core.KindlingException;
import io.kindling.core.Redis;
import io.kindling.core.RedisPipeline;
import io.kindling.core.RedisScript;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import redis.clients.jedis.Response;

/** The one place that calls the queue's scripts; each call is one round trip. */
record QueueScripts(Redis redis, QueueKeys keys) {
  static final long KEY_TTL_MILLIS = QueueOptions.KEY_TTL.toMillis();

  private static final RedisScript SUBMIT = script("submit.lua");
  private static final RedisScript PEEK = script("peek.lua");
  private static final RedisScript ADMIT = script("admit.lua");
  private static final RedisScript TAKE = script("take.lua");
  private static final RedisScript RENEW = script("renew.lua");
  private static final RedisScript PROGRESS = script("progress.lua");
  private static final RedisScript FINISH = script("finish.lua");
  private static final RedisScript REQUEUE = script("requeue.lua");
  private static final RedisScript REAP = script("reap.lua");
  private static final RedisScript CANCEL = script("cancel.lua");
  private static final RedisScript REVIVE = script("revive.lua");
  private static final RedisScript STATS = script("stats.lua");

  /** Leases that {@link #stats} counts by tenant at most. */
  private static final int MAX_COUNTED_LEASES = 10_000;

  /** A driver that was not seen for so long is forgotten. */
  private static final long DRIVER_MILLIS = 3_600_000;

  private static final int LARGEST_REAP = 40;

  private static RedisScript script(String file) {
    return RedisScript.fromClasspath(QueueScripts.class, file);
  }

  /** A script's keys and arguments, to be called at once or in a pipeline. */
  record Call(RedisScript script, List<String> keys, List<?> args) {}

  /**
   * Checks that the user may run all that a driver's scripts call, so that none stops half-way.
   *
   * @throws io.kindling.core.RedisReplyException.NoPermission if not
   */
  void requireRights() {
    redis
        .scripts()
        .requireRights(
            keys.meta(),
            List.of(PEEK, ADMIT, TAKE, RENEW, PROGRESS, FINISH, REQUEUE, REAP, STATS),
            /* optional= */ Set.of("PUBLISH")); // Clients look, too.
  }

  Reply run(Call call) {
    Object raw = redis.scripts().call(call.script(), call.keys(), call.args());
    return Reply.of(Objects.requireNonNull(raw));
  }

  /** Runs scripts in one round trip. Others may come between them. */
  List<Reply> runAll(List<Call> calls) {
    if (calls.size() == 1) {
      return List.of(run(calls.get(0)));
    }
    var responses = new ArrayList<Response<Object>>();
    try (RedisPipeline pipeline = redis.pipeline()) {
      for (Call call : calls) {
        responses.add(pipeline.call(call.script(), call.keys(), call.args()));
      }
    }
    return responses.stream().map(response -> Reply.of(response.get())).toList();
  }

  Reply submit(
      String tenant,
      String id,
      String key,
      String digest,
      byte[] payload,
      long keyMillis,
      int maxDepth,
      int maxQueueDepth) {
    return run(
        new Call(
            SUBMIT,
            List.of(keys.inbox(tenant), keys.idempotency(tenant, key), keys.wake()),
            List.of(
                id,
                digest,
                payload,
                keyMillis,
                maxDepth,
                maxQueueDepth,
                KEY_TTL_MILLIS,
                keys.base(),
                tenant)));
  }

  Reply peek(QueueOptions options, int maxPayloads, int maxBytes, int firstTenant) {
    return run(
        new Call(
            PEEK,
            keys.withTenants(List.of(keys.meta(), keys.delayed()), options.tenants().keySet()),
            List.of(
                keys.base(),
                KEY_TTL_MILLIS,
                maxPayloads,
                maxBytes,
                options.maxPayloadBytes(),
                options.maxReady(),
                firstTenant)));
  }

  /** Admits what was peeked at the head of a tenant's list, in order. */
  Call admit(QueueOptions options, String tenant, List<Seen> seen) {
    var keyList =
        new ArrayList<>(
            List.of(
                keys.meta(),
                keys.inbox(tenant),
                keys.ready(tenant),
                keys.deadlines(),
                keys.refused()));
    var args = new ArrayList<Object>();
    args.addAll(List.of(keys.base(), tenant));
    args.addAll(List.of(1 / Objects.requireNonNull(options.tenants().get(tenant))));
    args.addAll(
        List.of(options.resultTtl().toMillis(), QueueOptions.MAX_KEPT_ASIDE, KEY_TTL_MILLIS));
    for (Seen one : seen) {
      Arrival arrival = one.arrival;
      String key = arrival.key();
      keyList.add(keys.record(arrival.id()));
      keyList.add(keys.record(arrival.spareId()));
      keyList.add(
          key.isEmpty() ? keys.record(arrival.id()) : keys.idempotency(tenant, arrival.key()));
      args.addAll(List.of(one.payload, one.length, arrival.kind()));
      args.addAll(List.of(arrival.id(), arrival.spareId(), arrival.command()));
      args.addAll(List.of(key, arrival.digest(), arrival.timeoutMillis()));
    }
    return new Call(ADMIT, keyList, args);
  }

  /** A payload at the head of a list, whole or its beginning, and what was made of it. */
  static final class Seen {
    private final byte[] payload;
    private final long length;
    private final Arrival arrival;

    Seen(byte[] payload, long length, Arrival arrival) {
      this.payload = payload;
      this.length = length;
      this.arrival = arrival;
    }
  }

  Reply take(QueueOptions options, String driver, int count, int maxBytes, List<Integer> limits) {
    var keyList = new ArrayList<>(List.of(keys.meta(), keys.leases()));
    options.tenants().keySet().forEach(tenant -> keyList.add(keys.ready(tenant)));
    var args = new ArrayList<Object>();
    args.addAll(List.of(keys.base(), KEY_TTL_MILLIS, driver));
    args.addAll(List.of(options.lease().toMillis(), count, maxBytes));
    args.addAll(limits);
    return run(new Call(TAKE, keyList, args));
  }

  Reply renew(QueueOptions options, String driver, List<Lease> leases) {
    var keyList = new ArrayList<>(List.of(keys.leases(), keys.drivers()));
    var args = new ArrayList<Object>();
    args.addAll(List.of(driver, options.driverName()));
    args.addAll(List.of(options.lease().toMillis(), KEY_TTL_MILLIS));
    for (Lease lease : leases) {
      keyList.add(keys.record(lease.id()));
      args.addAll(List.of(lease.entry(), lease.token()));
    }
    return run(new Call(RENEW, keyList, args));
  }

  Call progress(Lease lease, byte[] progress) {
    return new Call(PROGRESS, List.of(keys.record(lease.id())), List.of(lease.token(), progress));
  }

  /**
   * Ends a command.
   *
   * @param outcome result, or error
   */
  Call finish(QueueOptions options, Lease lease, CommandState state, byte[] outcome) {
    var ttl = state == CommandState.DEAD ? options.deadTtl() : options.resultTtl();
    return new Call(
        FINISH,
        List.of(keys.meta(), keys.leases(), keys.deadlines(), keys.dead(), keys.record(lease.id())),
        List.of(
            keys.base(),
            lease.tenant(),
            lease.id(),
            lease.token(),
            state,
            outcome,
            ttl.toMillis(),
            KEY_TTL_MILLIS));
  }

  /**
   * Puts a command back.
   *
   * @param wait ms until it is ready again, or empty
   */
  Call requeue(Lease lease, String wait, String reason) {
    return new Call(
        REQUEUE,
        List.of(
            keys.meta(),
            keys.leases(),
            keys.delayed(),
            keys.ready(lease.tenant()),
            keys.record(lease.id())),
        List.of(lease.tenant(), lease.id(), lease.token(), wait, reason, KEY_TTL_MILLIS));
  }

  Reply reap(QueueOptions options) {
    var keyList =
        new ArrayList<>(
            List.of(
                keys.meta(),
                keys.leases(),
                keys.deadlines(),
                keys.delayed(),
                keys.dead(),
                keys.refused(),
                keys.drivers()));
    options.tenants().keySet().forEach(tenant -> keyList.add(keys.ready(tenant)));
    return run(
        new Call(
            REAP,
            keyList,
            List.of(
                keys.base(),
                KEY_TTL_MILLIS,
                LARGEST_REAP,
                options.maxRecoveries(),
                options.resultTtl().toMillis(),
                options.deadTtl().toMillis(),
                QueueOptions.MAX_KEPT_ASIDE,
                DRIVER_MILLIS)));
  }

  Reply cancel(String tenant, String id, byte[] payload, long ttlMillis) {
    return run(
        new Call(
            CANCEL,
            List.of(
                keys.meta(),
                keys.leases(),
                keys.deadlines(),
                keys.delayed(),
                keys.ready(tenant),
                keys.inbox(tenant),
                keys.record(id)),
            List.of(keys.base(), tenant, id, payload, ttlMillis)));
  }

  Reply revive(String tenant, String id, long timeoutMillis, long ttlMillis) {
    return run(
        new Call(
            REVIVE,
            List.of(
                keys.meta(), keys.dead(), keys.deadlines(), keys.ready(tenant), keys.record(id)),
            List.of(keys.base(), tenant, id, timeoutMillis, ttlMillis, KEY_TTL_MILLIS)));
  }

  Reply stats(Collection<String> tenants) {
    return run(
        new Call(
            STATS,
            keys.withTenants(
                List.of(
                    keys.meta(),
                    keys.leases(),
                    keys.delayed(),
                    keys.dead(),
                    keys.refused(),
                    keys.drivers()),
                tenants),
            List.of(MAX_COUNTED_LEASES)));
  }

  /** The queue was written by a later version. */
  KindlingException otherFormat(Reply reply) {
    return new KindlingException(
        String.format(
            "Cannot use queue '%s' at %s: its format is %s, this build reads 1",
            keys.queue(), redis, reply.text(0)));
  }

  static Instant instant(Object millis) {
    return Instant.ofEpochMilli(Reply.number(millis));
  }
}
