package io.nestcms.payment;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of payments, newest first.
 *
 * @param items the payments of this page; fewer than were asked for where some cannot be read
 * @param next where the next page begins, or {@code null} when this is the last one
 * @since 0.1
 */
public record PaymentPage(List<Payment> items, @Nullable PaymentCursor next) {
    /**
     * Copies the items.
     *
     * @param items the payments of this page
     * @param next where the next page begins, or {@code null}
     */
    public PaymentPage {
        items = List.copyOf(items);
    }
}
