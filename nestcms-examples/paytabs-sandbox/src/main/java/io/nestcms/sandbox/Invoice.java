package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A bill with a link to pay it.
 *
 * @param id the gateway's number
 * @param secret the last part of the link
 * @param order what a payment of it orders
 * @param details the {@code invoice} object as sent
 * @param createdAt when it was made
 * @param activeFrom when the link begins to work, or {@code null}
 * @param dueAt when it becomes overdue, or {@code null}
 * @param expiresAt when the link ends, or {@code null}
 * @param cancelled whether the merchant took it back
 * @param markedPaid the reference that a payment in cash or the like got, or {@code null}
 */
record Invoice(
        long id,
        String secret,
        Order order,
        ObjectNode details,
        Instant createdAt,
        @Nullable Instant activeFrom,
        @Nullable Instant dueAt,
        @Nullable Instant expiresAt,
        boolean cancelled,
        @Nullable String markedPaid) {

    Invoice asCancelled() {
        return new Invoice(id, secret, order, details, createdAt, activeFrom, dueAt, expiresAt, true, markedPaid);
    }

    Invoice paidBy(String ref) {
        return new Invoice(id, secret, order, details, createdAt, activeFrom, dueAt, expiresAt, cancelled, ref);
    }

    String path() {
        return "/payment/request/invoice/" + id + "/" + secret;
    }

    BigDecimal total() {
        return order.amount();
    }
}
