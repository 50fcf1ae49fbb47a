package io.nestcms.sandbox;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a transaction stands.
 *
 * @param status the letter
 * @param code issuer's reference on success, else a number as text
 * @param message the reason, for the merchant
 * @param acquirerRef the acquirer's name for it, or {@code null} when it did not get there
 * @param at when it was decided
 * @param told what the gateway's clock showed then; {@code null} in ledgers of earlier versions, for {@code at}
 * @param total what was moved, or would have been
 * @param card what was paid with, or {@code null}
 * @param confirmed whether the payer passed 3-D Secure
 * @param token the stored card's name, or {@code null}
 * @param acquirerRrn what a bank finds it by, or {@code null}
 * @param acquirerMessage the acquirer's own words, or {@code null}
 */
record Result(
        Status status,
        String code,
        String message,
        @Nullable String acquirerRef,
        Instant at,
        @Nullable Instant told,
        BigDecimal total,
        @Nullable Card card,
        boolean confirmed,
        @Nullable String token,
        @Nullable String acquirerRrn,
        @Nullable String acquirerMessage) {

    /** The time for the wire. */
    Instant time() {
        return told == null ? at : told;
    }
}
