package io.nestcms.payment;

import io.nestcms.failure.InvalidInputException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * By which way the money of an order is taken. On the hosted page, the default, and by a link the payer pays after our call; in every other way the call itself may take
 * the money. All go the same road: on record before the call, asked about when its end is unknown, never sent again before
 * the gateway has proved that nothing was taken.
 *
 * <p>A method is part of the record and holds nothing that pays by itself: a card number, a form's token or a wallet's payload is a {@link PaymentSecret}, given
 * to {@code Payments.process} and kept in memory for the call alone.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface PaymentMethod {
    /**
     * Whether the call itself may take the money.
     *
     * @return true for all but the hosted page and the link to one
     */
    default boolean isDirect() {
        return true;
    }

    /**
     * Whether nothing under the attempt's cart, late enough, proves that nothing was taken. Where the gateway does not document a
     * call, it is unknown by what name it would show it, and an unknown outcome waits for a person.
     *
     * @return false for {@link PassThrough} only
     */
    default boolean isProvenByAbsence() {
        return true;
    }

    /**
     * Whether what is given to {@code Payments.process} is what this way needs.
     *
     * @param secret what was given, or {@code null} for nothing
     * @return true when the call can be made with it
     */
    boolean takes(@Nullable PaymentSecret secret);

    /**
     * How long the page can be paid on, where the way to pay says so itself.
     *
     * @return the page's life, or {@code null} for the gateway's usual one
     */
    default @Nullable Duration pageLife() {
        return null;
    }

    /**
     * The gateway's page, as a link that is sent to the payer, who opens it hours or days later. The payment waits as long, and
     * whatever is paid there, late, in part or twice, lands on its order.
     *
     * @param life how long it can be paid on: whole minutes, 1 minute to 90 days. Counted from {@code process}
     */
    record Link(Duration life) implements PaymentMethod {
        private static final Duration LONGEST = Duration.ofDays(90);

        /**
         * Checks the life.
         *
         * @param life whole minutes, 1 minute to 90 days
         * @throws InvalidInputException if it is out of range
         */
        public Link {
            Objects.requireNonNull(life, "life");
            boolean whole = life.equals(Duration.ofMinutes(life.toMinutes()));
            if (!whole || life.toMinutes() < 1 || life.compareTo(LONGEST) > 0) {
                throw new InvalidInputException("method.life", "is out of range", "whole minutes, 1 minute to 90 days");
            }
        }

        @Override
        public boolean isDirect() {
            return false;
        }

        @Override
        public Duration pageLife() {
            return life;
        }

        @Override
        public boolean takes(@Nullable PaymentSecret secret) {
            return secret == null;
        }
    }

    /** The payer chooses and pays on the gateway's page. */
    record HostedPage() implements PaymentMethod {
        @Override
        public boolean isDirect() {
            return false;
        }

        @Override
        public boolean takes(@Nullable PaymentSecret secret) {
            return secret == null;
        }
    }

    /**
     * A card that the gateway saved before.
     *
     * @param token the gateway's name for it
     * @param use who starts this payment, and by what agreement
     * @param first the payment that the card was saved with, which some profiles ask for, or {@code null}
     */
    record StoredCard(CardToken token, Use use, @Nullable TransactionRef first) implements PaymentMethod {
        /**
         * Checks that token and use are there.
         *
         * @param token the gateway's name for it
         * @param use who starts this payment
         * @param first the payment that it was saved with, or {@code null}
         */
        public StoredCard {
            Objects.requireNonNull(token, "token");
            Objects.requireNonNull(use, "use");
        }

        @Override
        public boolean takes(@Nullable PaymentSecret secret) {
            return secret == null;
        }
    }

    /** Who starts a payment with a saved card. */
    enum Use {
        /** The payer is there and has chosen the card. */
        PAYER_PRESENT,
        /** The merchant, as the payer has agreed: at fixed times. */
        RECURRING,
        /** The merchant, as the payer has agreed: when it is needed. */
        UNSCHEDULED
    }

    /** A card told by telephone or letter; needs a {@link PaymentSecret.Card} without a security code. */
    record TelephoneOrder() implements PaymentMethod {
        @Override
        public boolean takes(@Nullable PaymentSecret secret) {
            return secret instanceof PaymentSecret.Card card && card.securityCode() == null;
        }
    }

    /** A card from the merchant's own form; needs a {@link PaymentSecret.Card} with its security code. */
    record OwnForm() implements PaymentMethod {
        @Override
        public boolean takes(@Nullable PaymentSecret secret) {
            return secret instanceof PaymentSecret.Card card && card.securityCode() != null;
        }
    }

    /** What the gateway's script made of a card in the payer's browser; needs a {@link PaymentSecret.FormToken}. */
    record ManagedForm() implements PaymentMethod {
        @Override
        public boolean takes(@Nullable PaymentSecret secret) {
            return secret instanceof PaymentSecret.FormToken;
        }
    }

    /**
     * A wallet whose payload the gateway documents; needs a {@link PaymentSecret.WalletToken}.
     *
     * @param kind which
     */
    record Wallet(WalletKind kind) implements PaymentMethod {
        /**
         * Checks that the kind is there.
         *
         * @param kind which
         */
        public Wallet {
            Objects.requireNonNull(kind, "kind");
        }

        @Override
        public boolean takes(@Nullable PaymentSecret secret) {
            return secret instanceof PaymentSecret.WalletToken;
        }
    }

    /** The wallets that the gateway documents. */
    enum WalletKind {
        /** Apple Pay. */
        APPLE_PAY,
        /** Samsung Pay. */
        SAMSUNG_PAY
    }

    /**
     * A way whose call the gateway does not document: needs {@link PaymentSecret.Fields}, which go out as they are. Whether nothing
     * under its cart means anything is not known either, so an unknown outcome waits for a person ({@code Payments.resolve}).
     *
     * @param kind which
     */
    record PassThrough(PassThroughKind kind) implements PaymentMethod {
        /**
         * Checks that the kind is there.
         *
         * @param kind which
         */
        public PassThrough {
            Objects.requireNonNull(kind, "kind");
        }

        @Override
        public boolean isProvenByAbsence() {
            return false;
        }

        @Override
        public boolean takes(@Nullable PaymentSecret secret) {
            return secret instanceof PaymentSecret.Fields;
        }
    }

    /** Ways without a documented call. */
    enum PassThroughKind {
        /** Google Pay, made directly. */
        GOOGLE_PAY,
        /** SADAD, made directly. */
        SADAD
    }

    /**
     * The gateway's page.
     *
     * @return the default way
     */
    static PaymentMethod hostedPage() {
        return new HostedPage();
    }

    /**
     * A link to the gateway's page that is sent to the payer.
     *
     * @param life how long it can be paid on: whole minutes, 1 minute to 90 days
     * @return the way
     * @throws InvalidInputException if the life is out of range
     */
    static PaymentMethod link(Duration life) {
        return new Link(life);
    }

    /**
     * A saved card that the payer has chosen just now.
     *
     * @param token the gateway's name for it
     * @return the way
     */
    static PaymentMethod savedCard(CardToken token) {
        return new StoredCard(token, Use.PAYER_PRESENT, null);
    }

    /**
     * A saved card at the times that were agreed, without the payer.
     *
     * @param token the gateway's name for it
     * @return the way
     */
    static PaymentMethod recurring(CardToken token) {
        return new StoredCard(token, Use.RECURRING, null);
    }

    /**
     * A saved card when it is needed, as was agreed, without the payer.
     *
     * @param token the gateway's name for it
     * @return the way
     */
    static PaymentMethod unscheduled(CardToken token) {
        return new StoredCard(token, Use.UNSCHEDULED, null);
    }
}
