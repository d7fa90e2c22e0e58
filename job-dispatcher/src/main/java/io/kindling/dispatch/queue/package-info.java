/**
 * The queue of commands in Redis: fair between tenants, with leases and fencing tokens. Knows no
 * Spark class.
 *
 * <p>A driver starts at {@link io.kindling.dispatch.queue.CommandQueue}; whoever submits without
 * {@code SubmitClient}, reads, cancels or revives, at {@link
 * io.kindling.dispatch.queue.QueueClient}.
 *
 * <pre>{@code
 * var options = QueueOptions.builder("reports").tenant("web", 3).tenant("batch", 1).build();
 * try (CommandQueue queue = CommandQueue.open(RedisConfig.parse("localhost"), options)) {
 *   while (queue.awaitWork(Duration.ofSeconds(10))) {
 *     for (Lease lease : queue.take(100)) {
 *       queue.finish(lease, answer(lease.payload()));
 *     }
 *   }
 * }
 * }</pre>
 *
 * In reading order: {@code CommandQueue}, {@code PayloadReader} and {@code Intake} (how a payload
 * becomes a command), {@code take.lua}, {@code LeaseKeeper}, {@code Housekeeper}, {@code WakeUp}.
 *
 * <table>
 *   <caption>Keys in Redis; docs/format/queue-v1.md has the fields, states and scripts</caption>
 *   <tr><th>key</th><th>type</th><th>content</th></tr>
 *   <tr><td>{@code kindling:queue:{q}:in:<tenant>}</td><td>list</td><td>payloads as pushed</td></tr>
 *   <tr><td>{@code kindling:queue:{q}:wake}</td><td>list</td><td>at most one element, wakes
 *       drivers</td></tr>
 *   <tr><td>{@code kindling:queue:{q}:ready:<tenant>}</td><td>zset</td><td>by virtual finish
 *       time</td></tr>
 *   <tr><td>{@code kindling:queue:{q}:delayed}</td><td>zset</td><td>by when they are ready
 *       again</td></tr>
 *   <tr><td>{@code kindling:queue:{q}:leases}</td><td>zset</td><td>in flight, by expiry</td></tr>
 *   <tr><td>{@code kindling:queue:{q}:deadlines}</td><td>zset</td><td>all that has not ended, by
 *       deadline</td></tr>
 *   <tr><td>{@code kindling:queue:{q}:dead}</td><td>zset</td><td>laid aside</td></tr>
 *   <tr><td>{@code kindling:queue:{q}:refused}</td><td>zset</td><td>refused at admission</td></tr>
 *   <tr><td>{@code kindling:queue:{q}:cmd:<id>}</td><td>hash</td><td>the record of a
 *       command</td></tr>
 *   <tr><td>{@code kindling:queue:{q}:idem:<tenant>:<key>}</td><td>string</td><td>id and digest
 *       </td></tr>
 *   <tr><td>{@code kindling:queue:{q}:meta}</td><td>hash</td><td>virtual time, last token,
 *       counts</td></tr>
 *   <tr><td>{@code kindling:queue:{q}:drivers}</td><td>hash</td><td>who was seen when</td></tr>
 *   <tr><td>{@code kindling:queue:{q}:done}</td><td>channel</td><td>ids that have just ended</td></tr>
 * </table>
 */
@NullMarked
package io.kindling.dispatch.queue;

import org.jspecify.annotations.NullMarked;
