/**
 * Randomised fault runs: Spark jobs that count while connections are cut, scripts are flushed,
 * clients and servers are killed, and attempts meet.
 *
 * <p>{@code mvn -B -ntp -Pfaults verify} does 200 of them, a plain build three. Each is made from a
 * seed, which is printed: {@code -Dkindling.faults.seed=SEED -Dkindling.faults.runs=1} repeats one.
 * In reading order: {@code CountersFaultsIT}, {@code RunPlan} (what is random), {@code
 * FaultInjector} (where faults fire), {@code RespProxy}, {@code FaultRun} (what must hold).
 */
@NullMarked
package io.kindling.faults;

import org.jspecify.annotations.NullMarked;
