/**
 * A long-running Spark driver that answers commands from Redis lists, and the client that submits
 * them.
 *
 * <p>A driver starts at {@link io.kindling.dispatch.Dispatcher}, an application's own commands at
 * {@link io.kindling.dispatch.Handler}, a client, which needs no Spark, at {@link
 * io.kindling.dispatch.SubmitClient}. {@link io.kindling.dispatch.SimpleDispatcher} is the plain
 * way: one Spark job a command, at most once.
 *
 * <pre>{@code
 * SparkConf conf = Dispatcher.configure(new SparkConf());
 * SparkSession session = SparkSession.builder().config(conf).getOrCreate();
 * Dispatcher.builder(session, "reports")
 *     .tenant("web", 3)
 *     .dataset("people", session.read().parquet("people"), "pinned/people")
 *     .build()
 *     .run();
 * }</pre>
 *
 * In reading order: {@code Dispatcher}, {@code DispatchLoop}, {@code Scans} and {@code CountBatch}
 * (counts), {@code Handlers} (all else), {@code Answers} (how commands end), {@code
 * DatasetVersion}. Below: {@code queue} (Redis), {@code scan} (column store), {@code predicate}
 * (the gate).
 */
@NullMarked
package io.kindling.dispatch;

import org.jspecify.annotations.NullMarked;
