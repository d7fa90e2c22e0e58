/**
 * The fault table: what happens to a running cluster, by name, while three loads use it.
 *
 * <pre>{@code
 * mvn -B -ntp -Pfaults -pl integration-tests -am verify \
 *     -Dit.test=FaultTableIT -Dfailsafe.failIfNoSpecifiedTests=false
 * }</pre>
 *
 * makes the table of {@code docs/faults.md}; {@code -Dkindling.faults.only=LOADING} one row of it.
 * In reading order: {@code FaultTableIT}, {@code NamedFault} and the families ({@code
 * FailoverFaults}, {@code ClusterFaults}, {@code ReplyFaults}, {@code SilenceFaults}, {@code
 * DiskFaults}, {@code LibraryFaults}), {@code Servers} (what they happen to), {@code Trial} (one
 * fault under the loads, and what must hold), the loads, {@code FaultTable}.
 */
@NullMarked
package io.kindling.faults.table;

import org.jspecify.annotations.NullMarked;
