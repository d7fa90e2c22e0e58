/**
 * The benchmarks: each compares Kindling with the obvious alternative in one run.
 *
 * <p>{@code mvn -B -ntp -Pbench verify -Dbench=NAME} runs the {@link io.kindling.bench.Benchmark}
 * that {@link io.kindling.bench.Bench} knows by that name, prints its table, writes {@code
 * integration-tests/target/bench/NAME.json} and draws its charts into {@code docs/benchmarks/}.
 */
@NullMarked
package io.kindling.bench;

import org.jspecify.annotations.NullMarked;
