/**
 * Randomised fault runs.
 *
 * <p>Of counters: Spark jobs that count while connections are cut, scripts are flushed, clients and
 * servers are killed, and attempts meet.
 *
 * <p>{@code mvn -B -ntp -Pfaults verify} does 200 of them, a plain build three. Each is made from a
 * seed, which is printed: {@code -Dkindling.faults.seed=SEED -Dkindling.faults.runs=1} repeats one.
 * In reading order: {@code CountersFaultsIT}, {@code RunPlan} (what is random), {@code
 * FaultInjector} (where faults fire), {@code RespProxy}, {@code FaultRun} (what must hold).
 *
 * <p>Of the dispatcher, {@code DispatcherFaultsIT}: two drivers, each a process of its own, that
 * are killed at 50 moments and frozen, three and one in a plain build, while Redis restarts and is
 * cut off; {@code CountLoad} is their client and knows what must hold.
 */
@NullMarked
package io.kindling.faults;

import org.jspecify.annotations.NullMarked;
