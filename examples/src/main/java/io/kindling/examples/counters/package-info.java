/**
 * Ratings counted by a Spark job that fails on purpose: {@code examples/run counters}; and the
 * README's lines on counters, {@code examples/run two-actions}.
 *
 * <p>In reading order: {@code TwoActions} is the shortest; {@code CountRatings} is the program, and
 * {@code Count} what it does, which the quick start does too; {@code FailingJob} counts, {@code
 * OnPurpose} is how it fails; {@code Tallies} and {@code Rating} are what is counted of what;
 * {@code WhatHappened} hears from Spark how often something failed, {@code ProgressLines} watches
 * the counts grow; {@code SmallCluster} is the cluster.
 */
@NullMarked
package io.kindling.examples.counters;

import org.jspecify.annotations.NullMarked;
