package io.nestcms.paytabs;

import com.fasterxml.jackson.databind.JsonNode;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.payment.TransactionRef;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where the money of a new payment comes from. By default it is the hosted page, on which the payer chooses.
 *
 * <p>Immutable and safe for use by many threads. No text of one shows a card or a token.
 *
 * @since 0.1
 */
public sealed interface PaymentSource {
    /** The payer chooses on PayTabs' page. PCI SAQ A. */
    record HostedPage() implements PaymentSource {}

    /**
     * A card from the merchant's own form. PCI SAQ D. The answer is a result at once, or a page for 3-D Secure.
     *
     * @param card with its security code
     */
    record OwnForm(CardDetails card) implements PaymentSource {
        /**
         * Checks that the security code is there.
         *
         * @param card with its security code
         * @throws InvalidInputException if it has none
         */
        public OwnForm {
            if (card.securityCode() == null) {
                throw new InvalidInputException("cvv", "is missing", "3 or 4 digits on the own form");
            }
        }
    }

    /**
     * A card told by telephone or letter: class {@code moto}, without 3-D Secure.
     *
     * @param card without a security code
     */
    record TelephoneOrder(CardDetails card) implements PaymentSource {
        /**
         * Checks that there is no security code.
         *
         * @param card without a security code
         * @throws InvalidInputException if it has one
         */
        public TelephoneOrder {
            if (card.securityCode() != null) {
                throw new InvalidInputException("cvv", "is there", "a telephone order has none");
            }
        }
    }

    /**
     * What PayTabs' script made of a card in the payer's browser. PCI SAQ A-EP.
     *
     * @param paymentToken the script's result, good for one payment; 1 to 255 characters
     */
    record ManagedForm(String paymentToken) implements PaymentSource {
        /**
         * Checks the token.
         *
         * @param paymentToken 1 to 255 characters
         * @throws InvalidInputException if it is of another form
         */
        public ManagedForm {
            Limits.text("payment_token", paymentToken, 1, 255);
        }

        @Override
        public String toString() {
            return "ManagedForm[withheld]";
        }
    }

    /**
     * A card that was saved before.
     *
     * @param token what PayTabs calls it; 1 to 64 characters
     * @param firstRef the payment that it was saved with, which older profiles ask for, or {@code null}
     * @param payerPresent true for class {@code ecom}, the payer confirms; false for class {@code recurring}, which must
     *     be enabled for the profile
     * @param use what kind of saved payment this is and which in its row, or {@code null}
     */
    record SavedCard(
            String token,
            @Nullable TransactionRef firstRef,
            boolean payerPresent,
            @Nullable TokenUse use) implements PaymentSource {
        /**
         * Checks the token.
         *
         * @param token 1 to 64 characters
         * @param firstRef the payment that it was saved with, or {@code null}
         * @param payerPresent whether the payer confirms
         * @param use what kind of saved payment this is, or {@code null}
         * @throws InvalidInputException if the token is of another form
         */
        public SavedCard {
            Limits.text("token", token, 1, 64);
        }

        /**
         * A payment without the payer.
         *
         * @param token what PayTabs calls the saved card
         * @return class {@code recurring}
         * @throws InvalidInputException if the token is of another form
         */
        public static SavedCard recurring(String token) {
            return new SavedCard(token, null, false, null);
        }

        @Override
        public String toString() {
            return "SavedCard[withheld]";
        }
    }

    /**
     * Which payment of a row a saved card makes.
     *
     * @param type what was agreed when the card was saved
     * @param counter the how manieth; from 1
     */
    record TokenUse(TokenPlan.Type type, int counter) {
        /**
         * Checks both.
         *
         * @param type what was agreed
         * @param counter the how manieth; from 1
         * @throws InvalidInputException if the counter is below 1
         */
        public TokenUse {
            Objects.requireNonNull(type, "type");
            Limits.number("counter", counter, 1, Integer.MAX_VALUE);
        }
    }

    /**
     * What a wallet in the payer's browser or telephone gave.
     *
     * @param kind the wallet
     * @param payload its JSON object, as the wallet gave it
     */
    record Wallet(Kind kind, String payload) implements PaymentSource {
        /**
         * Checks that the payload is an object.
         *
         * @param kind the wallet
         * @param payload its JSON object
         * @throws InvalidInputException if the payload is no JSON object
         */
        public Wallet {
            Objects.requireNonNull(kind, "kind");
            JsonNode json = Json.read(payload);
            if (json == null || !json.isObject()) {
                throw new InvalidInputException(kind.field(), "is no JSON object", "what the wallet gave");
            }
        }

        @Override
        public String toString() {
            return "Wallet[" + kind + ", withheld]";
        }

        /** The wallets. */
        public enum Kind {
            /** Apple Pay. */
            APPLE_PAY,
            /** Samsung Pay. */
            SAMSUNG_PAY;

            String field() {
                return name().toLowerCase(Locale.ROOT) + "_token";
            }
        }
    }
}
