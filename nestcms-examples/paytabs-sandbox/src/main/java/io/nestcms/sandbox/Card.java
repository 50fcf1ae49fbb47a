package io.nestcms.sandbox;

import org.jspecify.annotations.Nullable;

/**
 * What the sandbox keeps of a card: enough to show it and to decide again, never its number.
 *
 * @param scheme for example {@code Visa}
 * @param type {@code Credit} or {@code Debit}
 * @param masked first six and last four digits
 * @param expiryMonth 1 to 12
 * @param expiryYear four digits
 * @param code what the issuer answers: empty to approve, else a response code
 * @param challenge whether the payer must confirm (3-D Secure)
 * @param issuerCountry two letters, or {@code null} when the gateway does not tell
 * @param issuerName the bank, or {@code null} when the gateway does not tell
 */
record Card(
        String scheme,
        String type,
        String masked,
        int expiryMonth,
        int expiryYear,
        String code,
        boolean challenge,
        @Nullable String issuerCountry,
        @Nullable String issuerName) {

    /** The status that goes with a response code. */
    static Status statusOf(String code) {
        return switch (code) {
            case "", TestCards.REFUND_PENDING, TestCards.REFUND_DECLINED -> Status.A;
            case "600" -> Status.P;
            case TestCards.ON_HOLD -> Status.H;
            case "120", "400", TestCards.NO_RESPONSE -> Status.E;
            case "321" -> Status.C;
            case TestCards.EXPIRED -> Status.X;
            default -> Status.D;
        };
    }

    /** Whether it is no card, but a place where the payer pays later. */
    boolean isElsewhere() {
        return expiryMonth == 0;
    }

    /** The same card in a wallet. */
    Card named(String wallet) {
        return new Card(wallet, type, masked, expiryMonth, expiryYear, code, challenge, issuerCountry, issuerName);
    }

    /** The same card with another answer. */
    Card answering(String other) {
        return new Card(scheme, type, masked, expiryMonth, expiryYear, other, challenge, issuerCountry, issuerName);
    }

    /** The same card when nobody is there to be asked. */
    Card unchallenged() {
        return new Card(scheme, type, masked, expiryMonth, expiryYear, code, false, issuerCountry, issuerName);
    }
}
