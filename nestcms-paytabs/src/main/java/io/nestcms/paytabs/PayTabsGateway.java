package io.nestcms.paytabs;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.payment.CartId;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.GatewayOutcome;
import io.nestcms.payment.GatewayOutcome.NotSent;
import io.nestcms.payment.GatewayTransaction;
import io.nestcms.payment.Initiation;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentGateway;
import io.nestcms.payment.Rejection;
import io.nestcms.payment.TransactionRef;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreaker;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.FailureClass;
import io.nestcms.resilience.Permit;
import io.nestcms.resilience.RetryBudget;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * PayTabs as the core sees it. Each call stands behind a circuit breaker and under one deadline for all its attempts; only
 * what provably never left is tried again; whatever may have arrived is {@link GatewayOutcome.Indeterminate} and is left to
 * queries.
 *
 * <p>New payments and queries have a breaker each, of one dependency. A query settles what is unknown, so it must get
 * through while {@code payment/request} fails; and a query that works must not let payments back in before one of theirs
 * has worked.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class PayTabsGateway implements PaymentGateway {
    private static final Duration THROTTLED_WAIT = Duration.ofSeconds(3);

    private final PayTabsClient client;
    private final String name;
    private final PageOptions page;
    private final CircuitBreaker payments;
    private final CircuitBreaker queries;
    private final int attempts;
    private final RetryBudget retries;
    private final Pace pace;
    private final Duration backOff;
    private final Duration deadline;
    private final LongSupplier ticker;
    private final Sleeper sleeper;
    private final RandomGenerator random;

    private PayTabsGateway(Builder builder) {
        this.client = builder.client;
        this.name = builder.name;
        this.page = builder.page;
        BreakerSettings settings = builder.breaker.dependency().isPresent()
                ? builder.breaker
                : builder.breaker.toBuilder().dependency(name).build();
        this.payments = builder.breakers.create(name, settings);
        this.queries = builder.breakers.create(name + "-query", settings);
        this.attempts = builder.attempts;
        this.retries = builder.retries == null
                ? RetryBudget.of(0.2, 10, Duration.ofMinutes(1), builder.ticker)
                : builder.retries;
        this.pace = new Pace(builder.callsPerMinute, builder.ticker);
        this.backOff = builder.backOff;
        this.deadline = builder.deadline;
        this.ticker = builder.ticker;
        this.sleeper = builder.sleeper;
        this.random = builder.random;
    }

    /**
     * Begins a gateway.
     *
     * @param client makes the calls; stays the caller's to close
     * @param breakers where the two breakers are registered, under the gateway's {@linkplain Builder#name(String) name}
     *     and the name with {@code -query} behind it
     * @return a builder
     */
    public static Builder builder(PayTabsClient client, CircuitBreakers breakers) {
        return new Builder(client, breakers);
    }

    @Override
    public String name() {
        return name;
    }

    /**
     * {@inheritDoc} Speaks of new payments; queries may get through all the same. A "no" counts as a rejection: the breaker
     * tells of the outage, because the caller then makes no call that it could reject.
     */
    @Override
    public Optional<Duration> unavailableFor() {
        return payments.retryAfter();
    }

    /**
     * {@inheritDoc} An order that is outside PayTabs' limits is rejected without a call, with the code {@code
     * invalid_input}.
     */
    @Override
    public GatewayOutcome<Initiation> initiate(Payment payment) {
        CartId cart = payment.order().cartId();
        ChargeRequest request;
        try {
            request = GatewayTerms.request(payment.order(), page);
        } catch (InvalidInputException unfit) {
            return refused(unfit);
        }
        return mapped(guarded(payments, () -> client.charge(request)), reply -> GatewayTerms.initiation(reply, cart));
    }

    /**
     * {@inheritDoc} Two equal follow-ups of one cart within two minutes may be taken for duplicates by PayTabs; the second is
     * then indeterminate and settled by query. A follow-up outside PayTabs' limits is rejected without a call, as for
     * {@link #initiate}.
     */
    @Override
    public GatewayOutcome<GatewayTransaction> followUp(Payment payment, FollowUp followUp) {
        CartId cart = payment.order().cartId();
        FollowUpRequest request;
        try {
            request = GatewayTerms.request(payment.order(), followUp);
        } catch (InvalidInputException unfit) {
            return refused(unfit);
        }
        return mapped(
                guarded(payments, () -> client.followUp(request)),
                reply -> GatewayTerms.followUp(reply, cart, followUp.kind()));
    }

    private static <T> GatewayOutcome<T> refused(InvalidInputException unfit) {
        return new GatewayOutcome.Rejected<>(
                new Rejection("invalid_input", Objects.requireNonNull(unfit.getMessage()), null));
    }

    @Override
    public GatewayOutcome<List<GatewayTransaction>> findByCart(CartId cartId) {
        return mapped(
                guarded(queries, () -> client.transactions(cartId)),
                all -> all.stream().map(GatewayTerms::transaction).toList());
    }

    @Override
    public GatewayOutcome<GatewayTransaction> findByReference(TransactionRef ref) {
        return mapped(guarded(queries, () -> client.transaction(ref)), GatewayTerms::transaction);
    }

    /** Attempts until one ends otherwise than unsent, or attempts or time are used up. */
    private <T> GatewayOutcome<T> guarded(CircuitBreaker breaker, Supplier<PayTabsCall<T>> calls) {
        long startedAt = ticker.getAsLong();
        retries.called();
        for (int attempt = 1; ; attempt++) {
            GatewayOutcome<T> outcome = attempt(breaker, calls.get(), left(startedAt));
            if (attempt == attempts || !(outcome instanceof NotSent<T> unsent) || !mayGoAgain(unsent)) {
                return outcome;
            }
            Duration wait = waitBefore(attempt + 1, unsent);
            if (wait.compareTo(left(startedAt)) >= 0 || !retries.tryRetry() || !sleep(wait)) {
                return outcome;
            }
        }
    }

    private static boolean mayGoAgain(NotSent<?> unsent) {
        return unsent.cause() == NotSent.Cause.NO_CONNECTION || unsent.cause() == NotSent.Cause.THROTTLED;
    }

    private Duration left(long startedAt) {
        return deadline.minusNanos(ticker.getAsLong() - startedAt);
    }

    private <T> GatewayOutcome<T> attempt(CircuitBreaker breaker, PayTabsCall<T> call, Duration left) {
        if (left.isNegative() || left.isZero()) {
            return new NotSent<>(NotSent.Cause.OUT_OF_TIME, null);
        }
        Permit permit = breaker.tryAcquire();
        if (permit.isRejected()) {
            return new NotSent<>(
                    NotSent.Cause.CIRCUIT_OPEN, breaker.retryAfter().orElse(null));
        }
        CallEnd<T> end = null;
        try {
            Duration wait = pace.take();
            if (!wait.isZero()) {
                return new NotSent<>(NotSent.Cause.THROTTLED, wait);
            }
            end = call.run(left);
            return end.outcome();
        } finally {
            report(permit, end);
        }
    }

    private static void report(Permit permit, @Nullable CallEnd<?> end) {
        switch (end == null ? Health.UNTOLD : end.health()) {
            case HEALTHY -> permit.success();
            case CONNECT -> permit.failure(FailureClass.CONNECT);
            case TIMEOUT -> permit.failure(FailureClass.TIMEOUT);
            case SERVER_ERROR -> permit.failure(FailureClass.SERVER_ERROR);
            case THROTTLED -> {
                Duration wait = end != null && end.outcome() instanceof NotSent<?> unsent ? unsent.retryAfter() : null;
                if (wait == null) {
                    permit.failure(FailureClass.THROTTLED);
                } else {
                    permit.failure(FailureClass.THROTTLED, wait);
                }
            }
            case OTHER -> permit.failure(FailureClass.OTHER);
            case UNTOLD -> permit.ignore();
        }
    }

    /** What the gateway asked for, never less; otherwise doubled each time, with half of it left to chance. */
    private Duration waitBefore(int attempt, NotSent<?> unsent) {
        Duration asked = unsent.retryAfter();
        if (asked != null) {
            return asked;
        }
        Duration first = unsent.cause() == NotSent.Cause.THROTTLED ? THROTTLED_WAIT : backOff;
        long full = first.toNanos() << Math.min(attempt - 2, 10);
        return Duration.ofNanos(full - (long) (random.nextDouble() * full / 2));
    }

    private boolean sleep(Duration wait) {
        try {
            sleeper.sleep(wait);
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static <T, R> GatewayOutcome<R> mapped(GatewayOutcome<T> outcome, Function<T, R> terms) {
        return outcome.fold(
                accepted -> {
                    try {
                        return new GatewayOutcome.Accepted<>(terms.apply(accepted.value()));
                    } catch (UnreadableReplyException unreadable) {
                        return new GatewayOutcome.Indeterminate<>(
                                "an answer that cannot be read: " + unreadable.getMessage());
                    }
                },
                rejected -> new GatewayOutcome.Rejected<>(rejected.rejection()),
                notSent -> new NotSent<>(notSent.cause(), notSent.retryAfter()),
                indeterminate -> new GatewayOutcome.Indeterminate<>(indeterminate.detail()));
    }

    /**
     * Waits. A test passes one that only moves its clock.
     *
     * @since 0.1
     */
    @FunctionalInterface
    public interface Sleeper {
        /**
         * Returns after a while.
         *
         * @param wait how long
         * @throws InterruptedException if this thread is interrupted
         */
        void sleep(Duration wait) throws InterruptedException;
    }

    /**
     * Collects the parts of a gateway. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final PayTabsClient client;
        private final CircuitBreakers breakers;
        private String name = "paytabs";
        private PageOptions page = PageOptions.DEFAULTS;
        private BreakerSettings breaker = BreakerSettings.gateway().build();
        private int attempts = 3;
        private @Nullable RetryBudget retries;
        private int callsPerMinute;
        private Duration backOff = Duration.ofMillis(250);
        private Duration deadline = Duration.ofSeconds(30);
        private LongSupplier ticker = System::nanoTime;
        private Sleeper sleeper = wait -> Thread.sleep(wait.toMillis(), wait.toNanosPart() % 1_000_000);
        private RandomGenerator random = new SharedRandom();

        private Builder(PayTabsClient client, CircuitBreakers breakers) {
            this.client = Objects.requireNonNull(client, "client");
            this.breakers = Objects.requireNonNull(breakers, "breakers");
        }

        /**
         * The gateway's name, as breakers, metrics and events show it; {@code paytabs} by default. Several profiles in
         * one process need a name each.
         *
         * @param gatewayName 1 to 64 characters
         * @return this
         * @throws InvalidInputException if the name is of another form
         */
        public Builder name(String gatewayName) {
            this.name = Limits.text("name", gatewayName, 1, 64);
            return this;
        }

        /**
         * How the hosted page looks and what it offers, for every payment of this gateway: payment methods, language, theme, life.
         * PayTabs' own defaults by default. With a longer life, give {@code PaymentTimings} a longer page life too.
         *
         * @param options the page
         * @return this
         */
        public Builder page(PageOptions options) {
            this.page = Objects.requireNonNull(options, "options");
            return this;
        }

        /**
         * How the two breakers judge; {@link BreakerSettings#gateway()} by default. Without a dependency of their own
         * they get the gateway's name for it.
         *
         * @param settings the settings of both
         * @return this
         */
        public Builder breaker(BreakerSettings settings) {
            this.breaker = Objects.requireNonNull(settings, "settings");
            return this;
        }

        /**
         * How often a call is attempted at most while no attempt has left; 3 by default.
         *
         * @param most 1 to 10
         * @return this
         * @throws InvalidInputException if the number is out of range
         */
        public Builder attempts(int most) {
            this.attempts = Limits.number("attempts", most, 1, 10);
            return this;
        }

        /**
         * How many further attempts all calls together may make, so that an outage is not answered with a multiple of the
         * load; by default a fifth of the calls of the last minute and ten more.
         *
         * @param budget may be shared with other gateways on the same host
         * @return this
         */
        public Builder retryBudget(RetryBudget budget) {
            this.retries = Objects.requireNonNull(budget, "budget");
            return this;
        }

        /**
         * How many calls, queries included, go out in any minute at most; no limit by default. What is over waits as long
         * as the deadline lets it and is then {@linkplain NotSent.Cause#THROTTLED not sent}. PayTabs publishes no limit;
         * 20 in a minute is what a related gateway tells its merchants.
         *
         * @param most 1 to 100000
         * @return this
         * @throws InvalidInputException if the number is out of range
         */
        public Builder callsPerMinute(int most) {
            this.callsPerMinute = Limits.number("callsPerMinute", most, 1, 100_000);
            return this;
        }

        /**
         * The wait before the second attempt, doubled before each further one and shortened by chance by up to a half;
         * 250 ms by default. A wait that the gateway asks for is kept in full.
         *
         * @param first 1 millisecond to 1 minute
         * @return this
         * @throws InvalidInputException if the wait is out of range
         */
        public Builder backOff(Duration first) {
            this.backOff = between("backOff", first, Duration.ofMillis(1), Duration.ofMinutes(1));
            return this;
        }

        /**
         * How long a call may take with all its attempts and waits; 30 s by default. To be shorter than the lease that
         * {@code Payments} gives to an attempt, which is a minute by default.
         *
         * @param longest 10 milliseconds to 10 minutes
         * @return this
         * @throws InvalidInputException if the time is out of range
         */
        public Builder deadline(Duration longest) {
            this.deadline = between("deadline", longest, Duration.ofMillis(10), Duration.ofMinutes(10));
            return this;
        }

        /**
         * What the deadline is measured with; {@link System#nanoTime()} by default.
         *
         * @param nanoTime gives nanoseconds from any fixed moment
         * @return this
         */
        public Builder ticker(LongSupplier nanoTime) {
            this.ticker = Objects.requireNonNull(nanoTime, "nanoTime");
            return this;
        }

        /**
         * What waits between two attempts; {@link Thread#sleep(long)} by default.
         *
         * @param waits the sleeper
         * @return this
         */
        public Builder sleeper(Sleeper waits) {
            this.sleeper = Objects.requireNonNull(waits, "waits");
            return this;
        }

        /**
         * Where the chance in a wait comes from; the thread's own generator by default.
         *
         * @param generator the source; must be safe for use by many threads if the gateway is used so
         * @return this
         */
        public Builder random(RandomGenerator generator) {
            this.random = Objects.requireNonNull(generator, "generator");
            return this;
        }

        /**
         * Makes the gateway and registers its two breakers.
         *
         * @return the gateway
         * @throws InvalidInputException if a breaker of that name is registered already
         */
        public PayTabsGateway build() {
            return new PayTabsGateway(this);
        }

        private static Duration between(String field, Duration value, Duration least, Duration most) {
            Objects.requireNonNull(value, field);
            if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
                throw new InvalidInputException(field, "is out of range", least + " to " + most);
            }
            return value;
        }
    }

    /** The generator of whatever thread asks. */
    private static final class SharedRandom implements RandomGenerator {
        @Override
        public long nextLong() {
            return ThreadLocalRandom.current().nextLong();
        }
    }
}
