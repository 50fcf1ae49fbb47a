package io.nestcms.paytabs;

import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How an invoice stands.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param state how it stands
 * @param stateText PayTabs' word for it
 * @param ref the transaction that it was paid with, or {@code null} while there is none
 * @param transactionState how that stands, or {@code null} while there is none
 * @param message PayTabs' words on the transaction, or {@code null}
 * @param trace what to quote to PayTabs' support, or {@code null}
 * @since 0.1
 */
public record InvoiceStatus(
        State state,
        String stateText,
        @Nullable TransactionRef ref,
        @Nullable TransactionState transactionState,
        @Nullable String message,
        @Nullable String trace) {
    static InvoiceStatus of(Fields fields) {
        String text = fields.required("invoice_status");
        String transaction = fields.note("tran_status");
        return new InvoiceStatus(
                State.of(text),
                text,
                fields.ref("tran_ref"),
                transaction == null ? null : PayTabsTransaction.PaymentResult.state(transaction),
                fields.note("tran_status_msg"),
                Traces.clean(fields.note("trace")));
    }

    /** How an invoice stands. */
    public enum State {
        /** Not paid yet. */
        PENDING,
        /** Paid. */
        PAID,
        /** Cancelled. */
        CANCELLED,
        /** No longer payable. */
        EXPIRED,
        /** Late and payable. */
        OVERDUE,
        /** Given back. */
        REFUNDED,
        /** The payment failed. */
        FAILED,
        /** A state that this version does not know. */
        UNRECOGNISED;

        static State of(String text) {
            String name = text.strip().toUpperCase(Locale.ROOT);
            for (State state : values()) {
                if (state.name().equals(name)) {
                    return state;
                }
            }
            return UNRECOGNISED;
        }
    }
}
