/**
 * A recommender that learns from every event while a batch job retrains beside it, judged by
 * predicting each event before it is learned.
 *
 * <p>In reading order: {@code RatingLog} (the data), {@code Recommender} (what is judged), {@code
 * Prequential} (how), {@code WeeklySeries} and {@code Bootstrap} (what is shown); then what
 * competes, {@code Contest}: {@code DecayedPopularity}, {@code FactorModel} with a {@code
 * BatchModel} by {@code PlainAls}, {@code FoldInModel}, {@code Blend}; {@code Tuning}, which has
 * chosen their settings; {@code RatingErrors} and {@code BiasOnly} for stars.
 *
 * <p>The stream: {@code EventSource} ({@code EventFiles}, {@code EventTopic}), {@code LiveStream},
 * {@code Offers} with {@code RedisPopularity} and {@code SeenItems}.
 */
@NullMarked
package io.kindling.examples.recommender;

import org.jspecify.annotations.NullMarked;
