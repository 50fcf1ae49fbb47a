package io.nestcms.payment;

import static io.nestcms.payment.PaymentStatus.AUTHORIZED;
import static io.nestcms.payment.PaymentStatus.CANCELLED;
import static io.nestcms.payment.PaymentStatus.CAPTURED;
import static io.nestcms.payment.PaymentStatus.CREATED;
import static io.nestcms.payment.PaymentStatus.EXPIRED;
import static io.nestcms.payment.PaymentStatus.FAILED;
import static io.nestcms.payment.PaymentStatus.INITIATED;
import static io.nestcms.payment.PaymentStatus.PARTIALLY_REFUNDED;
import static io.nestcms.payment.PaymentStatus.PROCESSING;
import static io.nestcms.payment.PaymentStatus.REFUNDED;
import static io.nestcms.payment.PaymentStatus.SUCCEEDED;
import static io.nestcms.payment.PaymentStatus.UNKNOWN;
import static io.nestcms.payment.PaymentStatus.VOIDED;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * The one table of legal moves: status and signal give the next status. {@code docs/payment-lifecycle.md} shows the same
 * table, and a test compares the two. What the table has no entry for changes nothing.
 */
final class PaymentLifecycle {
    /** What can happen to a payment. */
    enum Signal {
        /** The gateway has a page for the payer. */
        PAGE_READY,
        /** The gateway took the money. */
        APPROVED,
        /** The gateway holds the money. */
        AUTHORISED,
        /** The gateway's result comes later. */
        PENDING,
        /** The gateway said no. */
        DECLINED,
        /** The gateway closed the page unpaid, or let a hold lapse. */
        EXPIRED,
        /** The payer gave up. */
        CANCELLED,
        /** A call may have arrived, and nobody knows. */
        NO_ANSWER,
        /** The gateway proved that nothing was charged and nothing can be. */
        ABSENT,
        /** The page's life is over by our clock and the gateway knows of no result. */
        TIMED_OUT,
        /** Held money was taken. */
        CAPTURED,
        /** Money was given back before it was taken for good. */
        VOIDED,
        /** A part of the money was given back. */
        PART_REFUNDED,
        /** All of the money was given back. */
        ALL_REFUNDED
    }

    private static final Map<PaymentStatus, Map<Signal, PaymentStatus>> TABLE = table();

    private PaymentLifecycle() {}

    /** The status after the signal, or empty when the signal changes nothing. */
    static Optional<PaymentStatus> next(PaymentStatus status, Signal signal) {
        return Optional.ofNullable(TABLE.getOrDefault(status, Map.of()).get(signal));
    }

    private static Map<PaymentStatus, Map<Signal, PaymentStatus>> table() {
        Map<PaymentStatus, Map<Signal, PaymentStatus>> table = new EnumMap<>(PaymentStatus.class);
        for (PaymentStatus open : new PaymentStatus[] {CREATED, INITIATED, PROCESSING, UNKNOWN}) {
            Map<Signal, PaymentStatus> row = row(table, open);
            outcomes(row);
            row.put(Signal.DECLINED, FAILED);
            row.put(Signal.EXPIRED, EXPIRED);
            row.put(Signal.CANCELLED, CANCELLED);
            row.put(Signal.VOIDED, VOIDED);
            if (open != PROCESSING) {
                row.put(Signal.PENDING, PROCESSING);
            }
        }
        row(table, CREATED).put(Signal.PAGE_READY, INITIATED);
        row(table, CREATED).put(Signal.NO_ANSWER, UNKNOWN);
        row(table, UNKNOWN).put(Signal.PAGE_READY, INITIATED);
        row(table, UNKNOWN).put(Signal.ABSENT, CREATED);
        row(table, INITIATED).put(Signal.TIMED_OUT, EXPIRED);

        // late truth: the gateway found out afterwards that it had taken the money (codes 300 and 345)
        outcomes(row(table, FAILED));
        outcomes(row(table, EXPIRED));
        outcomes(row(table, CANCELLED));

        row(table, AUTHORIZED).put(Signal.CAPTURED, CAPTURED);
        row(table, AUTHORIZED).put(Signal.VOIDED, VOIDED);
        row(table, AUTHORIZED).put(Signal.EXPIRED, EXPIRED);
        row(table, SUCCEEDED).put(Signal.VOIDED, VOIDED);
        for (PaymentStatus paid : new PaymentStatus[] {SUCCEEDED, CAPTURED, PARTIALLY_REFUNDED}) {
            row(table, paid).put(Signal.ALL_REFUNDED, REFUNDED);
            if (paid != PARTIALLY_REFUNDED) {
                row(table, paid).put(Signal.PART_REFUNDED, PARTIALLY_REFUNDED);
            }
        }
        return table;
    }

    private static void outcomes(Map<Signal, PaymentStatus> row) {
        row.put(Signal.APPROVED, SUCCEEDED);
        row.put(Signal.AUTHORISED, AUTHORIZED);
    }

    private static Map<Signal, PaymentStatus> row(
            Map<PaymentStatus, Map<Signal, PaymentStatus>> table, PaymentStatus status) {
        return table.computeIfAbsent(status, any -> new EnumMap<>(Signal.class));
    }
}
