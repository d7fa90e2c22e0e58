/**
 * The steps of a pipeline: one class for each Spark stage, with that stage's arithmetic and its
 * treatment of null, NaN and unseen values. For Kindling's own packages.
 *
 * <p>In reading order: {@link io.kindling.ml.step.Step}, {@link io.kindling.ml.step.Slots} (the row
 * that steps work on), {@link io.kindling.ml.step.VectorValue}, {@link
 * io.kindling.ml.step.StepKind} (what there is), then any step, such as {@link
 * io.kindling.ml.step.ImputerStep}.
 */
@NullMarked
package io.kindling.ml.step;

import org.jspecify.annotations.NullMarked;
