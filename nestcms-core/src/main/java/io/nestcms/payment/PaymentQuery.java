package io.nestcms.payment;

import io.nestcms.failure.InvalidInputException;
import org.jspecify.annotations.Nullable;

/**
 * Which payments to list.
 *
 * @param scope only payments created under keys of this scope, or {@code null} for all
 * @param status only payments of this status, or {@code null} for all
 * @param after where the page begins: the {@link PaymentPage#next() next} of the page before, or {@code null} for the newest
 * @param limit how many a page holds, 1 to 200
 * @since 0.1
 */
public record PaymentQuery(
        @Nullable String scope,
        @Nullable PaymentStatus status,
        @Nullable PaymentCursor after,
        int limit) {
    /**
     * Checks the limit.
     *
     * @param scope the scope, or {@code null}
     * @param status the status, or {@code null}
     * @param after where the page begins, or {@code null}
     * @param limit how many a page holds
     * @throws InvalidInputException if the limit is out of range
     */
    public PaymentQuery {
        if (limit < 1 || limit > 200) {
            throw new InvalidInputException("limit", "is out of range", "1 to 200");
        }
    }

    /**
     * All payments, the newest first.
     *
     * @param limit how many a page holds, 1 to 200
     * @return a query for the first page
     * @throws InvalidInputException if the limit is out of range
     */
    public static PaymentQuery newest(int limit) {
        return new PaymentQuery(null, null, null, limit);
    }

    /**
     * The same question for another page.
     *
     * @param cursor where it begins, or {@code null} for the newest
     * @return a query
     */
    public PaymentQuery from(@Nullable PaymentCursor cursor) {
        return new PaymentQuery(scope, status, cursor, limit);
    }
}
