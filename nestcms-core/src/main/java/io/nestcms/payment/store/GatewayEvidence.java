package io.nestcms.payment.store;

import io.nestcms.payment.TransactionKind;

/**
 * What was learned about how a gateway answers: whether it shows a capture, void or refund that was done under that one's own
 * cart. Until it has been seen to, the absence of one proves nothing.
 *
 * <p>Implementations are safe for use by many threads.
 *
 * @since 0.1
 */
public interface GatewayEvidence {
    /**
     * Whether one that was done has been found under its own cart.
     *
     * @param profile whose account at the gateway
     * @param kind {@link TransactionKind#CAPTURE}, {@link TransactionKind#VOID} or {@link TransactionKind#REFUND}
     * @return true once that was seen
     */
    boolean isShown(String profile, TransactionKind kind);

    /**
     * Remembers that one that was done has been found under its own cart. Repeatable.
     *
     * @param profile whose account at the gateway
     * @param kind its kind
     */
    void shown(String profile, TransactionKind kind);
}
