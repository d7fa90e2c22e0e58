package io.kindling.core.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs a {@link TopologyContract} on each {@link Topology} that knows functions. */
@Tag("topologies")
@ExtendWith(TopologyRecord.class)
@ParameterizedClass
@MethodSource("io.kindling.core.testing.Topology#withFunctions")
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface OnTopologiesWithFunctions {}
