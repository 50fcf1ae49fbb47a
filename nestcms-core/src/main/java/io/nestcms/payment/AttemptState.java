package io.nestcms.payment;

/**
 * Where an attempt to take a payment stands, apart from what the gateway's transactions tell.
 *
 * @since 0.1
 */
public enum AttemptState {
    /** Nothing was sent, or what was sent provably never reached the gateway: it may be sent. */
    READY,
    /** On record; the gateway is being asked, or the process that asked has died. */
    SENDING,
    /** Something was sent and no answer came back. Queried, never resent. */
    UNKNOWN,
    /** The gateway has a page for the payer. */
    OPEN,
    /** The gateway has answered with a transaction, which tells the rest. */
    ANSWERED,
    /** The gateway refused the call itself; there is no transaction. */
    REFUSED,
    /** The page's life is over by our clock, and the gateway knows of no result. */
    LAPSED
}
