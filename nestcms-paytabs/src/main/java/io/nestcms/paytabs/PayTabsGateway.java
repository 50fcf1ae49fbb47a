package io.nestcms.paytabs;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.payment.CardOnFile;
import io.nestcms.payment.CardToken;
import io.nestcms.payment.CartId;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.gateway.Allowance;
import io.nestcms.payment.gateway.GatewayCharge;
import io.nestcms.payment.gateway.GatewayFollowUp;
import io.nestcms.payment.gateway.GatewayOutcome;
import io.nestcms.payment.gateway.GatewayOutcome.NotSent;
import io.nestcms.payment.gateway.GatewayTransaction;
import io.nestcms.payment.gateway.Initiation;
import io.nestcms.payment.gateway.PaymentGateway;
import io.nestcms.payment.gateway.Rejection;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.Protection;
import io.nestcms.resilience.RetryBudget;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * PayTabs as the core sees it. Each call stands behind a circuit breaker and under one deadline for all its attempts; only
 * what provably never left is tried again; whatever may have arrived is {@link GatewayOutcome.Indeterminate} and is left to
 * queries.
 *
 * <p>New payments, queries and all other calls of the client have a breaker each, of one dependency. A query settles what is unknown, so it must get
 * through while {@code payment/request} fails; and a query that works must not let payments back in before one of theirs
 * has worked.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class PayTabsGateway implements PaymentGateway {
    private final PayTabsClient client;
    private final PageOptions page;
    private final TokenFormat tokens;

    private PayTabsGateway(Builder builder) {
        this.client = builder.client.behind(builder.guard.build(builder.breakers));
        this.page = builder.page;
        this.tokens = builder.tokens;
    }

    /**
     * Begins a gateway.
     *
     * @param client whose calls are made, behind a guard of the gateway's own; stays the caller's to close
     * @param breakers where the three breakers are registered, under the gateway's {@linkplain Builder#name(String) name}
     *     and the name with {@code -query} and {@code -other} behind it
     * @return a builder
     */
    public static Builder builder(PayTabsClient client, CircuitBreakers breakers) {
        return new Builder(client, breakers);
    }

    /** The client that makes the calls, behind this gateway's guard. */
    PayTabsClient client() {
        return client;
    }

    @Override
    public String name() {
        return client.guard().name();
    }

    /**
     * {@inheritDoc} Speaks of new payments; queries may get through all the same. A "no" counts as a rejection: the breaker
     * tells of the outage, because the caller then makes no call that it could reject.
     */
    @Override
    public Optional<Duration> unavailableFor() {
        return client.guard().breaker(Api.Lane.PAYMENTS).retryAfter();
    }

    @Override
    public Optional<Duration> queriesUnavailableFor() {
        return client.guard().breaker(Api.Lane.QUERIES).retryAfter();
    }

    @Override
    public String profile() {
        return name() + "/" + client.profileId();
    }

    /** {@inheritDoc} By the discounts and the donation of the {@linkplain Builder#page page} and of the order. */
    @Override
    public Allowance allowance(PaymentOrder order) {
        return GatewayTerms.page(order, page).allowance(order.amount());
    }

    /**
     * {@inheritDoc} An order that is outside PayTabs' limits is rejected without a call, with the code {@code
     * invalid_input}.
     */
    @Override
    public GatewayOutcome<Initiation> initiate(GatewayCharge charge) {
        ChargeRequest request;
        try {
            request = GatewayTerms.request(charge, page, tokens);
        } catch (InvalidInputException unfit) {
            return refused(unfit);
        }
        PayTabsCall<ChargeReply> call = client.charge(request);
        Duration within = charge.within();
        return mapped(
                within == null ? call.execute() : call.execute(within),
                reply -> GatewayTerms.initiation(reply, charge.cartId()));
    }

    /**
     * {@inheritDoc} A follow-up outside PayTabs' limits is rejected without a call, as for {@link #initiate}.
     */
    @Override
    public GatewayOutcome<GatewayTransaction> followUp(GatewayFollowUp followUp) {
        FollowUpRequest request;
        try {
            request = GatewayTerms.request(followUp);
        } catch (InvalidInputException unfit) {
            return refused(unfit);
        }
        return mapped(client.followUp(request).execute(), GatewayTerms::transaction);
    }

    private static <T> GatewayOutcome<T> refused(InvalidInputException unfit) {
        return new GatewayOutcome.Rejected<>(
                new Rejection("invalid_input", Objects.requireNonNull(unfit.getMessage()), null));
    }

    @Override
    public GatewayOutcome<List<GatewayTransaction>> findByCart(CartId cartId) {
        return mapped(client.transactions(cartId).execute(), all -> GatewayTerms.transactions(all, cartId));
    }

    @Override
    public GatewayOutcome<GatewayTransaction> findByReference(TransactionRef ref) {
        return mapped(client.transaction(ref).execute(), GatewayTerms::transaction);
    }

    @Override
    public GatewayOutcome<CardOnFile> findCard(CardToken token) {
        return mapped(
                client.token(token.value()).execute(),
                found -> GatewayTerms.card(token.value(), found.instrument()).orElseThrow());
    }

    @Override
    public GatewayOutcome<CardToken> forgetCard(CardToken token) {
        return mapped(client.deleteToken(token.value()).execute(), done -> token);
    }

    private static <T, R> GatewayOutcome<R> mapped(PayTabsOutcome<T> outcome, Function<T, R> terms) {
        return outcome.fold(
                accepted -> {
                    try {
                        return new GatewayOutcome.Accepted<>(terms.apply(accepted.value()));
                    } catch (UnreadableReplyException unreadable) {
                        return new GatewayOutcome.Indeterminate<>(
                                "an answer that cannot be read: " + unreadable.getMessage());
                    }
                },
                rejected -> new GatewayOutcome.Rejected<>(GatewayTerms.rejection(rejected.error())),
                misconfigured -> new NotSent<>(GatewayTerms.cause(misconfigured.setting()), null),
                notSent -> new NotSent<>(GatewayTerms.cause(notSent.cause()), notSent.retryAfter()),
                indeterminate -> new GatewayOutcome.Indeterminate<>(indeterminate.detail()));
    }

    /**
     * Collects the parts of a gateway. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final PayTabsClient client;
        private final CircuitBreakers breakers;
        private final Guard.Settings guard = new Guard.Settings();
        private PageOptions page = PageOptions.DEFAULTS;
        private TokenFormat tokens = TokenFormat.HEX_32;

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
            guard.name = Limits.text("name", gatewayName, 1, 64);
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
         * What the name of a saved card looks like; {@link TokenFormat#HEX_32} by default.
         *
         * @param format of those that are asked for from now on; not {@link TokenFormat#NONE}
         * @return this
         * @throws InvalidInputException if the format is none
         */
        public Builder tokenFormat(TokenFormat format) {
            if (format == TokenFormat.NONE) {
                throw new InvalidInputException("tokenise", "is none", "a format that makes a token");
            }
            this.tokens = Objects.requireNonNull(format, "format");
            return this;
        }

        /**
         * How the three breakers judge; {@link BreakerSettings#gateway()} by default. Without a dependency of their own
         * they get the gateway's name for it.
         *
         * @param settings the settings of all
         * @return this
         */
        public Builder breaker(BreakerSettings settings) {
            guard.breaker = Objects.requireNonNull(settings, "settings");
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
            guard.attempts = Limits.number("attempts", most, 1, 10);
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
            guard.retries = Objects.requireNonNull(budget, "budget");
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
            guard.callsPerMinute = Limits.number("callsPerMinute", most, 1, 100_000);
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
            guard.backOff = between("backOff", first, Duration.ofMillis(1), Duration.ofMinutes(1));
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
            guard.deadline = between("deadline", longest, Duration.ofMillis(10), Duration.ofMinutes(10));
            return this;
        }

        /**
         * What the deadline is measured with; {@link System#nanoTime()} by default.
         *
         * @param nanoTime gives nanoseconds from any fixed moment
         * @return this
         */
        public Builder ticker(LongSupplier nanoTime) {
            guard.ticker = Objects.requireNonNull(nanoTime, "nanoTime");
            return this;
        }

        /**
         * What waits between two attempts; the calling thread sleeps by default. A test passes one that only moves its clock.
         *
         * @param waits the pause
         * @return this
         */
        public Builder pause(Protection.Pause waits) {
            guard.pause = Objects.requireNonNull(waits, "waits");
            return this;
        }

        /**
         * Where the chance in a wait comes from; the thread's own generator by default.
         *
         * @param generator the source; must be safe for use by many threads if the gateway is used so
         * @return this
         */
        public Builder random(RandomGenerator generator) {
            guard.random = Objects.requireNonNull(generator, "generator");
            return this;
        }

        /**
         * Makes the gateway and registers its three breakers.
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
}
