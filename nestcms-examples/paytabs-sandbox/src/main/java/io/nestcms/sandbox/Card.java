package io.nestcms.sandbox;

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
 */
record Card(
        String scheme, String type, String masked, int expiryMonth, int expiryYear, String code, boolean challenge) {

    Status answer() {
        return switch (code) {
            case "", TestCards.REFUND_PENDING, TestCards.REFUND_DECLINED -> Status.A;
            case "600" -> Status.P;
            case "900" -> Status.H;
            case "400" -> Status.E;
            default -> Status.D;
        };
    }

    /** The same card in a wallet. */
    Card named(String wallet) {
        return new Card(wallet, type, masked, expiryMonth, expiryYear, code, challenge);
    }

    /** The same card when nobody is there to be asked. */
    Card unchallenged() {
        return new Card(scheme, type, masked, expiryMonth, expiryYear, code, false);
    }
}
