package io.nestcms.paytabs;

import java.net.URI;
import java.util.Objects;
import java.util.function.Function;

/**
 * What PayTabs made of a new payment or of a follow-up: a page that the payer must visit, or a result at once. A decline
 * is a result.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface ChargeReply {
    /**
     * The transaction, as far as it has come.
     *
     * @return what PayTabs answered
     */
    PayTabsTransaction transaction();

    /**
     * The payer goes on at PayTabs: the hosted page, or 3-D Secure.
     *
     * @param transaction the transaction; without a result so far
     * @param page where to send the payer's browser
     */
    record Page(PayTabsTransaction transaction, URI page) implements ChargeReply {
        /**
         * Checks that both are there.
         *
         * @param transaction the transaction
         * @param page where to send the payer's browser
         */
        public Page {
            Objects.requireNonNull(transaction, "transaction");
            Objects.requireNonNull(page, "page");
        }
    }

    /**
     * PayTabs decided at once.
     *
     * @param transaction the transaction with its result
     */
    record Completed(PayTabsTransaction transaction) implements ChargeReply {
        /**
         * Checks that the transaction is there.
         *
         * @param transaction the transaction with its result
         */
        public Completed {
            Objects.requireNonNull(transaction, "transaction");
        }
    }

    /**
     * Handles both cases.
     *
     * @param <R> what the handlers give
     * @param page the payer goes on at PayTabs
     * @param completed PayTabs decided at once
     * @return what the one called handler gave
     */
    default <R> R fold(Function<? super Page, ? extends R> page, Function<? super Completed, ? extends R> completed) {
        return this instanceof Page it ? page.apply(it) : completed.apply((Completed) this);
    }
}
