package io.nestcms.sandbox;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One transaction of the ledger, for tests and for the ledger page.
 *
 * @param ref the gateway's reference
 * @param previousRef the transaction it follows, or {@code null}
 * @param type as replies name it: {@code Sale}, {@code Auth}, {@code Capture}, {@code Refund} ...
 * @param tranClass {@code ecom}, {@code moto} or {@code recurring}
 * @param cartId the merchant's name for the payment
 * @param currency ISO 4217
 * @param amount what was asked, with the currency's scale
 * @param status the letter, or {@code null} while the page is unpaid
 * @param code the response code, or {@code null} while the page is unpaid
 * @param message the response message, or {@code null} while the page is unpaid
 * @param createdAt when it was asked for
 * @param decidedAt when it got its status, or {@code null} while the page is unpaid
 * @param page the name in the payer's page address, or {@code null}
 * @since 0.1
 */
public record LedgerEntry(
        String ref,
        @Nullable String previousRef,
        String type,
        String tranClass,
        String cartId,
        String currency,
        BigDecimal amount,
        @Nullable String status,
        @Nullable String code,
        @Nullable String message,
        Instant createdAt,
        @Nullable Instant decidedAt,
        @Nullable String page) {

    static LedgerEntry of(Transaction t) {
        Order order = t.order();
        Result result = t.result();
        return new LedgerEntry(
                t.ref(),
                t.previous(),
                order.type().title(),
                order.tranClass(),
                order.cartId(),
                order.currency(),
                t.amount(),
                result == null ? null : result.status().name(),
                result == null ? null : result.code(),
                result == null ? null : result.message(),
                t.createdAt(),
                result == null ? null : result.at(),
                t.page());
    }
}
