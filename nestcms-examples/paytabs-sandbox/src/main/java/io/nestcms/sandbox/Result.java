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
 * @param acquirerRef the acquirer's name for it
 * @param at when it was decided
 * @param total what was moved, or would have been
 * @param card what was paid with, or {@code null}
 * @param confirmed whether the payer passed 3-D Secure
 * @param token the stored card's name, or {@code null}
 */
record Result(
        Status status,
        String code,
        String message,
        String acquirerRef,
        Instant at,
        BigDecimal total,
        @Nullable Card card,
        boolean confirmed,
        @Nullable String token) {}
