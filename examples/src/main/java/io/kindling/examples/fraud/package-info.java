/**
 * Card payments as a stream, scored by a model that is retrained and redeployed while it runs. In
 * reading order: {@link io.kindling.examples.fraud.FraudStream} (the program), {@code Payments} and
 * {@code Pattern} (what the generator draws), {@code Cards} (what Redis knows of a card), {@code
 * ScoredStream} (the query), {@code Retraining} (new versions beside it), {@code Tally} and {@code
 * Report} (what came of it).
 */
@NullMarked
package io.kindling.examples.fraud;

import org.jspecify.annotations.NullMarked;
