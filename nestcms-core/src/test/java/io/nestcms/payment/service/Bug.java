package io.nestcms.payment.service;

import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import io.nestcms.payment.FollowUpResult;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentRefusal;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.Revision;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.contract.ForwardingOutbox;
import io.nestcms.payment.contract.ForwardingStore;
import io.nestcms.payment.gateway.Allowance;
import io.nestcms.payment.gateway.GatewayCharge;
import io.nestcms.payment.gateway.GatewayFollowUp;
import io.nestcms.payment.gateway.GatewayOutcome;
import io.nestcms.payment.gateway.GatewayTransaction;
import io.nestcms.payment.gateway.Initiation;
import io.nestcms.payment.gateway.PaymentGateway;
import io.nestcms.payment.gateway.Rejection;
import io.nestcms.payment.store.DuePayment;
import io.nestcms.payment.store.GatewayEvidence;
import io.nestcms.payment.store.Outbox;
import io.nestcms.payment.store.OutboxBatch;
import io.nestcms.payment.store.OutboxClaim;
import io.nestcms.payment.store.OutboxEntry;
import io.nestcms.payment.store.OutboxRest;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.payment.store.WaitingEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Mistakes that payment software has been seen to make, each as a disturbance of one port. */
enum Bug {
    /** A call without an answer is made again. */
    BLIND_RESEND,
    /** A refund without an answer is asked for again. */
    BLIND_REFUND,
    /** A failed query is taken for "the gateway knows nothing". */
    SILENCE_IS_ABSENCE,
    /** "The gateway knows nothing" is believed at once. */
    IMPATIENT_ABSENCE,
    /** The last writer wins. */
    NO_VERSION_CHECK,
    /** Events are sent after the write, not in it. */
    EVENTS_OUTSIDE_THE_WRITE,
    /** An event is crossed off before it is handled. */
    DELIVERED_BEFORE_HANDLED,
    /** What a notification says is taken for true. */
    TRUSTING_THE_NOTIFICATION,
    /** A failure is final. */
    NO_LATE_TRUTH,
    /** Nobody looks after payments of unknown outcome. */
    FORGETTING_THE_UNKNOWN,

    /** Every gateway is believed to list a follow-up under that one's own cart: where it does not, absence sends it again. */
    ABSENCE_PROVES_A_REFUND_AWAY,
    /** A refund of the same amount, made by somebody else, is taken for ours. */
    MATCHING_BY_AMOUNT,
    /** A void of one charge undoes all of its cart. */
    A_VOID_UNDOES_THE_CART,
    /** A second charge of a cart has no place on the record. */
    A_SECOND_CHARGE_IS_IGNORED,
    /** Nothing is expected after all was given back. */
    NOTHING_COMES_AFTER_A_REFUND,
    /** A fully refunded payment is not refunded again, whatever was charged since. */
    REFUNDED_IS_FINAL,
    /** Only authorisations are captured: what became of a sale that was held does not matter. */
    A_SALE_IS_NEVER_CAPTURED,
    /** Something that is called a sale is one, whatever it follows. */
    NAMES_BEFORE_PARENTS,
    /** A release is something else than a void. */
    A_RELEASE_IS_NO_VOID,
    /** Void and release of one reference are two moves. */
    EACH_NAME_IS_A_MOVE,
    /** Whatever differs from the amount asked for is wrong. */
    DISCOUNTS_ARE_MISMATCHES,
    /** What was asked for was taken. */
    ASKED_IS_TAKEN,
    /** A hold that has lapsed or was voided is not captured any more. */
    A_LAPSED_HOLD_IS_OVER,
    /** Money that was voided the same day counts as taken. */
    A_VOIDED_SALE_COUNTS,
    /** Once another attempt has begun, the earlier ones are over. */
    EARLIER_ATTEMPTS_ARE_OVER,
    /** A wrong key is a decline. */
    OUR_FAULT_IS_A_DECLINE,
    /** "No answer from the bank" is a failure. */
    NO_ANSWER_IS_A_FAILURE,
    /** One transaction that cannot be read makes its whole list unreadable. */
    ONE_UNREADABLE_SPOILS_ALL;

    PaymentTimings timings() {
        PaymentTimings.Builder timings = PaymentTimings.builder();
        if (this == IMPATIENT_ABSENCE) {
            timings.absenceAfter(Duration.ofMillis(1)).attemptLease(Duration.ofSeconds(1));
        }
        if (this == NO_LATE_TRUTH) {
            timings.lateChecks(List.of());
        }
        return timings.build();
    }

    static PaymentTimings timingsOf(@Nullable Bug bug) {
        return bug == null ? PaymentTimings.defaults() : bug.timings();
    }

    // ---- mistakes about the gateway

    PaymentGateway in(PaymentGateway gateway) {
        return switch (this) {
            case BLIND_RESEND ->
                new ForwardingGateway(gateway) {
                    @Override
                    public GatewayOutcome<Initiation> initiate(GatewayCharge charge) {
                        return sentAgain(super.initiate(charge));
                    }
                };
            case BLIND_REFUND ->
                new ForwardingGateway(gateway) {
                    @Override
                    public GatewayOutcome<GatewayTransaction> followUp(GatewayFollowUp followUp) {
                        return sentAgain(super.followUp(followUp));
                    }
                };
            case SILENCE_IS_ABSENCE ->
                new ForwardingGateway(gateway) {
                    @Override
                    public GatewayOutcome<List<GatewayTransaction>> findByCart(CartId cartId) {
                        GatewayOutcome<List<GatewayTransaction>> outcome = super.findByCart(cartId);
                        return outcome instanceof GatewayOutcome.Accepted
                                ? outcome
                                : new GatewayOutcome.Accepted<>(List.of());
                    }
                };
            case OUR_FAULT_IS_A_DECLINE ->
                new ForwardingGateway(gateway) {
                    @Override
                    public GatewayOutcome<Initiation> initiate(GatewayCharge charge) {
                        GatewayOutcome<Initiation> outcome = super.initiate(charge);
                        return outcome instanceof GatewayOutcome.NotSent<Initiation> notSent
                                        && notSent.cause() == GatewayOutcome.NotSent.Cause.MISCONFIGURED
                                ? new GatewayOutcome.Rejected<>(new Rejection("1", "Authentication failed", null))
                                : outcome;
                    }
                };
            case ONE_UNREADABLE_SPOILS_ALL ->
                new ForwardingGateway(gateway) {
                    @Override
                    public GatewayOutcome<List<GatewayTransaction>> findByCart(CartId cartId) {
                        GatewayOutcome<List<GatewayTransaction>> outcome = super.findByCart(cartId);
                        return outcome instanceof GatewayOutcome.Accepted<List<GatewayTransaction>> answered
                                        && answered.value().stream()
                                                .anyMatch(it -> it.state() == TransactionState.UNRECOGNISED)
                                ? new GatewayOutcome.Indeterminate<>("cannot be read")
                                : outcome;
                    }
                };
            case DISCOUNTS_ARE_MISMATCHES ->
                new ForwardingGateway(gateway) {
                    @Override
                    public Allowance allowance(PaymentOrder order) {
                        return Allowance.exactly(order.amount());
                    }
                };
            case EARLIER_ATTEMPTS_ARE_OVER -> new OneAttempt(gateway);
            case MATCHING_BY_AMOUNT -> new MatchedByAmount(gateway);
            case TRUSTING_THE_NOTIFICATION ->
                new ForwardingGateway(gateway) {
                    @Override
                    public GatewayOutcome<GatewayTransaction> findByReference(TransactionRef ref) {
                        return super.findByReference(ref)
                                .fold(
                                        accepted -> new GatewayOutcome.Accepted<>(approved(accepted.value())),
                                        rejected -> rejected,
                                        notSent -> notSent,
                                        indeterminate -> indeterminate);
                    }
                };
            case A_VOID_UNDOES_THE_CART,
                    A_SECOND_CHARGE_IS_IGNORED,
                    NOTHING_COMES_AFTER_A_REFUND,
                    A_SALE_IS_NEVER_CAPTURED,
                    NAMES_BEFORE_PARENTS,
                    A_RELEASE_IS_NO_VOID,
                    EACH_NAME_IS_A_MOVE,
                    ASKED_IS_TAKEN,
                    A_LAPSED_HOLD_IS_OVER,
                    A_VOIDED_SALE_COUNTS,
                    NO_ANSWER_IS_A_FAILURE -> new Misread(gateway, this);
            default -> gateway;
        };
    }

    private static <T> GatewayOutcome<T> sentAgain(GatewayOutcome<T> outcome) {
        return outcome instanceof GatewayOutcome.Indeterminate
                ? new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.NO_CONNECTION, null)
                : outcome;
    }

    private static GatewayTransaction approved(GatewayTransaction it) {
        return copy(it, it.ref(), it.previousRef(), it.kind(), TransactionState.APPROVED, it.cartId(), it.cartAmount());
    }

    private static GatewayTransaction copy(
            GatewayTransaction it,
            TransactionRef ref,
            @Nullable TransactionRef previous,
            TransactionKind kind,
            TransactionState state,
            @Nullable CartId cart,
            @Nullable Money charged) {
        return new GatewayTransaction(
                ref,
                previous,
                it.asked(),
                kind,
                state,
                cart,
                it.cartAmount(),
                charged,
                it.code(),
                it.message(),
                it.at());
    }

    /** Understands single transactions wrongly, or drops them. */
    private static final class Misread extends ForwardingGateway {
        private final Bug bug;
        /** As this process last saw them. */
        private final Map<TransactionRef, GatewayTransaction> known = new HashMap<>();

        Misread(PaymentGateway gateway, Bug bug) {
            super(gateway);
            this.bug = bug;
        }

        @Override
        public GatewayOutcome<List<GatewayTransaction>> findByCart(CartId cartId) {
            return super.findByCart(cartId)
                    .fold(
                            accepted -> {
                                accepted.value().forEach(it -> known.put(it.ref(), it));
                                return new GatewayOutcome.Accepted<>(accepted.value().stream()
                                        .map(this::read)
                                        .flatMap(Optional::stream)
                                        .collect(Collectors.toList()));
                            },
                            rejected -> rejected,
                            notSent -> notSent,
                            indeterminate -> indeterminate);
        }

        @Override
        public GatewayOutcome<GatewayTransaction> findByReference(TransactionRef ref) {
            return super.findByReference(ref)
                    .fold(
                            accepted -> {
                                known.put(ref, accepted.value());
                                return read(accepted.value())
                                        .<GatewayOutcome<GatewayTransaction>>map(GatewayOutcome.Accepted::new)
                                        .orElseGet(() ->
                                                new GatewayOutcome.Rejected<>(new Rejection("2", "unknown", null)));
                            },
                            rejected -> rejected,
                            notSent -> notSent,
                            indeterminate -> indeterminate);
        }

        private Optional<GatewayTransaction> read(GatewayTransaction it) {
            TransactionRef previous = it.previousRef();
            GatewayTransaction parent = previous == null ? null : known.get(previous);
            return switch (bug) {
                case A_VOID_UNDOES_THE_CART ->
                    Optional.of(previous == null && others(it).anyMatch(Misread::isUndone) ? undone(it) : it);
                case A_SECOND_CHARGE_IS_IGNORED ->
                    previous == null && others(it).anyMatch(other -> isMoney(other) && isBefore(other, it))
                            ? Optional.empty()
                            : Optional.of(it);
                case NOTHING_COMES_AFTER_A_REFUND ->
                    previous == null && isMoney(it) && known.values().stream().anyMatch(other -> isRefundIn(other, it))
                            ? Optional.empty()
                            : Optional.of(it);
                case A_SALE_IS_NEVER_CAPTURED ->
                    parent != null && parent.asked() == TransactionKind.SALE ? Optional.empty() : Optional.of(it);
                case NAMES_BEFORE_PARENTS ->
                    Optional.of(
                            it.kind() == TransactionKind.SALE
                                    ? copy(it, it.ref(), null, it.kind(), it.state(), it.cartId(), it.charged())
                                    : it);
                case A_RELEASE_IS_NO_VOID -> it.kind() == TransactionKind.RELEASE ? Optional.empty() : Optional.of(it);
                case EACH_NAME_IS_A_MOVE ->
                    Optional.of(
                            it.kind() == TransactionKind.RELEASE
                                    ? copy(
                                            it,
                                            new TransactionRef(it.ref() + "/release"),
                                            previous,
                                            it.kind(),
                                            it.state(),
                                            it.cartId(),
                                            it.charged())
                                    : it);
                case ASKED_IS_TAKEN ->
                    Optional.of(
                            it.charged() == null
                                    ? it
                                    : copy(
                                            it,
                                            it.ref(),
                                            previous,
                                            it.kind(),
                                            it.state(),
                                            it.cartId(),
                                            it.cartAmount()));
                case A_LAPSED_HOLD_IS_OVER ->
                    parent != null
                                    && (parent.state() == TransactionState.EXPIRED
                                            || parent.state() == TransactionState.VOIDED)
                            ? Optional.empty()
                            : Optional.of(it);
                case A_VOIDED_SALE_COUNTS ->
                    it.state() == TransactionState.VOIDED ? Optional.of(approved(it)) : Optional.of(it);
                case NO_ANSWER_IS_A_FAILURE ->
                    Optional.of(
                            it.state() == TransactionState.UNANSWERED
                                    ? copy(
                                            it,
                                            it.ref(),
                                            previous,
                                            it.kind(),
                                            TransactionState.ERROR,
                                            it.cartId(),
                                            it.charged())
                                    : it);
                default -> Optional.of(it);
            };
        }

        private Stream<GatewayTransaction> others(GatewayTransaction than) {
            return known.values().stream()
                    .filter(it -> !it.ref().equals(than.ref())
                            && it.previousRef() == null
                            && Objects.equals(it.cartId(), than.cartId()));
        }

        private static boolean isMoney(GatewayTransaction it) {
            return it.state() == TransactionState.APPROVED && it.kind() != TransactionKind.UNRECOGNISED;
        }

        private static boolean isBefore(GatewayTransaction one, GatewayTransaction other) {
            return one.at() != null && other.at() != null && one.at().isBefore(other.at());
        }

        private static boolean isUndone(GatewayTransaction it) {
            return it.state() == TransactionState.VOIDED;
        }

        private static GatewayTransaction undone(GatewayTransaction it) {
            return copy(it, it.ref(), it.previousRef(), it.kind(), TransactionState.VOIDED, it.cartId(), it.charged());
        }

        private boolean isRefundIn(GatewayTransaction refund, GatewayTransaction charge) {
            GatewayTransaction of = refund.previousRef() == null ? null : known.get(refund.previousRef());
            return refund.kind() == TransactionKind.REFUND
                    && of != null
                    && !of.ref().equals(charge.ref())
                    && Objects.equals(of.cartId(), charge.cartId())
                    && isBefore(of, charge);
        }
    }

    /** Asks about the latest attempt only. */
    private static final class OneAttempt extends ForwardingGateway {
        private final Set<CartId> begun = new HashSet<>();
        private final Map<CartId, CartId> latest = new HashMap<>();

        OneAttempt(PaymentGateway gateway) {
            super(gateway);
        }

        @Override
        public GatewayOutcome<Initiation> initiate(GatewayCharge charge) {
            begun.add(charge.cartId());
            latest.put(charge.order().cartId(), charge.cartId());
            return super.initiate(charge);
        }

        @Override
        public GatewayOutcome<List<GatewayTransaction>> findByCart(CartId cartId) {
            return isOver(cartId) ? new GatewayOutcome.Accepted<>(List.of()) : super.findByCart(cartId);
        }

        private boolean isOver(@Nullable CartId cartId) {
            return latest.containsKey(cartId) && !latest.containsValue(cartId)
                    || begun.contains(cartId) && !latest.containsValue(cartId);
        }

        @Override
        public GatewayOutcome<GatewayTransaction> findByReference(TransactionRef ref) {
            GatewayOutcome<GatewayTransaction> outcome = super.findByReference(ref);
            return outcome instanceof GatewayOutcome.Accepted<GatewayTransaction> answered
                            && isOver(answered.value().cartId())
                    ? new GatewayOutcome.Rejected<>(new Rejection("2", "unknown", null))
                    : outcome;
        }
    }

    /** Takes what agrees in parent, kind and amount for what was asked for. */
    private static final class MatchedByAmount extends ForwardingGateway {
        private final List<GatewayFollowUp> unanswered = new ArrayList<>();

        MatchedByAmount(PaymentGateway gateway) {
            super(gateway);
        }

        @Override
        public GatewayOutcome<GatewayTransaction> followUp(GatewayFollowUp followUp) {
            GatewayOutcome<GatewayTransaction> outcome = super.followUp(followUp);
            if (outcome instanceof GatewayOutcome.Indeterminate) {
                unanswered.add(followUp);
            }
            return outcome;
        }

        @Override
        public GatewayOutcome<List<GatewayTransaction>> findByCart(CartId cartId) {
            return super.findByCart(cartId)
                    .fold(
                            accepted -> new GatewayOutcome.Accepted<>(
                                    accepted.value().stream().map(this::ours).collect(Collectors.toList())),
                            rejected -> rejected,
                            notSent -> notSent,
                            indeterminate -> indeterminate);
        }

        @Override
        public GatewayOutcome<GatewayTransaction> findByReference(TransactionRef ref) {
            return super.findByReference(ref)
                    .fold(
                            accepted -> new GatewayOutcome.Accepted<>(ours(accepted.value())),
                            rejected -> rejected,
                            notSent -> notSent,
                            indeterminate -> indeterminate);
        }

        private GatewayTransaction ours(GatewayTransaction it) {
            return unanswered.stream()
                    .filter(asked -> asked.of().equals(it.previousRef())
                            && asked.kind() == it.kind()
                            && asked.amount().equals(it.charged()))
                    .findFirst()
                    .map(asked ->
                            copy(it, it.ref(), it.previousRef(), it.kind(), it.state(), asked.cartId(), it.charged()))
                    .orElse(it);
        }
    }

    /** A gateway that hands on to another. */
    private static class ForwardingGateway implements PaymentGateway {
        private final PaymentGateway gateway;

        ForwardingGateway(PaymentGateway gateway) {
            this.gateway = gateway;
        }

        @Override
        public String name() {
            return gateway.name();
        }

        @Override
        public Optional<Duration> unavailableFor() {
            return gateway.unavailableFor();
        }

        @Override
        public Allowance allowance(PaymentOrder order) {
            return gateway.allowance(order);
        }

        @Override
        public GatewayOutcome<Initiation> initiate(GatewayCharge charge) {
            return gateway.initiate(charge);
        }

        @Override
        public GatewayOutcome<GatewayTransaction> followUp(GatewayFollowUp followUp) {
            return gateway.followUp(followUp);
        }

        @Override
        public GatewayOutcome<List<GatewayTransaction>> findByCart(CartId cartId) {
            return gateway.findByCart(cartId);
        }

        @Override
        public GatewayOutcome<GatewayTransaction> findByReference(TransactionRef ref) {
            return gateway.findByReference(ref);
        }
    }

    // ---- mistakes about the own record

    /** A refund as a shop with this mistake asks for it. */
    static FollowUpResult refund(
            @Nullable Bug bug, Payments payments, PaymentId id, IdempotencyKey key, @Nullable Money amount) {
        boolean over = bug == REFUNDED_IS_FINAL
                && payments.find(id)
                        .filter(it -> it.history().stream().anyMatch(entry -> entry.status() == PaymentStatus.REFUNDED))
                        .isPresent();
        return over ? new FollowUpResult.Refused(PaymentRefusal.NOT_ALLOWED) : payments.refund(id, key, amount);
    }

    PaymentStore in(PaymentStore store, Faults faults, Consumer<OutboxEntry> listeners) {
        return switch (this) {
            case NO_VERSION_CHECK ->
                new ForwardingStore(store) {
                    @Override
                    public boolean replace(Payment payment, List<OutboxEntry> events) {
                        Payment latest = super.find(payment.id()).orElseThrow();
                        return super.replace(rebased(payment, latest.revision().version() + 1), events);
                    }
                };
            case EVENTS_OUTSIDE_THE_WRITE ->
                new ForwardingStore(store) {
                    @Override
                    public boolean replace(Payment payment, List<OutboxEntry> events) {
                        boolean replaced = super.replace(payment, List.of());
                        if (replaced) {
                            faults.maybeCrash();
                            events.forEach(listeners);
                        }
                        return replaced;
                    }
                };
            case DELIVERED_BEFORE_HANDLED ->
                new ForwardingStore(store) {
                    @Override
                    public Outbox outbox() {
                        return new HastyOutbox(super.outbox());
                    }
                };
            case FORGETTING_THE_UNKNOWN ->
                new ForwardingStore(store) {
                    @Override
                    public List<DuePayment> claimDue(boolean slow, Instant now, Duration lease, int limit) {
                        return super.claimDue(slow, now, lease, limit).stream()
                                .filter(it -> !(it instanceof DuePayment.Found found
                                        && found.payment().status() == PaymentStatus.UNKNOWN))
                                .toList();
                    }
                };
            case ABSENCE_PROVES_A_REFUND_AWAY ->
                new ForwardingStore(store) {
                    @Override
                    public GatewayEvidence evidence() {
                        return new Credulous();
                    }
                };
            default -> store;
        };
    }

    private static Payment rebased(Payment it, long version) {
        return it.toBuilder()
                .revision(new Revision(
                        version,
                        it.revision().events(),
                        it.revision().createdAt(),
                        it.revision().updatedAt()))
                .build();
    }

    /** Believes without having seen. */
    private static final class Credulous implements GatewayEvidence {
        @Override
        public boolean isShown(String profile, TransactionKind kind) {
            return true;
        }

        @Override
        public void shown(String profile, TransactionKind kind) {
            // known all along
        }
    }

    /** Crosses everything off as soon as it is claimed. */
    private static final class HastyOutbox extends ForwardingOutbox {
        HastyOutbox(Outbox outbox) {
            super(outbox);
        }

        @Override
        public Optional<OutboxBatch> claim(OutboxClaim claim) {
            Optional<OutboxBatch> batch = super.claim(claim);
            batch.ifPresent(it -> {
                it.entries().forEach(event -> super.remove(it, event, claim.until()));
                super.release(it, OutboxRest.nothing());
            });
            return batch;
        }

        @Override
        public boolean remove(OutboxBatch batch, WaitingEvent event, Instant until) {
            return true;
        }

        @Override
        public boolean keep(OutboxBatch batch, WaitingEvent event, Instant until) {
            return true;
        }
    }
}
