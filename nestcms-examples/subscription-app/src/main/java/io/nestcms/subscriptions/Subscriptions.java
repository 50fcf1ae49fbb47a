package io.nestcms.subscriptions;

import io.nestcms.payment.CartId;
import io.nestcms.payment.CreateResult;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentMethod;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentRefusal;
import io.nestcms.payment.ProcessResult;
import io.nestcms.payment.service.Payments;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Charges what is due. Run it as often as you like, from one process: what was done is on record, so a restart goes on where it was.
 *
 * <p>Never twice for a month: a month is one order, under one key, and an unknown outcome is asked about by the reconciler and not repeated here. A clock
 * that steps back charges nothing again; one that jumps ahead charges one month early at most, since two charges are {@link #LEAST_BETWEEN} apart.
 */
public final class Subscriptions {
    /** Two months of one subscription are charged no closer than this. */
    static final Duration LEAST_BETWEEN = Duration.ofDays(20);

    private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);
    /** After each decline the wait for the next try; after the last one it is suspended. */
    private static final List<Duration> DUNNING = List.of(Duration.ofDays(1), Duration.ofDays(3), Duration.ofDays(5));

    private final Payments payments;
    private final SubscriptionStore store;
    private final Clock clock;
    private final Consumer<SubscriptionEvent> listener;

    /**
     * Puts it together.
     *
     * @param payments with its saved cards, so that plans are kept
     * @param store where subscriptions are kept
     * @param clock tells what is due
     * @param listener hears each event at least once
     */
    public Subscriptions(
            Payments payments, SubscriptionStore store, Clock clock, Consumer<SubscriptionEvent> listener) {
        this.payments = payments;
        this.store = store;
        this.clock = clock;
        this.listener = listener;
    }

    /** Charges what is due, and tells what is untold. One that fails keeps no other from its turn. */
    public void run() {
        for (String id : store.ids()) {
            try {
                store.find(id).ifPresent(this::advance);
                store.find(id).ifPresent(this::tell);
            } catch (RuntimeException broken) {
                LOG.error("Subscription {} could not be worked on; it stays due", id, broken);
            }
        }
    }

    /**
     * Goes on with one that was suspended: the month is tried again with the same card.
     *
     * @param id which
     * @return false when there is none that is suspended
     */
    public boolean resume(String id) {
        Optional<Subscription> found = store.find(id).filter(Subscription::suspended);
        return found.isPresent() && store.replace(found.get().resumed(clock.instant()));
    }

    private void advance(Subscription it) {
        Instant now = clock.instant();
        Payment begun =
                it.payment() == null ? null : payments.find(it.payment()).orElse(null);
        // what was begun for the month may have come to its end meanwhile, late or not
        if (begun != null && (isPaid(begun) || isUncounted(it, begun))) {
            settle(it, begun, now);
            return;
        }
        boolean tooSoon = it.chargedAt() != null && now.isBefore(it.chargedAt().plus(LEAST_BETWEEN));
        boolean waits = it.notBefore() != null && now.isBefore(it.notBefore());
        if (it.suspended() || now.isBefore(it.due()) || tooSoon || waits) {
            return;
        }
        Payment payment = begun == null ? create(it) : begun;
        Subscription known = begun == null ? it.with(payment.id()) : it;
        if (begun == null && !store.replace(known)) {
            // somebody else works on it
            return;
        }
        ProcessResult result = charge(known, payment);
        if (result instanceof ProcessResult.Settled settled) {
            settle(known, settled.payment(), now);
        } else if (result instanceof ProcessResult.Refused refused && isOfTheCard(refused.refusal())) {
            decline(known, known.counted(), now);
        }
        // else: unknown, pending or not sent. The next run looks again
    }

    /** The order of the month: the same one, however often this is asked. */
    private Payment create(Subscription it) {
        YearMonth month = it.next();
        PaymentOrder order = PaymentOrder.builder(new CartId("SUB-" + it.id() + "-" + month), it.amount())
                .description("Subscription " + month)
                .customer(it.customer())
                .payer(it.payer())
                .method(PaymentMethod.recurring(it.token()))
                .build();
        CreateResult result = payments.create(key(it, month + ""), order);
        if (result instanceof CreateResult.Created created) {
            return created.payment();
        }
        throw new IllegalStateException("the month has an order of another kind: " + result);
    }

    private static IdempotencyKey key(Subscription it, String what) {
        return new IdempotencyKey("subscriptions", it.id() + "/" + what);
    }

    private ProcessResult charge(Subscription it, Payment payment) {
        return payment.ledger().mayRetry()
                ? payments.retry(
                        payment.id(),
                        key(it, it.next() + "/" + (payment.attempts().size() + 1)))
                : payments.process(payment.id());
    }

    private void settle(Subscription it, Payment payment, Instant now) {
        if (isPaid(payment)) {
            store.replace(it.charged(now));
        } else if (isUncounted(it, payment)) {
            decline(it, payment.attempts().size(), now);
        }
    }

    private void decline(Subscription it, int attempts, Instant now) {
        boolean last = it.declines() >= DUNNING.size();
        store.replace(
                last ? it.suspended(attempts, now) : it.declined(attempts, now.plus(DUNNING.get(it.declines())), now));
    }

    /** Whether its latest attempt came to nothing, and that is not among the declines yet. */
    private static boolean isUncounted(Subscription it, Payment payment) {
        return payment.ledger().mayRetry() && payment.attempts().size() > it.counted();
    }

    private static boolean isPaid(Payment payment) {
        return switch (payment.status()) {
            case SUCCEEDED, CAPTURED, PARTIALLY_REFUNDED, REFUNDED -> true;
            default -> false;
        };
    }

    private static boolean isOfTheCard(PaymentRefusal refusal) {
        return switch (refusal) {
            case CARD_UNKNOWN,
                    CARD_DELETED,
                    CARD_EXPIRED,
                    PLAN_SPENT,
                    PLAN_OUT_OF_DATES,
                    PLAN_OUT_OF_AMOUNTS,
                    PLAN_OTHER_USE -> true;
            default -> false;
        };
    }

    /** What was heard is struck off; a crash in between tells it again. */
    private void tell(Subscription it) {
        Subscription latest = it;
        for (SubscriptionEvent event : it.untold()) {
            listener.accept(event);
            latest = latest.told(event);
            if (!store.replace(latest)) {
                return;
            }
        }
    }
}
