package io.nestcms.payment;

import java.util.Objects;

/**
 * A transaction that differs from what was asked for. It settles nothing until a person has decided about it.
 *
 * @param entry the transaction
 * @param difference in what it differs
 * @since 0.1
 */
public record Mismatch(LedgerEntry entry, Difference difference) {
    /**
     * Checks that both are there.
     *
     * @param entry the transaction
     * @param difference in what it differs
     */
    public Mismatch {
        Objects.requireNonNull(entry, "entry");
        Objects.requireNonNull(difference, "difference");
    }

    /**
     * In what a transaction can differ.
     *
     * @since 0.1
     */
    public enum Difference {
        /** The amount, asked for or taken, or it is missing. */
        AMOUNT,
        /** The currency. */
        CURRENCY,
        /** It follows up a transaction that we do not know, and nothing tells which one it concerns. */
        PARENT,
        /** It cannot be read, or is of a kind that this version does not know. */
        UNREADABLE
    }
}
