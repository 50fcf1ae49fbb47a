package io.nestcms.payment;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** When a payment is looked at next, from its status and from how often it was looked at in that status. */
final class Watching {
    private Watching() {}

    /** Plans the first check in a new status. */
    static void after(Draft draft, PaymentTimings timings) {
        draft.watch(next(draft, timings, 0), 0);
    }

    /** Plans the check that follows one which changed nothing; one that was not answered does not count as made. */
    static void again(Draft draft, PaymentTimings timings, boolean answered) {
        int checks = draft.before().watch().checks() + 1;
        Instant next = answered || !draft.status().isSettled() ? next(draft, timings, checks) : null;
        if (!answered && next == null) {
            // somebody wanted it asked about, also when nothing was ever sent
            next = draft.now().plus(timings.backoff(timings.openQueryAfter(), checks));
        }
        draft.watch(next, checks);
    }

    private static @Nullable Instant next(Draft draft, PaymentTimings timings, int checks) {
        return Stream.concat(
                        Stream.ofNullable(byStatus(draft, timings, checks)),
                        draft.followUps().stream()
                                .filter(it -> it.state().isOpen())
                                .map(it -> byFollowUp(it, draft.now(), timings, checks)))
                .min(Instant::compareTo)
                .orElse(null);
    }

    private static Instant byFollowUp(FollowUp open, Instant now, PaymentTimings timings, int checks) {
        if (open.state() == FollowUpState.SENDING) {
            return open.leaseUntil();
        }
        return now.plus(timings.backoff(
                open.state() == FollowUpState.UNKNOWN ? timings.unknownQueryAfter() : timings.openQueryAfter(),
                checks));
    }

    private static @Nullable Instant byStatus(Draft draft, PaymentTimings timings, int checks) {
        Instant now = draft.now();
        return switch (draft.status()) {
            case CREATED ->
                draft.gateway().attempt() == null
                        ? null
                        : draft.gateway().attempt().leaseUntil();
            case UNKNOWN -> now.plus(timings.backoff(timings.unknownQueryAfter(), checks));
            case PROCESSING -> now.plus(timings.backoff(timings.openQueryAfter(), checks));
            case INITIATED -> open(draft, timings, checks);
            case FAILED, EXPIRED, CANCELLED -> late(draft, timings.lateChecks());
            case SUCCEEDED, AUTHORIZED ->
                // after several attempts a second charge may come to light late, although the payment is paid
                draft.gateway().attempts() > 1
                        ? late(draft, timings.lateChecks().stream().limit(1).toList())
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

    /** The first of the moments that is still to come. Counted from the status, so that extra checks use none of them up. */
    private static @Nullable Instant late(Draft draft, List<Duration> waits) {
        return waits.stream()
                .map(wait -> draft.since().plus(wait))
                .filter(at -> at.isAfter(draft.now()))
                .min(Instant::compareTo)
                .orElse(null);
    }
}
