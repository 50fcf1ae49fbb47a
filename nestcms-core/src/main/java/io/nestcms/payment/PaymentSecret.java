package io.nestcms.payment;

import io.nestcms.failure.InvalidInputException;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What pays by itself: given to {@code Payments.process} for one call, handed to the gateway, and kept nowhere. No record, event, log or message has any of
 * it; no text of one shows any of it. After a crash, or when the call was never sent, the payer gives it again.
 *
 * <p>Whoever makes a {@link Card} handles card numbers, and everything that this brings with it; see the guide on PCI.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public sealed interface PaymentSecret {
    /** Nothing of it. */
    String WITHHELD = "[withheld]";

    /**
     * A card.
     *
     * @param number 13 to 16 digits
     * @param expiryMonth 1 to 12
     * @param expiryYear 2000 to 2099
     * @param securityCode 3 or 4 digits, or {@code null}; needed on the own form, never part of a telephone order
     */
    record Card(
            String number,
            int expiryMonth,
            int expiryYear,
            @Nullable String securityCode) implements PaymentSecret {
        private static final Pattern NUMBER = Pattern.compile("[0-9]{13,16}");
        private static final Pattern CODE = Pattern.compile("[0-9]{3,4}");
        private static final int MONTHS = 12;
        private static final int FIRST_YEAR = 2000;
        private static final int LAST_YEAR = 2099;

        /**
         * Checks every part.
         *
         * @param number 13 to 16 digits
         * @param expiryMonth 1 to 12
         * @param expiryYear 2000 to 2099
         * @param securityCode 3 or 4 digits, or {@code null}
         * @throws InvalidInputException if a part is of another form; shows no part of it
         */
        public Card {
            Field.matching("card.number", number, NUMBER, "13 to 16 digits");
            between("card.expiryMonth", expiryMonth, 1, MONTHS);
            between("card.expiryYear", expiryYear, FIRST_YEAR, LAST_YEAR);
            if (securityCode != null) {
                Field.matching("card.securityCode", securityCode, CODE, "3 or 4 digits");
            }
        }

        private static void between(String field, int value, int least, int most) {
            if (value < least || value > most) {
                throw new InvalidInputException(field, "is out of range", least + " to " + most);
            }
        }

        @Override
        public String toString() {
            return "Card" + WITHHELD;
        }
    }

    /**
     * What the gateway's script made of a card in the payer's browser; good for one payment.
     *
     * @param value 1 to 255 characters
     */
    record FormToken(String value) implements PaymentSecret {
        /**
         * Checks the form.
         *
         * @param value 1 to 255 characters
         * @throws InvalidInputException if it is of another form
         */
        public FormToken {
            Field.text("paymentToken", value, 1, 255);
        }

        @Override
        public String toString() {
            return "FormToken" + WITHHELD;
        }
    }

    /**
     * What a wallet gave; good for one payment.
     *
     * @param json its JSON object, as the wallet gave it; up to 16384 characters
     */
    record WalletToken(String json) implements PaymentSecret {
        private static final int LONGEST = 16_384;

        /**
         * Checks the length; that it is a JSON object, the gateway checks.
         *
         * @param json its JSON object
         * @throws InvalidInputException if it is empty or too long
         */
        public WalletToken {
            size("walletToken", json, LONGEST);
        }

        @Override
        public String toString() {
            return "WalletToken" + WITHHELD;
        }
    }

    /**
     * Fields of a call that the gateway does not document; they go out as they are, and none may have the name of a documented one.
     *
     * @param json each field's name with its JSON value; 1 to 16 of them, each up to 16384 characters
     */
    record Fields(Map<String, String> json) implements PaymentSecret {
        private static final int LONGEST = 16_384;
        private static final int MOST = 16;

        /**
         * Checks how many and how long; names and JSON, the gateway checks.
         *
         * @param json each field's name with its JSON value
         * @throws InvalidInputException if there is none, there are too many, or one is too long
         */
        public Fields {
            if (json.isEmpty() || json.size() > MOST) {
                throw new InvalidInputException("fields", "are " + json.size(), "1 to " + MOST);
            }
            json.values().forEach(value -> size("fields", value, LONGEST));
            json = Collections.unmodifiableMap(new TreeMap<>(json));
        }

        @Override
        public String toString() {
            return "Fields" + WITHHELD;
        }
    }

    private static void size(String field, String value, int most) {
        Objects.requireNonNull(value, field);
        if (value.isBlank() || value.length() > most) {
            throw new InvalidInputException(field, "has " + value.length() + " characters", "1 to " + most);
        }
    }
}
