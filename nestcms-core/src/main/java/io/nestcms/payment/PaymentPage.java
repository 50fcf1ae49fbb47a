package io.nestcms.payment;

import java.util.List;

/**
 * A page of payments, newest first.
 *
 * @param items the payments of this page
 * @param page the number of this page, from 0
 * @param size how many a page holds at most
 * @param total how many there are altogether
 * @since 0.1
 */
public record PaymentPage(List<Payment> items, int page, int size, long total) {
    /**
     * Copies the items.
     *
     * @param items the payments of this page
     * @param page the number of this page
     * @param size how many a page holds
     * @param total how many there are
     */
    public PaymentPage {
        items = List.copyOf(items);
    }
}
