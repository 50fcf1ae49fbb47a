package io.nestcms.payment;

import io.nestcms.money.Money;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the gateway for captures, voids and refunds, with the same care as for payments: on record first, sent once. */
final class FollowUpCalls {
    private static final Logger LOG = LoggerFactory.getLogger(FollowUpCalls.class);

    private final PaymentGateway gateway;
    private final PaymentWrites writes;
    private final PaymentTimings timings;

    FollowUpCalls(PaymentGateway gateway, PaymentWrites writes, PaymentTimings timings) {
        this.gateway = gateway;
        this.writes = writes;
        this.timings = timings;
    }

    /** What is asked for; no amount means all that is left. */
    record Wish(
            IdempotencyKey key,
            TransactionKind kind,
            @Nullable Money amount) {}

    /** What putting the wish on record came to: exactly one of the three is there. */
    private record Plan(
            @Nullable FollowUp announced,
            @Nullable FollowUp known,
            @Nullable PaymentRefusal refusal) {}

    FollowUpResult ask(PaymentId id, Wish wish) {
        Optional<Payment> found = writes.store().find(id);
        if (found.isEmpty()) {
            return new FollowUpResult.Refused(PaymentRefusal.NOT_FOUND);
        }
        Plan preview = plan(new Draft(found.get(), writes.now()), wish);
        if (preview.announced() != null) {
            Optional<Duration> unavailable = gateway.unavailableFor();
            if (unavailable.isPresent()) {
                return new FollowUpResult.Unavailable(found.get(), unavailable.get());
            }
        }
        PaymentWrites.Written<Plan> written = writes.update(found.get(), draft -> {
            Plan plan = plan(draft, wish);
            if (plan.announced() != null) {
                draft.put(plan.announced());
                Watching.after(draft, timings);
            }
            return plan;
        });
        Plan plan = written.value();
        if (plan.refusal() != null) {
            return new FollowUpResult.Refused(plan.refusal());
        }
        return plan.announced() == null
                ? answer(written.payment(), Objects.requireNonNull(plan.known()))
                : send(written.payment(), plan.announced());
    }

    private Plan plan(Draft draft, Wish wish) {
        Optional<FollowUp> known = byKey(draft, wish.key());
        if (known.isPresent()) {
            FollowUp same = known.get();
            if (same.kind() != wish.kind()
                    || (wish.amount() != null && !wish.amount().equals(same.amount()))) {
                return new Plan(null, null, PaymentRefusal.KEY_REUSED);
            }
            if (same.state() != FollowUpState.NOT_SENT) {
                return new Plan(null, same, null);
            }
        }
        // a repeated wish keeps its amount, whatever "all" would mean by now
        Money amount = known.map(FollowUp::amount)
                .orElseGet(() -> wish.amount() == null ? FollowUps.left(draft, wish.kind()) : wish.amount());
        PaymentRefusal refusal = FollowUps.refusal(draft, wish.kind(), amount);
        if (refusal != null) {
            return new Plan(null, null, refusal);
        }
        return new Plan(
                new FollowUp(
                        wish.key(),
                        wish.kind(),
                        amount,
                        FollowUps.origin(draft, wish.kind(), amount).orElseThrow(),
                        FollowUpState.SENDING,
                        null,
                        draft.now(),
                        draft.now().plus(timings.attemptLease()),
                        null),
                null,
                null);
    }

    private static Optional<FollowUp> byKey(Draft draft, IdempotencyKey key) {
        return draft.followUps().stream().filter(it -> it.key().equals(key)).findFirst();
    }

    private FollowUpResult send(Payment announced, FollowUp followUp) {
        // the clock is read once more: whoever stood still past the lease may have been taken for lost
        GatewayOutcome<GatewayTransaction> outcome = writes.now().isBefore(followUp.leaseUntil())
                ? call(announced, followUp)
                : new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.OUT_OF_TIME, null);
        PaymentWrites.Written<FollowUp> written = writes.update(announced, draft -> {
            FollowUp mine = byKey(draft, followUp.key()).orElse(followUp);
            boolean current = mine.startedAt().equals(followUp.startedAt())
                    && (mine.state() == FollowUpState.SENDING || mine.state() == FollowUpState.UNKNOWN);
            if (current) {
                conclude(draft, mine, outcome);
                Watching.after(draft, timings);
            }
            return byKey(draft, followUp.key()).orElse(followUp);
        });
        return written.value().state() == FollowUpState.NOT_SENT
                        && outcome instanceof GatewayOutcome.NotSent<GatewayTransaction> notSent
                ? new FollowUpResult.Unavailable(
                        written.payment(), Objects.requireNonNullElse(notSent.retryAfter(), Payments.RETRY_AFTER))
                : answer(written.payment(), written.value());
    }

    private GatewayOutcome<GatewayTransaction> call(Payment announced, FollowUp followUp) {
        try {
            return gateway.followUp(announced, followUp);
        } catch (RuntimeException broken) {
            // the port forbids it, and a broken gateway must still not cost anybody money
            LOG.error("Gateway {} threw on a follow-up of payment {}", gateway.name(), announced.id(), broken);
            return new GatewayOutcome.Indeterminate<>("the gateway client failed");
        }
    }

    private static void conclude(Draft draft, FollowUp mine, GatewayOutcome<GatewayTransaction> outcome) {
        if (outcome instanceof GatewayOutcome.Accepted<GatewayTransaction> accepted) {
            FollowUps.answered(draft, mine, accepted.value());
            new Settlement(draft).apply(accepted.value());
            if (draft.followUps().contains(mine)) {
                // an answer that does not fit what was asked for is no answer
                draft.replace(mine, mine.in(FollowUpState.UNKNOWN));
            }
        } else if (outcome instanceof GatewayOutcome.Rejected<GatewayTransaction> rejected) {
            draft.replace(mine, mine.refused(null, rejected.rejection().message()));
        } else if (outcome instanceof GatewayOutcome.NotSent) {
            draft.replace(mine, mine.in(FollowUpState.NOT_SENT));
        } else {
            draft.replace(mine, mine.in(FollowUpState.UNKNOWN));
        }
    }

    private static FollowUpResult answer(Payment payment, FollowUp followUp) {
        return switch (followUp.state()) {
            case DONE, PENDING, REFUSED -> new FollowUpResult.Recorded(payment, followUp);
            case UNKNOWN -> new FollowUpResult.Unknown(payment, followUp);
            case SENDING -> new FollowUpResult.Refused(PaymentRefusal.IN_PROGRESS);
            case NOT_SENT -> new FollowUpResult.Unavailable(payment, Payments.RETRY_AFTER);
        };
    }
}
