package io.nestcms.payment;

import io.nestcms.cache.Cache;
import io.nestcms.money.Money;
import io.nestcms.payment.PaymentLifecycle.Signal;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes payments: creates them, starts them at the gateway, and settles them on what the gateway answers.
 *
 * <p>The promises: a call to the gateway is on record before it is made, so no crash can lose it; a call whose end is
 * unknown is never made again until the gateway has proved that nothing was charged; notifications are hints, and only the
 * gateway's answer to a query settles; state and events are one write. {@link Reconciler} and {@link OutboxRelay} do the
 * other half of the work in the background.
 *
 * <p>Safe for use by many threads, and by many nodes on one store. A broken store's unchecked exceptions pass through;
 * nothing is half-written, and every method may then be called again.
 *
 * @since 0.1
 */
public final class Payments {
    private static final Logger LOG = LoggerFactory.getLogger(Payments.class);
    static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final PaymentGateway gateway;
    private final PaymentWrites writes;
    private final PaymentTimings timings;
    private final FollowUpCalls followUps;
    private final Supplier<PaymentId> ids;
    private final Set<IdempotencyKey> running = ConcurrentHashMap.newKeySet();

    private Payments(Builder builder) {
        this.gateway = builder.gateway;
        this.writes = new PaymentWrites(builder.store, builder.clock, builder.cache, builder.recorded);
        this.timings = builder.timings;
        this.followUps = new FollowUpCalls(gateway, writes, timings);
        this.ids = builder.ids;
    }

    /**
     * Starts with what has no default.
     *
     * @param gateway where payments are taken
     * @param store where they are kept
     * @return a builder
     */
    public static Builder builder(PaymentGateway gateway, PaymentStore store) {
        return new Builder(gateway, store);
    }

    /**
     * Puts an order on record under an idempotency key. Repeatable: the same key and order give the first answer again,
     * also after a restart; another order under the same key is refused.
     *
     * @param key the caller's name for this creation
     * @param order what is to be paid
     * @return the payment, or {@link PaymentRefusal#KEY_REUSED}, {@link PaymentRefusal#KEY_IN_PROGRESS} or
     *     {@link PaymentRefusal#CART_TAKEN}
     */
    public CreateResult create(IdempotencyKey key, PaymentOrder order) {
        String fingerprint = Fingerprint.of(order);
        Optional<Payment> cached = writes.cache().find(cacheKey(key));
        if (cached.isPresent()) {
            return replay(cached.get(), fingerprint);
        }
        if (!running.add(key)) {
            return new CreateResult.Refused(PaymentRefusal.KEY_IN_PROGRESS);
        }
        try {
            Payment payment = Payment.created(ids.get(), order, new IdempotencyClaim(key, fingerprint), writes.now());
            PaymentEvent event = new PaymentEvent.PaymentCreated(
                    payment.id(), payment.revision().createdAt(), order.cartId(), order.amount());
            Insertion insertion = writes.store().insert(payment, List.of(OutboxEntry.of(event, 1)));
            if (insertion instanceof Insertion.KeyTaken taken) {
                return replay(taken.existing(), fingerprint);
            }
            if (insertion instanceof Insertion.CartTaken) {
                return new CreateResult.Refused(PaymentRefusal.CART_TAKEN);
            }
            writes.cache().merge(cacheKey(key), payment, (kept, given) -> kept);
            writes.remember(payment);
            writes.announce();
            return new CreateResult.Created(payment, false);
        } finally {
            running.remove(key);
        }
    }

    private CreateResult replay(Payment existing, String fingerprint) {
        return existing.claim().fingerprint().equals(fingerprint)
                ? new CreateResult.Created(existing.asCreated(), true)
                : new CreateResult.Refused(PaymentRefusal.KEY_REUSED);
    }

    /**
     * Starts a payment at the gateway. Repeatable: while a call runs or its end is unknown nothing is sent again, and a
     * page that is ready is given again.
     *
     * @param id the payment
     * @return how it ended
     */
    public ProcessResult process(PaymentId id) {
        Optional<Payment> found = writes.store().find(id);
        if (found.isEmpty()) {
            return new ProcessResult.Refused(PaymentRefusal.NOT_FOUND);
        }
        Payment payment = found.get();
        if (mayStart(payment)) {
            Optional<Duration> unavailable = gateway.unavailableFor();
            if (unavailable.isPresent()) {
                return new ProcessResult.Unavailable(payment, unavailable.get());
            }
            // written ahead: should we die during the call, the record says that one may have been made
            PaymentWrites.Written<Boolean> announced = writes.update(payment, draft -> {
                boolean mine = mayStart(draft.before());
                if (mine) {
                    draft.attempt(timings.attemptLease());
                }
                return mine;
            });
            if (announced.value()) {
                return start(announced.payment());
            }
            payment = announced.payment();
        }
        return standing(payment);
    }

    private static boolean mayStart(Payment payment) {
        return payment.status() == PaymentStatus.CREATED && payment.gateway().attempt() == null;
    }

    /** The answer for a payment that must not be started (again). */
    private ProcessResult standing(Payment payment) {
        return switch (payment.status()) {
            case INITIATED ->
                payment.gateway().page() == null
                        ? new ProcessResult.Refused(PaymentRefusal.IN_PROGRESS)
                        : new ProcessResult.Ready(payment, payment.gateway().page());
            case UNKNOWN -> new ProcessResult.Unknown(payment);
            case CREATED, PROCESSING -> new ProcessResult.Refused(PaymentRefusal.IN_PROGRESS);
            default -> new ProcessResult.Refused(PaymentRefusal.ALREADY_SETTLED);
        };
    }

    private ProcessResult start(Payment announced) {
        Attempt attempt = Objects.requireNonNull(announced.gateway().attempt());
        GatewayOutcome<Initiation> outcome;
        if (!attempt.isRunning(writes.now())) {
            // we stood still for so long that the reconciler may already have taken the attempt for lost
            outcome = new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.OUT_OF_TIME, null);
        } else {
            outcome = initiate(announced);
        }
        return outcome.fold(
                accepted -> accepted.value()
                        .fold(
                                page -> ready(announced, attempt, page),
                                completed -> completed(announced, attempt, completed)),
                rejected -> rejected(announced, attempt, rejected.rejection()),
                notSent -> notSent(announced, attempt, notSent.retryAfter()),
                indeterminate -> unknown(announced, attempt));
    }

    private GatewayOutcome<Initiation> initiate(Payment announced) {
        try {
            return gateway.initiate(announced);
        } catch (RuntimeException broken) {
            // the port forbids it, and a broken gateway must still not cost anybody money
            LOG.error("Gateway {} threw while starting payment {}", gateway.name(), announced.id(), broken);
            return new GatewayOutcome.Indeterminate<>("the gateway client failed");
        }
    }

    private ProcessResult ready(Payment announced, Attempt attempt, Initiation.HostedPage page) {
        TransactionRef ref = page.ref();
        PaymentWrites.Written<Boolean> written = writes.update(announced, draft -> {
            // a later attempt has a page of its own; this one is never handed out and so never paid
            boolean mine = draft.gateway().attempts() == attempt.number()
                    && draft.move(
                            Signal.PAGE_READY,
                            "page ready",
                            ref,
                            new PaymentEvent.PaymentInitiated(announced.id(), draft.now(), ref));
            if (mine) {
                draft.link(ref, page.page());
                draft.concludeAttempt();
                draft.watch(draft.now().plus(timings.openQueryAfter()), 0);
            }
            return mine;
        });
        return written.value() ? new ProcessResult.Ready(written.payment(), page.page()) : standing(written.payment());
    }

    private ProcessResult completed(Payment announced, Attempt attempt, Initiation.Completed completed) {
        GatewayTransaction transaction = completed.transaction();
        PaymentWrites.Written<PaymentStatus> written = writes.update(announced, draft -> {
            boolean latest = draft.gateway().attempts() == attempt.number();
            if (latest || transaction.state() == TransactionState.APPROVED) {
                // of an attempt that was given up only money counts: its failure says nothing about the next one
                new Settlement(draft).apply(transaction);
            }
            if (latest && draft.status() == PaymentStatus.CREATED) {
                // a result that differs from the order, or that we do not understand, is no result
                lost(draft);
            } else if (latest || draft.status() != draft.before().status()) {
                draft.concludeAttempt();
                Watching.after(draft, timings);
            }
            return draft.status();
        });
        return switch (written.value()) {
            case CREATED, INITIATED, UNKNOWN -> standing(written.payment());
            default -> new ProcessResult.Settled(written.payment());
        };
    }

    private ProcessResult rejected(Payment announced, Attempt attempt, Rejection rejection) {
        PaymentWrites.Written<Boolean> written = writes.update(announced, draft -> {
            boolean moved = draft.gateway().attempts() == attempt.number()
                    && draft.move(
                            Signal.DECLINED,
                            "refused by the gateway",
                            null,
                            new PaymentEvent.PaymentFailed(
                                    announced.id(), draft.now(), null, rejection.code(), rejection.message()));
            if (moved) {
                draft.concludeAttempt();
                Watching.after(draft, timings);
            }
            return moved;
        });
        return written.value() ? new ProcessResult.Settled(written.payment()) : standing(written.payment());
    }

    private ProcessResult notSent(Payment announced, Attempt attempt, @Nullable Duration retryAfter) {
        PaymentWrites.Written<Boolean> written = writes.update(announced, draft -> {
            if (draft.gateway().attempts() != attempt.number()) {
                return false;
            }
            if (draft.status() == PaymentStatus.UNKNOWN) {
                draft.move(Signal.ABSENT, "never sent", null);
            }
            if (draft.status() == PaymentStatus.CREATED) {
                draft.concludeAttempt();
                draft.watch(null, 0);
                return true;
            }
            return false;
        });
        return written.value()
                ? new ProcessResult.Unavailable(written.payment(), Objects.requireNonNullElse(retryAfter, RETRY_AFTER))
                : standing(written.payment());
    }

    private ProcessResult unknown(Payment announced, Attempt attempt) {
        PaymentWrites.Written<Boolean> written = writes.update(announced, draft -> {
            if (draft.status() == PaymentStatus.CREATED && draft.gateway().attempts() == attempt.number()) {
                lost(draft);
            }
            return draft.status() == PaymentStatus.UNKNOWN;
        });
        return written.value() ? new ProcessResult.Unknown(written.payment()) : standing(written.payment());
    }

    private void lost(Draft draft) {
        draft.move(
                Signal.NO_ANSWER,
                "no answer that settles",
                null,
                new PaymentEvent.PaymentOutcomeUnknown(draft.before().id(), draft.now()));
        draft.watch(draft.now().plus(timings.unknownQueryAfter()), 0);
    }

    /**
     * Follows a notification: looks the payment up, compares the claim with the order, asks the gateway, compares its
     * answer, and settles on it. Repeatable, in any order and from many threads: the same news changes nothing twice.
     *
     * @param notification what a verified webhook or return claims
     * @return what became of it; {@link ApplyResult.Deferred} when the gateway could not be asked
     */
    public ApplyResult apply(GatewayNotification notification) {
        Optional<Payment> found = writes.store().findByCart(notification.cartId());
        if (found.isEmpty()) {
            return new ApplyResult.Refused(PaymentRefusal.CART_UNKNOWN);
        }
        Payment payment = found.get();
        PaymentRefusal claimed = contradiction(notification, payment.order().amount());
        if (claimed != null) {
            return new ApplyResult.Refused(claimed);
        }
        return ask(() -> gateway.findByReference(notification.ref()))
                .fold(
                        accepted -> settle(payment, notification.ref(), accepted.value()),
                        rejected -> defer(payment),
                        notSent -> defer(payment),
                        indeterminate -> defer(payment));
    }

    private static @Nullable PaymentRefusal contradiction(GatewayNotification notification, Money ordered) {
        Money claimed = notification.cartAmount();
        if (claimed == null) {
            return null;
        }
        if (!claimed.currency().equals(ordered.currency())) {
            return PaymentRefusal.CURRENCY_MISMATCH;
        }
        // a refund or a capture may be of a part
        return notification.kind().isPayment() && !claimed.equals(ordered) ? PaymentRefusal.AMOUNT_MISMATCH : null;
    }

    private ApplyResult settle(Payment payment, TransactionRef asked, GatewayTransaction transaction) {
        if (!transaction.ref().equals(asked)) {
            return new ApplyResult.Refused(PaymentRefusal.REFERENCE_MISMATCH);
        }
        List<GatewayTransaction> known = List.of(transaction);
        if (!transaction.kind().isPayment() && payment.moves().isEmpty()) {
            // news of a refund before the news of its sale: take the whole cart
            GatewayOutcome<List<GatewayTransaction>> cart =
                    ask(() -> gateway.findByCart(payment.order().cartId()));
            if (!(cart instanceof GatewayOutcome.Accepted<List<GatewayTransaction>> answered)
                    || answered.value().stream().noneMatch(it -> it.ref().equals(asked))) {
                // a cart without the very transaction that we were told of lags behind
                return defer(payment);
            }
            known = answered.value();
        }
        List<GatewayTransaction> transactions = known;
        PaymentWrites.Written<Optional<PaymentRefusal>> written = writes.update(payment, draft -> {
            Optional<PaymentRefusal> refusal = Cart.apply(draft, transactions, false);
            if (draft.status() != draft.before().status()
                    || !draft.followUps().equals(draft.before().followUps())) {
                Watching.after(draft, timings);
            }
            return refusal;
        });
        if (written.value().isPresent()) {
            return new ApplyResult.Refused(written.value().get());
        }
        return written.isChanged()
                ? new ApplyResult.Applied(written.payment())
                : new ApplyResult.Unchanged(written.payment());
    }

    /** Puts the wish to ask on record, so that not even a restart forgets it. */
    private ApplyResult defer(Payment payment) {
        PaymentWrites.Written<Boolean> written = writes.update(payment, draft -> {
            java.time.Instant soon = draft.now().plus(timings.unknownQueryAfter());
            java.time.Instant planned = draft.before().watch().checkAt();
            if (planned == null || planned.isAfter(soon)) {
                draft.watch(soon, draft.before().watch().checks());
            }
            return true;
        });
        return new ApplyResult.Deferred(
                written.payment(), gateway.unavailableFor().orElse(RETRY_AFTER));
    }

    /**
     * Gives money back. Repeatable under the same key: money moves once.
     *
     * @param id the payment
     * @param key the caller's name for this refund, unique within the payment
     * @param amount how much, or {@code null} for all that is left
     * @return how it ended; refused with {@link PaymentRefusal#NOT_ALLOWED}, {@link PaymentRefusal#TOO_MUCH},
     *     {@link PaymentRefusal#KEY_REUSED}, {@link PaymentRefusal#IN_PROGRESS} or {@link PaymentRefusal#NOT_FOUND}
     */
    public FollowUpResult refund(PaymentId id, IdempotencyKey key, @Nullable Money amount) {
        return followUps.ask(id, new FollowUpCalls.Wish(key, TransactionKind.REFUND, amount));
    }

    /**
     * Takes held money. Repeatable under the same key: money moves once.
     *
     * @param id the payment
     * @param key the caller's name for this capture, unique within the payment
     * @param amount how much, or {@code null} for all that is left
     * @return how it ended; refused as {@link #refund refunds} are
     */
    public FollowUpResult capture(PaymentId id, IdempotencyKey key, @Nullable Money amount) {
        return followUps.ask(id, new FollowUpCalls.Wish(key, TransactionKind.CAPTURE, amount));
    }

    /**
     * Gives held money back, all of it. Repeatable under the same key.
     *
     * @param id the payment
     * @param key the caller's name for this, unique within the payment
     * @return how it ended; refused as {@link #refund refunds} are
     */
    public FollowUpResult voidHold(PaymentId id, IdempotencyKey key) {
        return followUps.ask(id, new FollowUpCalls.Wish(key, TransactionKind.VOID, null));
    }

    /** A query; what the port forbids to be thrown counts as no answer. */
    <T> GatewayOutcome<T> ask(Supplier<GatewayOutcome<T>> query) {
        try {
            return query.get();
        } catch (RuntimeException broken) {
            LOG.error("Gateway {} threw on a query", gateway.name(), broken);
            return new GatewayOutcome.Indeterminate<>("the gateway client failed");
        }
    }

    /**
     * A payment. Cache first: the answer may be as old as the cache keeps entries.
     *
     * @param id the payment
     * @return the payment, or empty when there is none
     */
    public Optional<Payment> find(PaymentId id) {
        Optional<Payment> cached = writes.cache().find("payment/" + id);
        if (cached.isPresent()) {
            return cached;
        }
        Optional<Payment> found = writes.store().find(id);
        found.ifPresent(writes::remember);
        return found;
    }

    /**
     * A payment by its cart, from the store.
     *
     * @param cartId the cart
     * @return the payment, or empty when there is none
     */
    public Optional<Payment> findByCart(CartId cartId) {
        return writes.store().findByCart(cartId);
    }

    /**
     * A page of payments, from the store.
     *
     * @param query which
     * @return the page, newest first
     */
    public PaymentPage list(PaymentQuery query) {
        return writes.store().list(query);
    }

    /**
     * The background check of payments whose end is open.
     *
     * @return a reconciler over the same gateway and store
     */
    public Reconciler reconciler() {
        return new Reconciler(this, gateway, writes, timings);
    }

    private static String cacheKey(IdempotencyKey key) {
        // the length in front: "a/b" with "c" must not look like "a" with "b/c"
        return "key/" + key.scope().length() + "/" + key.scope() + "/" + key.value();
    }

    /** Collects what {@link Payments} needs. Not safe for use by many threads. */
    public static final class Builder {
        private final PaymentGateway gateway;
        private final PaymentStore store;
        private Clock clock = Clock.systemUTC();
        private Cache<String, Payment> cache = Cache.none();
        private PaymentTimings timings = PaymentTimings.defaults();
        private Supplier<PaymentId> ids = randomIds(new SecureRandom());
        private Runnable recorded = () -> {};

        private Builder(PaymentGateway gateway, PaymentStore store) {
            this.gateway = Objects.requireNonNull(gateway, "gateway");
            this.store = Objects.requireNonNull(store, "store");
        }

        private static Supplier<PaymentId> randomIds(SecureRandom random) {
            return () -> {
                byte[] bytes = new byte[16];
                random.nextBytes(bytes);
                return new PaymentId("pay_" + HexFormat.of().formatHex(bytes));
            };
        }

        /**
         * The wall clock. Default: the system's, in UTC.
         *
         * @param given the clock
         * @return this builder
         */
        public Builder clock(Clock given) {
            clock = Objects.requireNonNull(given, "clock");
            return this;
        }

        /**
         * Where records are kept close. Default: nowhere.
         *
         * @param given the cache; its entries should live for seconds, not hours
         * @return this builder
         */
        public Builder cache(Cache<String, Payment> given) {
            cache = Objects.requireNonNull(given, "cache");
            return this;
        }

        /**
         * How long things may take. Default: {@link PaymentTimings#defaults()}.
         *
         * @param given the timings
         * @return this builder
         */
        public Builder timings(PaymentTimings given) {
            timings = Objects.requireNonNull(given, "timings");
            return this;
        }

        /**
         * Where new payments get their names. Default: {@code pay_} and 128 bits of a strong random source, in hex.
         *
         * @param given gives a new name each time
         * @return this builder
         */
        public Builder ids(Supplier<PaymentId> given) {
            ids = Objects.requireNonNull(given, "ids");
            return this;
        }

        /**
         * Called after each write that left events to deliver: wake the {@link OutboxRelay} with it. Default: nothing. Must
         * be quick and must not throw.
         *
         * @param given the hook
         * @return this builder
         */
        public Builder onRecorded(Runnable given) {
            recorded = Objects.requireNonNull(given, "onRecorded");
            return this;
        }

        /**
         * Puts it together.
         *
         * @return the service
         */
        public Payments build() {
            return new Payments(this);
        }
    }
}
