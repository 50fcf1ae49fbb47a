package io.nestcms.payment;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
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
    FORGETTING_THE_UNKNOWN;

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

    PaymentGateway in(PaymentGateway gateway) {
        return switch (this) {
            case BLIND_RESEND ->
                new ForwardingGateway(gateway) {
                    @Override
                    public GatewayOutcome<Initiation> initiate(Payment payment) {
                        GatewayOutcome<Initiation> outcome = super.initiate(payment);
                        return outcome instanceof GatewayOutcome.Indeterminate
                                ? new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.NO_CONNECTION, null)
                                : outcome;
                    }
                };
            case BLIND_REFUND ->
                new ForwardingGateway(gateway) {
                    @Override
                    public GatewayOutcome<GatewayTransaction> followUp(Payment payment, FollowUp followUp) {
                        GatewayOutcome<GatewayTransaction> outcome = super.followUp(payment, followUp);
                        return outcome instanceof GatewayOutcome.Indeterminate
                                ? new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.NO_CONNECTION, null)
                                : outcome;
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
            case TRUSTING_THE_NOTIFICATION ->
                new ForwardingGateway(gateway) {
                    @Override
                    public GatewayOutcome<GatewayTransaction> findByReference(TransactionRef ref) {
                        GatewayOutcome<GatewayTransaction> outcome = super.findByReference(ref);
                        return outcome instanceof GatewayOutcome.Accepted<GatewayTransaction> answered
                                ? new GatewayOutcome.Accepted<>(approved(answered.value()))
                                : outcome;
                    }
                };
            default -> gateway;
        };
    }

    private static GatewayTransaction approved(GatewayTransaction it) {
        return new GatewayTransaction(
                it.ref(),
                it.previousRef(),
                it.kind(),
                TransactionState.APPROVED,
                it.cartId(),
                it.cartAmount(),
                it.cartAmount(),
                it.code(),
                it.message(),
                it.at());
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
                    public List<Payment> due(Instant now, int limit) {
                        return super.due(now, limit).stream()
                                .filter(it -> it.status() != PaymentStatus.UNKNOWN)
                                .toList();
                    }
                };
            default -> store;
        };
    }

    private static Payment rebased(Payment it, long version) {
        return new Payment(
                it.id(),
                it.order(),
                it.claim(),
                it.status(),
                it.gateway(),
                it.moves(),
                it.followUps(),
                it.disputed(),
                it.history(),
                it.watch(),
                new Revision(
                        version,
                        it.revision().events(),
                        it.revision().createdAt(),
                        it.revision().updatedAt()));
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
        public GatewayOutcome<Initiation> initiate(Payment payment) {
            return gateway.initiate(payment);
        }

        @Override
        public GatewayOutcome<GatewayTransaction> followUp(Payment payment, FollowUp followUp) {
            return gateway.followUp(payment, followUp);
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

    /** Crosses everything off as soon as it is claimed. */
    private static final class HastyOutbox implements Outbox {
        private final Outbox outbox;

        HastyOutbox(Outbox outbox) {
            this.outbox = outbox;
        }

        @Override
        public Optional<OutboxBatch> claim(String worker, Instant now, Duration lease) {
            Optional<OutboxBatch> batch = outbox.claim(worker, now, lease);
            batch.ifPresent(it -> {
                new ArrayList<>(it.entries()).forEach(entry -> outbox.delivered(it, entry));
                outbox.release(it);
            });
            return batch;
        }

        @Override
        public boolean delivered(OutboxBatch batch, OutboxEntry entry) {
            return true;
        }

        @Override
        public void postpone(OutboxBatch batch, OutboxEntry entry, String cause, Instant nextAt) {
            outbox.postpone(batch, entry, cause, nextAt);
        }

        @Override
        public void bury(OutboxBatch batch, OutboxEntry entry, String cause) {
            outbox.bury(batch, entry, cause);
        }

        @Override
        public void release(OutboxBatch batch) {
            outbox.release(batch);
        }

        @Override
        public List<OutboxEntry> buried(int limit) {
            return outbox.buried(limit);
        }

        @Override
        public boolean replay(PaymentId paymentId, String entryId, Instant now) {
            return outbox.replay(paymentId, entryId, now);
        }

        @Override
        public OutboxBacklog backlog() {
            return outbox.backlog();
        }
    }

    static PaymentTimings timingsOf(@Nullable Bug bug) {
        return bug == null ? PaymentTimings.defaults() : bug.timings();
    }
}
