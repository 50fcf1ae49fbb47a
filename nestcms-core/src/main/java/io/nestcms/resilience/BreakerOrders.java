package io.nestcms.resilience;

import java.time.Instant;
import java.util.List;

/**
 * Where the orders to the breakers of all nodes stand: a port to what the nodes share. Holds the last order to each name.
 *
 * <p>Implementations are safe for use by many threads and nodes and pass {@code BreakerOrdersContract}. They may throw any
 * unchecked exception when they cannot be reached: nodes then go on as they are.
 *
 * @since 0.1
 */
public interface BreakerOrders {
    /**
     * Puts an order in the place of the last one to the same name, with the next number.
     *
     * @param breaker the breakers' name
     * @param command what they are to do
     * @param by who gives the order
     * @param at when
     * @return the order with its number
     */
    BreakerOrder give(String breaker, BreakerOrder.Command command, String by, Instant at);

    /**
     * The last order to each name.
     *
     * @return in any order; empty when none was ever given
     */
    List<BreakerOrder> standing();
}
