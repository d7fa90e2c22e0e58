/**
 * A share priced from other shares. In reading order: {@link
 * io.kindling.examples.stocks.StockProxy} (the program); {@code PriceTable}, read or made up by
 * {@code SyntheticPrices}; {@code Exchange} with {@code TickFeed} and {@code TickStream}, from
 * files to Redis; {@code TickStore}, ticks in Redis by symbol and time; {@code LogReturns}, {@code
 * Regression} and {@code Trainer}; {@code ProxyModel}, published and followed; {@code LiveTrading}
 * with its {@code PricingDesk}, which prices ticks as they arrive; {@code Evaluation}, what it is
 * worth.
 */
@NullMarked
package io.kindling.examples.stocks;

import org.jspecify.annotations.NullMarked;
