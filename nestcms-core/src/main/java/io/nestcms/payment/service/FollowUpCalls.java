package io.nestcms.payment.service;

import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.FollowUpResult;
import io.nestcms.payment.FollowUpState;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentRefusal;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.gateway.GatewayFollowUp;
import io.nestcms.payment.gateway.GatewayOutcome;
import io.nestcms.payment.gateway.GatewayTransaction;
import io.nestcms.payment.gateway.PaymentGateway;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks the gateway for captures, voids and refunds, with the same care as for payments: on record first, sent once. */
final class FollowUpCalls {
    private final PaymentGateway gateway;
    private final GatewayCalls calls;
    private final PaymentWrites writes;
    private final Watching watching;
    private final PaymentTimings timings;

    FollowUpCalls(
            PaymentGateway gateway,
            GatewayCalls calls,
            PaymentWrites writes,
            Watching watching,
            PaymentTimings timings) {
        this.gateway = gateway;
        this.calls = calls;
        this.writes = writes;
        this.watching = watching;
        this.timings = timings;
    }

    /** What is asked for; no amount means all that is left, no transaction means whichever has enough left. */
    record Wish(
            IdempotencyKey key,
            TransactionKind kind,
            @Nullable Money amount,
            @Nullable TransactionRef of) {
        Wish(IdempotencyKey key, TransactionKind kind, @Nullable Money amount) {
            this(key, kind, amount, null);
        }
    }

    /** What putting the wish on record came to: a part to send, or the answer. */
    private record Plan(@Nullable CartId next, @Nullable PaymentRefusal refusal) {}

    FollowUpResult ask(PaymentId id, Wish wish) {
        Optional<Payment> found = writes.store().find(id);
        if (found.isEmpty()) {
            return new FollowUpResult.Refused(PaymentRefusal.NOT_FOUND);
        }
        Payment payment = found.get();
        while (true) {
            if (plan(new Draft(payment, writes.now()), wish).next() != null) {
                Optional<Duration> unavailable = gateway.unavailableFor();
                if (unavailable.isPresent()) {
                    return new FollowUpResult.Unavailable(payment, unavailable.get());
                }
            }
            PaymentWrites.Written<Plan> written = writes.update(payment, draft -> announce(draft, wish));
            payment = written.payment();
            PaymentRefusal refusal = written.value().refusal();
            if (refusal != null) {
                return new FollowUpResult.Refused(refusal);
            }
            CartId next = written.value().next();
            if (next == null) {
                return answer(payment, wish.key());
            }
            Sent sent = send(payment, payment.followUp(next).orElseThrow());
            payment = sent.payment();
            FollowUpState state = payment.followUp(next).map(FollowUp::state).orElse(FollowUpState.UNKNOWN);
            if (state == FollowUpState.NOT_SENT) {
                return new FollowUpResult.Unavailable(payment, sent.retryAfter());
            }
            if (state != FollowUpState.DONE && state != FollowUpState.PENDING) {
                return answer(payment, wish.key());
            }
        }
    }

    private Plan announce(Draft draft, Wish wish) {
        Plan plan = plan(draft, wish);
        if (plan.next() != null) {
            FollowUp part = draft.followUp(plan.next()).orElseThrow();
            draft.put(part.sending(draft.now(), draft.clock().plus(timings.attemptLease())));
            watching.after(draft);
        }
        return plan;
    }

    /** Puts the parts of a new wish on the draft; names the part to send, if one is to be sent. */
    private static Plan plan(Draft draft, Wish wish) {
        List<FollowUp> known = draft.followUps(wish.key());
        if (known.isEmpty()) {
            PaymentRefusal refusal = begin(draft, wish);
            if (refusal != null) {
                return new Plan(null, refusal);
            }
            known = draft.followUps(wish.key());
        } else if (isAnother(wish, known)) {
            return new Plan(null, PaymentRefusal.KEY_REUSED);
        }
        boolean open = known.stream()
                .anyMatch(it -> it.state() == FollowUpState.SENDING
                        || it.state() == FollowUpState.UNKNOWN
                        || it.state() == FollowUpState.REFUSED);
        Optional<FollowUp> unsent = known.stream()
                .filter(it -> it.state() == FollowUpState.NOT_SENT)
                .findFirst();
        if (open || unsent.isEmpty()) {
            return new Plan(null, null);
        }
        PaymentRefusal refusal = wish.of() == null
                ? FollowUpRules.refusal(draft, wish.kind(), unsent.get().amount())
                : null;
        Money left = draft.ledger()
                .leftByTransaction(wish.kind())
                .getOrDefault(
                        unsent.get().of(), Money.zero(unsent.get().amount().currency()));
        if (refusal == null && left.compareTo(unsent.get().amount()) < 0) {
            refusal = PaymentRefusal.TOO_MUCH;
        }
        return refusal == null ? new Plan(unsent.get().cartId(), null) : new Plan(null, refusal);
    }

    private static boolean isAnother(Wish wish, List<FollowUp> known) {
        return known.get(0).kind() != wish.kind()
                || (wish.amount() != null && !wish.amount().equals(FollowUpRules.total(known)));
    }

    private static @Nullable PaymentRefusal begin(Draft draft, Wish wish) {
        Money amount = wish.amount() == null ? draft.ledger().left(wish.kind()) : wish.amount();
        Map<TransactionRef, Money> parts;
        if (wish.of() == null) {
            PaymentRefusal refusal = FollowUpRules.refusal(draft, wish.kind(), amount);
            if (refusal != null) {
                return refusal;
            }
            parts = FollowUpRules.parts(draft, wish.kind(), amount);
        } else {
            Money left = draft.ledger().leftByTransaction(wish.kind()).get(wish.of());
            if (left == null || left.compareTo(amount) < 0) {
                return PaymentRefusal.TOO_MUCH;
            }
            parts = Map.of(wish.of(), amount);
        }
        if (parts.isEmpty()) {
            return PaymentRefusal.TOO_MUCH;
        }
        if (draft.followUps().size() + parts.size() > FollowUpRules.MOST) {
            return PaymentRefusal.TOO_MANY;
        }
        parts.forEach((of, part) -> draft.put(new FollowUp(
                wish.key(),
                CartId.ofFollowUp(draft.id(), draft.followUps().size() + 1),
                wish.kind(),
                part,
                of,
                FollowUpState.NOT_SENT,
                null,
                draft.now(),
                draft.now(),
                null,
                false,
                null)));
        return null;
    }

    /** The record after a call, and how long to wait when it did not leave. */
    private record Sent(Payment payment, Duration retryAfter) {}

    private Sent send(Payment announced, FollowUp followUp) {
        // the clock is read once more: whoever stood still past the lease may have been taken for lost
        GatewayOutcome<GatewayTransaction> outcome = writes.now().isBefore(followUp.leaseUntil())
                ? calls.followUp(new GatewayFollowUp(
                        announced.order(), followUp.cartId(), followUp.kind(), followUp.amount(), followUp.of()))
                : new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.OUT_OF_TIME, null);
        Instant ended = writes.now();
        Payment written = writes.update(announced, draft -> {
                    FollowUp mine = draft.followUp(followUp.cartId()).orElse(followUp);
                    boolean current = mine.isSameCall(followUp)
                            && (mine.state() == FollowUpState.SENDING || mine.state() == FollowUpState.UNKNOWN);
                    if (current) {
                        draft.put(mine.ended(ended));
                        conclude(draft, mine.ended(ended), outcome);
                        watching.after(draft);
                    }
                    return current;
                })
                .payment();
        Duration wait = outcome instanceof GatewayOutcome.NotSent<GatewayTransaction> notSent
                ? Objects.requireNonNullElse(notSent.retryAfter(), Payments.RETRY_AFTER)
                : Payments.RETRY_AFTER;
        return new Sent(written, wait);
    }

    private static void conclude(Draft draft, FollowUp mine, GatewayOutcome<GatewayTransaction> outcome) {
        if (outcome instanceof GatewayOutcome.Accepted<GatewayTransaction> accepted) {
            GatewayTransaction reply = accepted.value();
            if (fits(draft, mine, reply)) {
                Settlement.apply(draft, List.of(reply.in(mine.cartId())));
            }
            if (draft.followUp(mine.cartId()).filter(mine::equals).isPresent()) {
                // an answer that does not fit what was asked for, or that does not say how it stands, is no answer
                draft.put(mine.in(FollowUpState.UNKNOWN));
            }
        } else if (outcome instanceof GatewayOutcome.Rejected<GatewayTransaction> rejected) {
            FollowUp refused = mine.refused(null, rejected.rejection().message());
            draft.put(refused);
            draft.record(FollowUpMatching.refused(draft, refused));
        } else if (outcome instanceof GatewayOutcome.NotSent) {
            draft.put(mine.in(FollowUpState.NOT_SENT));
        } else {
            draft.put(mine.in(FollowUpState.UNKNOWN));
        }
    }

    /** The reply to the call itself is this follow-up's, whatever cart or origin it names, if it is of what was asked for. */
    private static boolean fits(Draft draft, FollowUp mine, GatewayTransaction reply) {
        Money amount = reply.charged() == null ? reply.cartAmount() : reply.charged();
        boolean kind = !reply.kind().isFollowUp()
                || reply.kind() == mine.kind()
                || (mine.kind() == TransactionKind.VOID && reply.kind() == TransactionKind.RELEASE);
        boolean cart = reply.cartId() == null
                || reply.cartId().equals(mine.cartId())
                || draft.before().carts().contains(reply.cartId());
        boolean free = draft.followUps().stream()
                .noneMatch(
                        it -> !it.cartId().equals(mine.cartId()) && reply.ref().equals(it.ref()));
        return kind && cart && free && mine.amount().equals(amount) && reply.state() != TransactionState.UNRECOGNISED;
    }

    /** The part that decides: the first that is not done, else the first. */
    private static FollowUpResult answer(Payment payment, IdempotencyKey key) {
        List<FollowUp> parts =
                payment.followUps().stream().filter(it -> it.key().equals(key)).toList();
        FollowUp deciding = parts.stream()
                .filter(it -> it.state() != FollowUpState.DONE)
                .findFirst()
                .orElse(parts.get(0));
        return switch (deciding.state()) {
            case DONE, PENDING, REFUSED -> new FollowUpResult.Recorded(payment, deciding);
            case UNKNOWN -> new FollowUpResult.Unknown(payment, deciding);
            case SENDING -> new FollowUpResult.Refused(PaymentRefusal.IN_PROGRESS);
            case NOT_SENT -> new FollowUpResult.Unavailable(payment, Payments.RETRY_AFTER);
        };
    }
}
