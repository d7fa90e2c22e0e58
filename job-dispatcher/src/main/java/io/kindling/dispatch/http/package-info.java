/**
 * The preview API and its page: HTTP in front of the queue. Off unless the dispatcher's builder
 * switches it on; on loopback unless an address is named; docs/preview-api.md is its reference.
 *
 * <pre>{@code
 * Dispatcher.builder(session, redis, "reports")
 *     .preview(PreviewServerOptions.builder().token(System.getenv("PREVIEW_TOKEN"), "web").build())
 * }</pre>
 *
 * The server keeps nothing that an answer needs: a query is two commands in the queue, {@code
 * count} and {@code preview}, so whichever driver takes them answers, and every server of a queue
 * can tell of every query. It stands below {@code io.kindling.dispatch}, which it sees through
 * {@link io.kindling.dispatch.http.PreviewSource} alone.
 *
 * <p>In reading order: {@code PreviewServerOptions}, {@code PreviewServer} (what is asked before
 * anything is done), {@code Endpoints} (what each path does), {@code Queries} (how a query stands
 * in the queue), {@code BoundedExecutor} (slow clients).
 */
@NullMarked
package io.kindling.dispatch.http;

import org.jspecify.annotations.NullMarked;
