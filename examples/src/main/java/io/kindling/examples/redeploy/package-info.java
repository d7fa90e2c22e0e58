/**
 * A model that is redeployed under load. In reading order: {@link
 * io.kindling.examples.redeploy.Redeploy} (the program), {@code Nights} (the models), {@code
 * Caller} (the load), {@code Deployments} (what goes live, and when), {@code Verdict} (whether
 * every answer was right and fresh), {@code LatencyChart}.
 */
@NullMarked
package io.kindling.examples.redeploy;

import org.jspecify.annotations.NullMarked;
