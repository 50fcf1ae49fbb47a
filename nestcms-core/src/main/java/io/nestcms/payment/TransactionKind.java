package io.nestcms.payment;

/**
 * What kind of transaction the gateway reports.
 *
 * @since 0.1
 */
public enum TransactionKind {
    /** Money taken at once. */
    SALE,
    /** Money held. */
    AUTHORIZATION,
    /** A card verified and nothing kept. */
    REGISTRATION,
    /** An asynchronous payment asked for and not yet made. */
    PAYMENT_REQUEST,
    /** Held money taken. */
    CAPTURE,
    /** All held money given back. */
    VOID,
    /** A part of held money given back. */
    RELEASE,
    /** Taken money given back. */
    REFUND,
    /** A hold made to last longer. */
    EXTENSION,
    /** A kind that this version does not know. */
    UNRECOGNISED;

    /**
     * Whether a transaction of this kind stands for the payment itself and not for something done to it later.
     *
     * @return true for a sale, an authorisation and a payment request
     */
    public boolean isPayment() {
        return this == SALE || this == AUTHORIZATION || this == PAYMENT_REQUEST;
    }

    /**
     * Whether a transaction of this kind does something to an earlier one.
     *
     * @return true for a capture, a void, a release and a refund
     */
    public boolean isFollowUp() {
        return this == CAPTURE || this == VOID || this == RELEASE || this == REFUND;
    }
}
