package io.nestcms.payment;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** When a payment is looked at next, from its status and from how often it was looked at in that status. */
final class Watching {
    /** After several attempts a second charge may come to light late, although the payment is paid. */
    private static final int LATE_CHECKS_OF_PAID = 1;

    private Watching() {}

    /** Plans the first check in a new status. */
    static void after(Draft draft, PaymentTimings timings) {
        draft.watch(next(draft, timings, 0), 0);
    }

    /** Plans the check that follows one which changed nothing. */
    static void again(Draft draft, PaymentTimings timings) {
        int checks = draft.before().watch().checks() + 1;
        draft.watch(next(draft, timings, checks), checks);
    }

    private static @Nullable Instant next(Draft draft, PaymentTimings timings, int checks) {
        Instant now = draft.now();
        return switch (draft.status()) {
            case CREATED ->
                draft.gateway().attempt() == null
                        ? null
                        : draft.gateway().attempt().leaseUntil();
            case UNKNOWN -> now.plus(timings.backoff(timings.unknownQueryAfter(), checks));
            case PROCESSING -> now.plus(timings.backoff(timings.openQueryAfter(), checks));
            case INITIATED -> open(draft, timings, checks);
            case FAILED, EXPIRED, CANCELLED -> late(now, timings.lateChecks(), checks);
            case SUCCEEDED, AUTHORIZED ->
                draft.gateway().attempts() > 1 && checks < LATE_CHECKS_OF_PAID
                        ? late(now, timings.lateChecks(), checks)
                        : null;
            case CAPTURED, VOIDED, PARTIALLY_REFUNDED, REFUNDED -> null;
        };
    }

    /** Ever more seldom, and once when the page's life is over. */
    private static Instant open(Draft draft, PaymentTimings timings, int checks) {
        Instant now = draft.now();
        Instant planned = now.plus(timings.backoff(timings.openQueryAfter(), checks));
        Instant end = draft.since().plus(timings.pageLife());
        return planned.isAfter(end) && now.isBefore(end) ? end : planned;
    }

    private static @Nullable Instant late(Instant now, List<Duration> waits, int checks) {
        return checks < waits.size() ? now.plus(waits.get(checks)) : null;
    }
}
