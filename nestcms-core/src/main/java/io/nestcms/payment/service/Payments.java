package io.nestcms.payment.service;

import io.nestcms.cache.Cache;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.health.HealthProbe;
import io.nestcms.money.Money;
import io.nestcms.payment.ApplyResult;
import io.nestcms.payment.Attempt;
import io.nestcms.payment.AttemptState;
import io.nestcms.payment.CartId;
import io.nestcms.payment.CreateResult;
import io.nestcms.payment.Decision;
import io.nestcms.payment.FollowUpResult;
import io.nestcms.payment.IdempotencyClaim;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.LedgerEntry;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentMethod;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentPage;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.PaymentRefusal;
import io.nestcms.payment.PaymentSecret;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.ProcessResult;
import io.nestcms.payment.Resolution;
import io.nestcms.payment.ResolveResult;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.Watch;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.payment.gateway.Allowance;
import io.nestcms.payment.gateway.CardUse;
import io.nestcms.payment.gateway.GatewayCharge;
import io.nestcms.payment.gateway.GatewayNotification;
import io.nestcms.payment.gateway.GatewayOutcome;
import io.nestcms.payment.gateway.GatewayTransaction;
import io.nestcms.payment.gateway.Initiation;
import io.nestcms.payment.gateway.PaymentGateway;
import io.nestcms.payment.gateway.Rejection;
import io.nestcms.payment.store.Insertion;
import io.nestcms.payment.store.OutboxEntry;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.report.Reports;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
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
    static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final Logger LOG = LoggerFactory.getLogger(Payments.class);

    /** Attempts of one order. */
    private static final int MOST_ATTEMPTS = 20;

    /** A refund is of a capture, a capture of a hold, a hold of a request. */
    private static final int MOST_ANCESTORS = 3;

    private final PaymentGateway gateway;
    private final GatewayCalls calls;
    private final PaymentWrites writes;
    private final PaymentTimings timings;
    private final Watching watching;
    private final FollowUpCalls followUps;
    private final Supplier<PaymentId> ids;
    private final boolean givesBack;
    private final @Nullable SavedCards cards;
    private final Set<IdempotencyKey> running;
    private final @Nullable Duration within;

    private Payments(Builder builder) {
        this.running = ConcurrentHashMap.newKeySet();
        this.within = null;
        this.gateway = builder.gateway;
        this.calls = new GatewayCalls(gateway);
        this.writes = new PaymentWrites(builder.store, builder.clock, builder.cache, builder.recorded);
        this.timings = builder.timings;
        this.givesBack = builder.givesBack;
        this.cards = builder.cards;
        this.watching =
                new Watching(timings, kind -> builder.store.evidence().isShown(gateway.profile(), kind), givesBack);
        this.followUps = new FollowUpCalls(gateway, calls, writes, watching, timings);
        this.ids = builder.ids;
    }

    /** The same service with another limit for its calls. */
    private Payments(Payments same, Duration within) {
        this.gateway = same.gateway;
        this.calls = same.calls;
        this.writes = same.writes;
        this.timings = same.timings;
        this.givesBack = same.givesBack;
        this.cards = same.cards;
        this.watching = same.watching;
        this.followUps = same.followUps;
        this.ids = same.ids;
        this.running = same.running;
        this.within = within;
    }

    /**
     * The same service, over the same records, that gives a caller less time: a call of {@code process} or {@code retry} to the
     * gateway ends within the given time, with all its tries. What had not left by then was not sent; what had, is unknown and
     * asked about as ever.
     *
     * @param longest the longest that a call may take; above zero, and no longer than the attempt's lease
     * @return the service with that limit; make one per request, it costs nothing
     * @throws InvalidInputException if the time is out of range
     */
    public Payments within(Duration longest) {
        if (longest.isNegative() || longest.isZero() || longest.compareTo(timings.attemptLease()) > 0) {
            throw new InvalidInputException(
                    "within", "is out of range", "above zero, at most " + timings.attemptLease());
        }
        return new Payments(this, longest);
    }

    /**
     * The calls that take payments and move money, made by an executor.
     *
     * @param executor where the calls run; give it as many threads as calls may be under way
     * @return the same service, asynchronously
     */
    public AsyncPayments async(Executor executor) {
        return new AsyncPayments(this, executor);
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
     * @throws InvalidInputException if the order is new and its cart is of the {@linkplain CartId#isReserved() reserved} form
     */
    public CreateResult create(IdempotencyKey key, PaymentOrder order) {
        String fingerprint = Fingerprint.of(order);
        Optional<Payment> cached = writes.remembered(cacheKey(key));
        if (cached.isPresent()) {
            return replay(cached.get(), fingerprint);
        }
        if (order.cartId().isReserved()) {
            return createdOnce(key, order, fingerprint);
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
            writes.remember(cacheKey(key), payment, (kept, given) -> kept);
            writes.remember(payment);
            writes.announce();
            return new CreateResult.Created(payment, false);
        } finally {
            running.remove(key);
        }
    }

    /** An order of the time before the form was reserved is still the answer to its key. */
    private CreateResult createdOnce(IdempotencyKey key, PaymentOrder order, String fingerprint) {
        return writes.store()
                .findByCart(order.cartId())
                .filter(it -> it.claim().key().equals(key))
                .map(it -> replay(it, fingerprint))
                .orElseThrow(
                        () -> new InvalidInputException("cartId", "is of a reserved form", "not beginning with nc--"));
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
     * @return how it ended; refused with {@link PaymentRefusal#SECRET_MISSING} when its way to pay needs one
     */
    public ProcessResult process(PaymentId id) {
        return begin(id, null);
    }

    /**
     * Starts a payment at the gateway with what pays by itself: a card, a form's token, a wallet's payload. It goes to the gateway and nowhere else; where
     * nothing was sent, or the process died, it has to be given again. Repeatable as {@link #process(PaymentId)} is.
     *
     * @param id the payment
     * @param secret what the order's {@link PaymentMethod} needs
     * @return how it ended; refused with {@link PaymentRefusal#SECRET_MISSING} when its way to pay needs another
     */
    public ProcessResult process(PaymentId id, PaymentSecret secret) {
        return begin(id, Objects.requireNonNull(secret, "secret"));
    }

    private ProcessResult begin(PaymentId id, @Nullable PaymentSecret secret) {
        Optional<Payment> found = writes.store().find(id);
        if (found.isEmpty()) {
            return new ProcessResult.Refused(PaymentRefusal.NOT_FOUND);
        }
        Payment payment = found.get();
        return mayStart(payment) ? start(payment, secret, Payments::ifReady) : standing(payment);
    }

    /**
     * Starts a further attempt of the same order, after a decline, an expiry or a cancellation. It has a cart of its own at the
     * gateway, so that a late approval of an earlier attempt is known as such: it pays the order, and what the later one takes
     * then is {@link PaymentEvent.PaymentChargedAgain}. Repeatable: the same key gives the same attempt.
     *
     * @param id the payment
     * @param key the caller's name for this attempt, unique within the payment
     * @return how it ended; refused with {@link PaymentRefusal#IN_PROGRESS} while the attempt before is open,
     *     {@link PaymentRefusal#ALREADY_SETTLED} once money was taken or is held, {@link PaymentRefusal#TOO_MANY} after 20
     *     attempts, {@link PaymentRefusal#NOT_ALLOWED} for a payment that was never started, or
     *     {@link PaymentRefusal#NOT_FOUND}
     */
    public ProcessResult retry(PaymentId id, IdempotencyKey key) {
        return again(id, key, null);
    }

    /**
     * Starts a further attempt with what pays by itself, as {@link #retry(PaymentId, IdempotencyKey)} and {@link #process(PaymentId, PaymentSecret)} do.
     *
     * @param id the payment
     * @param key the caller's name for this attempt, unique within the payment
     * @param secret what the order's {@link PaymentMethod} needs
     * @return how it ended
     */
    public ProcessResult retry(PaymentId id, IdempotencyKey key, PaymentSecret secret) {
        return again(id, key, Objects.requireNonNull(secret, "secret"));
    }

    private ProcessResult again(PaymentId id, IdempotencyKey key, @Nullable PaymentSecret secret) {
        Optional<Payment> found = writes.store().find(id);
        if (found.isEmpty()) {
            return new ProcessResult.Refused(PaymentRefusal.NOT_FOUND);
        }
        Payment payment = found.get();
        Optional<Attempt> known =
                payment.attempts().stream().filter(it -> key.equals(it.key())).findFirst();
        if (known.isPresent()) {
            return mayStart(payment) ? start(payment, secret, Payments::ifReady) : standing(payment);
        }
        PaymentRefusal refusal = noRetry(payment);
        return refusal == null ? start(payment, secret, draft -> next(draft, key)) : new ProcessResult.Refused(refusal);
    }

    private static @Nullable PaymentRefusal noRetry(Payment payment) {
        if (payment.ledger().mayRetry()) {
            return payment.attempts().size() < MOST_ATTEMPTS ? null : PaymentRefusal.TOO_MANY;
        }
        if (payment.status().isSettled()) {
            return PaymentRefusal.ALREADY_SETTLED;
        }
        return mayStart(payment) ? PaymentRefusal.NOT_ALLOWED : PaymentRefusal.IN_PROGRESS;
    }

    private static boolean next(Draft draft, IdempotencyKey key) {
        if (draft.attempts().stream().anyMatch(it -> key.equals(it.key()))) {
            return ifReady(draft);
        }
        if (noRetry(draft.before()) != null) {
            return false;
        }
        int number = draft.attempts().size() + 1;
        Attempt attempt = Attempt.ready(
                number, CartId.ofAttempt(draft.id(), number), key, draft.order().amount(), draft.now());
        draft.put(attempt);
        draft.record(new PaymentEvent.PaymentRetried(draft.id(), draft.now(), number, attempt.cartId()));
        draft.because("tried again", null);
        return true;
    }

    private static boolean mayStart(Payment payment) {
        return payment.status() == PaymentStatus.CREATED && payment.attempt().state() == AttemptState.READY;
    }

    private static boolean ifReady(Draft draft) {
        return mayStart(draft.before());
    }

    /** Announces a call for the attempt that the change leaves ready, and makes it. */
    private ProcessResult start(Payment payment, @Nullable PaymentSecret secret, Predicate<Draft> ready) {
        if (!payment.order().method().takes(secret)) {
            return new ProcessResult.Refused(PaymentRefusal.SECRET_MISSING);
        }
        Optional<Duration> unavailable = gateway.unavailableFor();
        if (unavailable.isPresent()) {
            return new ProcessResult.Unavailable(payment, unavailable.get());
        }
        CardUse use = null;
        if (cards != null && payment.order().method() instanceof PaymentMethod.StoredCard card) {
            SavedCards.Claim claim = cards.claim(payment.id(), payment.order(), card);
            if (claim.refusal() != null) {
                return new ProcessResult.Refused(claim.refusal());
            }
            use = claim.use();
        }
        CardUse claimed = use;
        Allowance allowance = gateway.allowance(payment.order());
        // written ahead: should we die during the call, the record says that one may have been made
        PaymentWrites.Written<Boolean> announced = writes.update(payment, draft -> {
            boolean mine = ready.test(draft);
            if (mine) {
                draft.put(draft.attempt()
                        .sending(
                                draft.now(),
                                draft.clock().plus(timings.attemptLease()),
                                allowance.least(),
                                allowance.most()));
                watching.after(draft);
            }
            return mine;
        });
        return announced.value() ? call(announced.payment(), secret, claimed) : standing(announced.payment());
    }

    /** The answer for a payment that must not be started (again). */
    private ProcessResult standing(Payment payment) {
        return switch (payment.status()) {
            case INITIATED -> {
                URI page = payment.attempt().page();
                yield page == null
                        ? new ProcessResult.Refused(PaymentRefusal.IN_PROGRESS)
                        : new ProcessResult.Ready(payment, page);
            }
            case UNKNOWN -> new ProcessResult.Unknown(payment);
            case CREATED, PROCESSING -> new ProcessResult.Refused(PaymentRefusal.IN_PROGRESS);
            default -> new ProcessResult.Refused(PaymentRefusal.ALREADY_SETTLED);
        };
    }

    private ProcessResult call(Payment announced, @Nullable PaymentSecret secret, @Nullable CardUse use) {
        Attempt attempt = announced.attempt();
        // whoever stood still past the lease may have been taken for lost by the reconciler
        GatewayOutcome<Initiation> outcome = attempt.isRunning(writes.now())
                ? calls.initiate(new GatewayCharge(announced.order(), attempt.cartId(), secret, use, within))
                : new GatewayOutcome.NotSent<>(GatewayOutcome.NotSent.Cause.OUT_OF_TIME, null);
        Instant ended = writes.now();
        return outcome.fold(
                accepted -> accepted.value()
                        .fold(
                                page -> ready(announced, attempt, page),
                                completed -> completed(announced, attempt, completed, ended)),
                rejected -> rejected(announced, attempt, rejected.rejection()),
                notSent -> notSent(announced, attempt, notSent.retryAfter()),
                indeterminate -> unknown(announced, attempt, ended));
    }

    /** The attempt as it is on record, if this call is still the one that is waited for. */
    private static Optional<Attempt> mine(Draft draft, Attempt sent) {
        Attempt latest = draft.attempt();
        boolean waited = latest.number() == sent.number()
                && latest.sends() == sent.sends()
                && (latest.state() == AttemptState.SENDING || latest.state() == AttemptState.UNKNOWN);
        return waited && !draft.status().isSettled() ? Optional.of(latest) : Optional.empty();
    }

    private ProcessResult ready(Payment announced, Attempt attempt, Initiation.HostedPage page) {
        TransactionRef ref = page.ref();
        PaymentWrites.Written<Boolean> written = writes.update(announced, draft -> {
            // a later call has a page of its own; this one is never handed out and so never paid
            Optional<Attempt> mine = mine(draft, attempt);
            mine.ifPresent(it -> {
                draft.put(it.linked(AttemptState.OPEN, ref, page.page()).ended(draft.now()));
                draft.record(new PaymentEvent.PaymentInitiated(announced.id(), draft.now(), ref));
                draft.because("page ready", ref);
                watching.after(draft);
            });
            return mine.isPresent();
        });
        return written.value() && written.payment().status() == PaymentStatus.INITIATED
                ? new ProcessResult.Ready(written.payment(), page.page())
                : standing(written.payment());
    }

    private ProcessResult completed(Payment announced, Attempt attempt, Initiation.Completed completed, Instant ended) {
        GatewayTransaction transaction = of(attempt, completed.transaction());
        PaymentWrites.Written<Boolean> written = writes.update(announced, draft -> {
            Optional<Attempt> mine = mine(draft, attempt);
            boolean tells = transaction.state() == TransactionState.APPROVED || mine.isPresent();
            if (tells) {
                // of a call that was given up only money counts: its failure says nothing about the next one
                Settlement.apply(draft, List.of(transaction));
            }
            mine(draft, attempt).ifPresent(it -> {
                // a result that we do not understand is no result
                draft.put(it.in(AttemptState.UNKNOWN).ended(ended));
                lost(draft);
            });
            if (tells) {
                watching.after(draft);
            }
            return !draft.ledger().mismatches().isEmpty();
        });
        PaymentStatus status = written.payment().status();
        if (status == PaymentStatus.PROCESSING && written.value()) {
            return new ProcessResult.Unknown(written.payment());
        }
        return switch (status) {
            case CREATED, INITIATED, UNKNOWN -> standing(written.payment());
            default -> new ProcessResult.Settled(written.payment());
        };
    }

    /** The answer to the call itself is this attempt's, also where it names no cart. */
    private static GatewayTransaction of(Attempt attempt, GatewayTransaction it) {
        return it.cartId() == null ? it.in(attempt.cartId()) : it;
    }

    private ProcessResult rejected(Payment announced, Attempt attempt, Rejection rejection) {
        PaymentWrites.Written<Boolean> written = writes.update(announced, draft -> {
            Optional<Attempt> mine = mine(draft, attempt);
            mine.ifPresent(it -> {
                draft.put(it.refused(rejection.message()).ended(draft.now()));
                draft.record(new PaymentEvent.PaymentFailed(
                        announced.id(), draft.now(), null, rejection.code(), rejection.message()));
                draft.because("refused by the gateway", null);
                watching.after(draft);
            });
            return mine.isPresent();
        });
        return written.value() ? new ProcessResult.Settled(written.payment()) : standing(written.payment());
    }

    private ProcessResult notSent(Payment announced, Attempt attempt, @Nullable Duration retryAfter) {
        PaymentWrites.Written<Boolean> written = writes.update(announced, draft -> {
            Optional<Attempt> mine = mine(draft, attempt);
            mine.ifPresent(it -> {
                draft.put(it.in(AttemptState.READY));
                draft.because("never sent", null);
                watching.after(draft);
            });
            return mine.isPresent();
        });
        return written.value()
                ? new ProcessResult.Unavailable(written.payment(), Objects.requireNonNullElse(retryAfter, RETRY_AFTER))
                : standing(written.payment());
    }

    private ProcessResult unknown(Payment announced, Attempt attempt, Instant ended) {
        PaymentWrites.Written<Boolean> written = writes.update(announced, draft -> {
            mine(draft, attempt).ifPresent(it -> {
                draft.put(it.in(AttemptState.UNKNOWN).ended(ended));
                lost(draft);
                watching.after(draft);
            });
            return draft.status() == PaymentStatus.UNKNOWN;
        });
        return written.value() ? new ProcessResult.Unknown(written.payment()) : standing(written.payment());
    }

    /** A call that may have arrived, and nobody knows: told once. */
    static void lost(Draft draft) {
        if (draft.before().status() != PaymentStatus.UNKNOWN && draft.status() == PaymentStatus.UNKNOWN) {
            draft.record(new PaymentEvent.PaymentOutcomeUnknown(draft.id(), draft.now()));
            draft.because("no answer that settles", null);
        }
    }

    /**
     * Follows a notification: looks the payment up, by the cart or by the transaction that was followed up, asks the gateway,
     * compares its answer with the order, and settles on it. Repeatable, in any order and from many threads: the same news
     * changes nothing twice, and news that the record has already are not asked about again.
     *
     * @param notification what a verified webhook or return claims
     * @return what became of it; {@link ApplyResult.Deferred} when the gateway could not be asked
     */
    public ApplyResult apply(GatewayNotification notification) {
        Optional<Payment> found = find(notification);
        if (found.isEmpty()) {
            return new ApplyResult.Refused(PaymentRefusal.CART_UNKNOWN);
        }
        Payment payment = found.get();
        if (isKnown(payment, notification)) {
            return new ApplyResult.Unchanged(payment);
        }
        return calls.findByReference(notification.ref())
                .fold(
                        accepted -> settle(payment, notification, accepted.value()),
                        rejected -> defer(payment),
                        notSent -> defer(payment),
                        indeterminate -> defer(payment));
    }

    private Optional<Payment> find(GatewayNotification notification) {
        return Stream.<Supplier<Optional<Payment>>>of(
                        () -> Optional.ofNullable(notification.cartId()).flatMap(writes.store()::findByCart),
                        () -> writes.store().findByReference(notification.ref()),
                        () -> Optional.ofNullable(notification.previousRef()).flatMap(writes.store()::findByReference))
                .map(Supplier::get)
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** Whether a settled payment has all that the notification tells: who sends it again learns nothing, and neither do we. */
    private static boolean isKnown(Payment payment, GatewayNotification notification) {
        TransactionState told = notification.state();
        return payment.status().isSettled()
                && payment.followUps().stream().noneMatch(it -> it.state().isOpen())
                && payment.ledger()
                        .entry(notification.ref())
                        .filter(it -> told == null || it.isAsFarAs(told))
                        .filter(it -> contradiction(notification, it) == null)
                        .isPresent();
    }

    /** In what a notification contradicts what the gateway says of the same transaction; what follows one up may name any cart. */
    private static @Nullable PaymentRefusal contradiction(GatewayNotification notification, LedgerEntry answer) {
        boolean payment = answer.kind().isPayment() && answer.parent() == null;
        if (payment
                && notification.cartId() != null
                && answer.cartId() != null
                && !notification.cartId().equals(answer.cartId())) {
            return PaymentRefusal.CART_MISMATCH;
        }
        Money claimed = notification.cartAmount();
        Money asked = answer.requested();
        if (claimed == null || asked == null || claimed.equals(asked)) {
            return null;
        }
        return claimed.currency().equals(asked.currency())
                ? PaymentRefusal.AMOUNT_MISMATCH
                : PaymentRefusal.CURRENCY_MISMATCH;
    }

    private ApplyResult settle(Payment payment, GatewayNotification notification, GatewayTransaction answer) {
        if (!answer.ref().equals(notification.ref())) {
            return new ApplyResult.Refused(PaymentRefusal.REFERENCE_MISMATCH);
        }
        PaymentRefusal contradicted = contradiction(notification, answer.entry(writes.now()));
        if (contradicted != null) {
            // whoever sent it moves nothing by it; what is true comes with the next news, or with the reconciler
            return new ApplyResult.Refused(contradicted);
        }
        List<GatewayTransaction> known = new ArrayList<>();
        known.add(answer.cartId() == null ? answer.in(notification.cartId()) : answer);
        GatewayTransaction news = answer;
        for (int step = 0; step < MOST_ANCESTORS; step++) {
            if (!isBeforeItsPayment(payment, news) && !isBesideItsPage(payment, news)) {
                break;
            }
            int heard = known.size();
            GatewayOutcome<List<GatewayTransaction>> before = before(payment, news);
            if (before instanceof GatewayOutcome.Accepted<List<GatewayTransaction>> answered) {
                known.addAll(answered.value());
            } else if (!(before instanceof GatewayOutcome.Rejected)) {
                return defer(payment);
            }
            if (news.previousRef() == null || known.size() == heard) {
                break;
            }
            // what it is of may itself be of something that we have not heard of
            news = known.get(known.size() - 1);
        }
        PaymentWrites.Written<Optional<PaymentRefusal>> written = writes.update(payment, draft -> {
            Optional<PaymentRefusal> refusal = Settlement.apply(draft, known);
            if (draft.isChanged()) {
                watching.after(draft);
            }
            return refusal;
        });
        if (answer.state() == TransactionState.UNRECOGNISED
                && notification.state() != null
                && !isKnown(written.payment(), notification)) {
            // an answer that cannot be read does not tell what the notification is about
            return defer(written.payment());
        }
        if (written.value().isPresent() && !hasTaken(written.payment(), answer.ref())) {
            return new ApplyResult.Refused(written.value().get());
        }
        boolean told =
                written.payment().revision().events() > payment.revision().events();
        Payment now = giveBack(written.payment());
        return written.isChanged() && told ? new ApplyResult.Applied(now) : new ApplyResult.Unchanged(now);
    }

    /**
     * News of a refund, a void or a capture before the news of what it is of, or of something that by our record has taken and held
     * nothing: what follows it up proves that the record is behind.
     */
    private static boolean isBeforeItsPayment(Payment payment, GatewayTransaction told) {
        TransactionRef parent = told.previousRef();
        return parent == null
                ? told.kind().isFollowUp() && payment.entries().stream().noneMatch(LedgerEntry::isApproved)
                : payment.ledger()
                        .entry(parent)
                        .filter(it -> it.isApproved() || it.state() == TransactionState.VOIDED)
                        .isEmpty();
    }

    /** News of another transaction than that of the open page, which may be paid as well. */
    private static boolean isBesideItsPage(Payment payment, GatewayTransaction told) {
        Attempt attempt = payment.attempt();
        TransactionRef page = attempt.ref();
        return attempt.state() == AttemptState.OPEN
                && page != null
                && !page.equals(told.ref())
                && told.previousRef() == null
                && attempt.cartId().equals(told.cartId());
    }

    private GatewayOutcome<List<GatewayTransaction>> before(Payment payment, GatewayTransaction told) {
        TransactionRef parent = isBesideItsPage(payment, told) ? payment.ref() : told.previousRef();
        if (parent == null) {
            return calls.findByCart(payment.attempt().cartId());
        }
        return calls.findByReference(parent)
                .fold(
                        accepted -> new GatewayOutcome.Accepted<>(List.of(accepted.value())),
                        rejected -> new GatewayOutcome.Rejected<>(rejected.rejection()),
                        notSent -> new GatewayOutcome.NotSent<>(notSent.cause(), notSent.retryAfter()),
                        indeterminate -> new GatewayOutcome.Indeterminate<>(indeterminate.detail()));
    }

    /** Whether the transaction is on record and fits; the cart may hold others that do not. */
    private static boolean hasTaken(Payment payment, TransactionRef ref) {
        return payment.ledger().entry(ref).isPresent()
                && payment.ledger().mismatches().stream()
                        .noneMatch(it -> it.entry().ref().equals(ref));
    }

    /** Puts the wish to ask on record, so that not even a restart forgets it. */
    private ApplyResult defer(Payment payment) {
        PaymentWrites.Written<Boolean> written = writes.update(payment, draft -> {
            Instant soon = draft.clock().plus(timings.unknownQueryAfter());
            Instant planned = draft.before().watch().checkAt();
            if (planned == null || planned.isAfter(soon)) {
                draft.watch(Watch.at(soon, draft.before().watch().checks()));
            }
            return true;
        });
        return new ApplyResult.Deferred(
                written.payment(), gateway.unavailableFor().orElse(RETRY_AFTER));
    }

    /** Gives back by itself what does not belong here: what a person decided, and what was charged again where that is wanted. */
    Payment giveBack(Payment payment) {
        try {
            return givenBack(payment);
        } catch (Throwable broken) {
            // what led here is on record, and the reconciler gives back what is left
            Reports.failed(LOG, "What is to be given back of a payment was not asked for yet", payment.id(), broken);
            return payment;
        }
    }

    private Payment givenBack(Payment payment) {
        Payment latest = payment;
        for (Surplus surplus : Surplus.of(payment.ledger(), payment.entries(), payment.followUps(), givesBack)) {
            // one that was asked for before, and not sent, keeps the amount that it was asked for with
            boolean known = payment.followUps().stream().anyMatch(it -> it.key().equals(surplus.key()));
            followUps.ask(
                    payment.id(),
                    new FollowUpCalls.Wish(
                            surplus.key(), surplus.kind(), known ? null : surplus.amount(), surplus.of()));
            latest = writes.store().find(payment.id()).orElse(latest);
        }
        return latest;
    }

    /**
     * Puts on record what a person decided about something that nobody can prove, and acts on it: a transaction that differs from
     * the order, a call of unknown outcome. What waits for a person is in {@link #undecided}. Repeatable: the same decision again
     * changes nothing.
     *
     * @param id the payment
     * @param resolution what was decided
     * @param by who decided; 1 to 128 characters, kept and told with the decision
     * @return how it ended; refused with {@link PaymentRefusal#NOT_ALLOWED} when there is nothing of the kind to decide (a call that
     *     may still be under way among it) or the reference that is named is of something else, or {@link PaymentRefusal#NOT_FOUND}
     */
    public ResolveResult resolve(PaymentId id, Resolution resolution, String by) {
        Optional<Payment> found = writes.store().find(id);
        if (found.isEmpty()) {
            return new ResolveResult.Refused(PaymentRefusal.NOT_FOUND);
        }
        Decision check = new Decision(resolution, by, writes.now());
        if (resolution instanceof Resolution.WasDone done && isOfAnother(id, done.ref())) {
            return new ResolveResult.Refused(PaymentRefusal.NOT_ALLOWED);
        }
        PaymentWrites.Written<Boolean> written = writes.update(found.get(), draft -> {
            boolean decided = Resolving.apply(draft, new Decision(check.resolution(), check.by(), draft.now()));
            if (draft.isChanged()) {
                watching.after(draft);
            }
            return decided;
        });
        return written.value()
                ? new ResolveResult.Resolved(giveBack(written.payment()))
                : new ResolveResult.Refused(PaymentRefusal.NOT_ALLOWED);
    }

    private boolean isOfAnother(PaymentId id, TransactionRef ref) {
        return writes.store()
                .findByReference(ref)
                .filter(it -> !it.id().equals(id))
                .isPresent();
    }

    /**
     * The payments that wait for a person: with a transaction that differs from the order, or with a call that nobody can prove.
     *
     * @param limit at most how many, at least 1
     * @return longest waiting first
     */
    public List<Payment> undecided(int limit) {
        return writes.store().undecided(limit);
    }

    /**
     * How well the gateway works as far as our own set-up is concerned: down from the first call that it turned away for a wrong
     * key, profile or region, until a query succeeds. Such a call fails no payment. For health checks, not for readiness: other
     * nodes would be turned away as well.
     *
     * @return a probe; it asks the gateway only while it is down
     */
    public HealthProbe gatewayHealth() {
        return calls::health;
    }

    /**
     * Gives money back. Repeatable under the same key: money moves once. More than one charge or capture left is given back by
     * as many refunds under the one key, one after the other; the result tells of the first that is not done.
     *
     * @param id the payment
     * @param key the caller's name for this refund, unique within the payment
     * @param amount how much, or {@code null} for all that is left
     * @return how it ended; refused with {@link PaymentRefusal#NOT_ALLOWED}, {@link PaymentRefusal#TOO_MUCH},
     *     {@link PaymentRefusal#KEY_REUSED}, {@link PaymentRefusal#IN_PROGRESS}, {@link PaymentRefusal#TOO_MANY} after 64 of
     *     them, or {@link PaymentRefusal#NOT_FOUND}
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

    /**
     * A payment. Cache first: the answer may be as old as the cache keeps entries.
     *
     * @param id the payment
     * @return the payment, or empty when there is none
     */
    public Optional<Payment> find(PaymentId id) {
        Optional<Payment> cached = writes.remembered("payment/" + id);
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
     * How many payments there are, from the store.
     *
     * @param query of which scope and status
     * @param most where counting ends; from 1
     * @return how many, at most that
     */
    public long count(PaymentQuery query, int most) {
        return writes.store().count(query, most);
    }

    /**
     * The background check of payments whose end is open.
     *
     * @return a reconciler over the same gateway and store
     */
    public Reconciler reconciler() {
        return reconciler(ReconcilerSettings.defaults());
    }

    /**
     * The background check of payments whose end is open.
     *
     * @param settings how fast it works through what is due
     * @return a reconciler over the same gateway and store
     */
    public Reconciler reconciler(ReconcilerSettings settings) {
        return new Reconciler(this, gateway, calls, writes, watching, timings, settings);
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
        private boolean givesBack;
        private @Nullable SavedCards cards;

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
         * Whether what a payer was charged again is given back by itself. Default: no; {@link PaymentEvent.PaymentChargedAgain}
         * tells of it, and {@link #refund} gives it back.
         *
         * @param given true to give it back
         * @return this builder
         */
        public Builder giveBackSecondCharges(boolean given) {
            givesBack = given;
            return this;
        }

        /**
         * Asked before each charge of a saved card: one that is unknown, deleted, expired or outside of what was agreed is refused, and no call is
         * made. Default: every charge of a saved card goes to the gateway as it is.
         *
         * @param given the saved cards of the same gateway
         * @return this builder
         */
        public Builder savedCards(SavedCards given) {
            cards = Objects.requireNonNull(given, "given");
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
