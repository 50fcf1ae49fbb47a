package io.nestcms.payment;

/**
 * Where a capture, a void or a refund stands.
 *
 * @since 0.1
 */
public enum FollowUpState {
    /** On record; the gateway is being asked, or the process that asked has died. */
    SENDING,
    /** Something was sent and no answer came back. Queried, never resent. */
    UNKNOWN,
    /** The gateway took it on; the result is still to come. */
    PENDING,
    /** The money moved. */
    DONE,
    /** The gateway said no; nothing moved. */
    REFUSED,
    /** Provably nothing reached the gateway: the same key may be used again. */
    NOT_SENT;

    /**
     * Whether money may still move because of it.
     *
     * @return true for {@link #SENDING}, {@link #UNKNOWN} and {@link #PENDING}
     */
    public boolean isOpen() {
        return this == SENDING || this == UNKNOWN || this == PENDING;
    }
}
