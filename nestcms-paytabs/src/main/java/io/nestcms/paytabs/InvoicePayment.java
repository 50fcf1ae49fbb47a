package io.nestcms.paytabs;

import io.nestcms.money.Money;
import java.util.Locale;
import java.util.Objects;

/**
 * That an invoice was paid outside PayTabs.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param invoiceId PayTabs' number for the invoice; above zero
 * @param total what was paid
 * @param method how
 * @param description 1 to 255 characters
 * @since 0.1
 */
public record InvoicePayment(long invoiceId, Money total, Method method, String description) {
    /**
     * Checks every part.
     *
     * @param invoiceId PayTabs' number for the invoice
     * @param total what was paid
     * @param method how
     * @param description 1 to 255 characters
     * @throws io.nestcms.failure.InvalidInputException if a part is of another form
     */
    public InvoicePayment {
        Limits.id("invoice_id", invoiceId);
        Limits.amount("invoice_total", total);
        Objects.requireNonNull(method, "method");
        Limits.text("pay_description", description, 1, 255);
    }

    /** How an invoice was paid. */
    public enum Method {
        /** In cash. */
        CASH,
        /** By cheque. */
        CHEQUE,
        /** By bank transfer. */
        BANK_TRANSFER,
        /** At a card terminal. */
        POINT_OF_SALE;

        String wire() {
            return name().toLowerCase(Locale.ROOT).replace("_", "");
        }
    }
}
