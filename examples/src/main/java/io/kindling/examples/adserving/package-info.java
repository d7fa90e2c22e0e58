/**
 * Which of 1,000 campaigns to show: forests of 15,000 trees under an open-loop load. In reading
 * order: {@link io.kindling.examples.adserving.AdServing} (the program), {@code Campaigns} (the
 * forests), {@code BatchServer} (requests gathered, a forest run over a batch), {@code OpenLoad}
 * and {@code Answers} (the load and its latencies), {@code RateSearch} (the highest rate that is
 * held), {@code BatchSizes}, {@code Fleet} (how many machines that makes).
 */
@NullMarked
package io.kindling.examples.adserving;

import org.jspecify.annotations.NullMarked;
