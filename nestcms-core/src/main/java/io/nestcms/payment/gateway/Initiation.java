package io.nestcms.payment.gateway;

import io.nestcms.payment.TransactionRef;
import java.net.URI;
import java.util.Objects;
import java.util.function.Function;

/**
 * What the gateway made of a payment: a page that the payer must visit, or a result at once.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface Initiation {
    /**
     * The payer goes on at the gateway.
     *
     * @param ref the gateway's name for the transaction
     * @param page where to send the payer's browser
     */
    record HostedPage(TransactionRef ref, URI page) implements Initiation {
        /**
         * Checks that both are there.
         *
         * @param ref the gateway's name for the transaction
         * @param page where to send the payer's browser
         */
        public HostedPage {
            Objects.requireNonNull(ref, "ref");
            Objects.requireNonNull(page, "page");
        }
    }

    /**
     * The gateway decided at once.
     *
     * @param transaction the result
     */
    record Completed(GatewayTransaction transaction) implements Initiation {
        /**
         * Checks that the result is there.
         *
         * @param transaction the result
         */
        public Completed {
            Objects.requireNonNull(transaction, "transaction");
        }
    }

    /**
     * Handles both cases.
     *
     * @param <R> what the handlers give
     * @param page the payer goes on at the gateway
     * @param completed the gateway decided at once
     * @return what the one called handler gave
     */
    default <R> R fold(
            Function<? super HostedPage, ? extends R> page, Function<? super Completed, ? extends R> completed) {
        return this instanceof HostedPage it ? page.apply(it) : completed.apply((Completed) this);
    }
}
