/**
 * Counters that Spark tasks commit to Redis exactly once.
 *
 * <p>Start at {@link io.kindling.counters.Counters}:
 *
 * <pre>{@code
 * Counters counters = Counters.open("redis://localhost:6379", "ingest-2026-11-20");
 * rows.foreachPartition(partition -> {
 *   TaskCounters task = counters.forTask("clean");
 *   partition.forEachRemaining(row -> task.counter("rows").increment());
 *   task.commit();
 * });
 * counters.totals(); // {rows=...}
 * counters.seal();
 * }</pre>
 *
 * In reading order: {@code Counters}, {@link io.kindling.counters.TaskCounters}, {@code Committer}
 * (who is counted), {@code commit.lua}, {@code Staging} (large vectors), {@code Sealer} and {@code
 * Revocation} (how generations end and begin again).
 *
 * <table>
 *   <caption>Keys in Redis; docs/format/counters-v1.md has the fields</caption>
 *   <tr><th>key</th><th>type</th><th>content</th></tr>
 *   <tr><td>{@code kindling:count:{run}:total}</td><td>hash</td><td>the sums, for anybody to
 *       read</td></tr>
 *   <tr><td>{@code kindling:count:{run}:meta}</td><td>hash</td><td>id, states, names, minima and
 *       maxima</td></tr>
 *   <tr><td>{@code kindling:count:{run}:gen:<generation>}</td><td>hash</td><td>the passes of a
 *       generation</td></tr>
 *   <tr><td>{@code kindling:count:{run}:part:<generation>:<pass>}</td><td>hash</td><td>the ledger: a
 *       record for each partition</td></tr>
 *   <tr><td>{@code kindling:count:{run}:stage:...}</td><td>hash</td><td>chunks of a large
 *       vector</td></tr>
 *   <tr><td>{@code kindling:count:{run}:live}</td><td>hash</td><td>what running tasks tell</td></tr>
 *   <tr><td>{@code kindling:count:{run}:approximate}</td><td>hash</td><td>at-least-once
 *       counters</td></tr>
 * </table>
 */
@NullMarked
package io.kindling.counters;

import org.jspecify.annotations.NullMarked;
