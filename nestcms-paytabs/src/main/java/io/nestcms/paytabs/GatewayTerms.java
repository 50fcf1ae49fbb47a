package io.nestcms.paytabs;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import io.nestcms.payment.CardOnFile;
import io.nestcms.payment.CardPlan;
import io.nestcms.payment.CardToken;
import io.nestcms.payment.CartId;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.Customer;
import io.nestcms.payment.PaymentMethod;
import io.nestcms.payment.PaymentOptions;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentSecret;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.gateway.CardUse;
import io.nestcms.payment.gateway.GatewayCharge;
import io.nestcms.payment.gateway.GatewayFollowUp;
import io.nestcms.payment.gateway.GatewayOutcome;
import io.nestcms.payment.gateway.GatewayTransaction;
import io.nestcms.payment.gateway.Initiation;
import io.nestcms.payment.gateway.Rejection;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Between the core's terms and PayTabs'. */
final class GatewayTerms {
    private GatewayTerms() {}

    /**
     * The order as PayTabs takes it.
     *
     * @param page how the hosted page is to be
     * @param format what the name of a saved card looks like
     * @throws InvalidInputException if PayTabs cannot take it
     */
    static ChargeRequest request(GatewayCharge charge, PageOptions page, TokenFormat format) {
        PaymentOrder order = charge.order();
        ChargeRequest.Type type = order.mode() == ChargeMode.SALE ? ChargeRequest.Type.SALE : ChargeRequest.Type.AUTH;
        ChargeRequest.Builder request = ChargeRequest.builder(
                        type, charge.cartId(), order.amount(), order.description())
                .customer(contact(order.customer()))
                .page(page(order, page));
        way(request, charge);
        wishes(request, order.options(), format);
        return request.build();
    }

    /** The page of the gateway with what the order wishes; where the call itself takes the money there is none to choose on. */
    static PageOptions page(PaymentOrder order, PageOptions page) {
        PageOptions chosen = (order.method().isDirect() ? page.withoutChoice() : page).with(order.options());
        Duration life = order.method().pageLife();
        return life == null ? chosen : chosen.living(life);
    }

    private static void way(ChargeRequest.Builder request, GatewayCharge charge) {
        PaymentMethod method = charge.order().method();
        if (!method.takes(charge.secret())) {
            throw new InvalidInputException("method", "has not what it needs", "the secret that its kind takes");
        }
        if (method instanceof PaymentMethod.StoredCard card) {
            boolean present = card.use() == PaymentMethod.Use.PAYER_PRESENT;
            request.source(
                    new PaymentSource.SavedCard(card.token().value(), card.first(), present, use(card, charge.use())));
        } else if (method instanceof PaymentMethod.Wallet wallet) {
            request.source(new PaymentSource.Wallet(
                    kind(wallet.kind()),
                    secret(charge, PaymentSecret.WalletToken.class).json()));
        } else if (method instanceof PaymentMethod.TelephoneOrder) {
            request.source(new PaymentSource.TelephoneOrder(card(secret(charge, PaymentSecret.Card.class))));
        } else if (method instanceof PaymentMethod.OwnForm) {
            request.source(new PaymentSource.OwnForm(card(secret(charge, PaymentSecret.Card.class))));
        } else if (method instanceof PaymentMethod.ManagedForm) {
            request.source(new PaymentSource.ManagedForm(
                    secret(charge, PaymentSecret.FormToken.class).value()));
        } else if (method instanceof PaymentMethod.PassThrough) {
            secret(charge, PaymentSecret.Fields.class).json().forEach(request::other);
        }
    }

    /** That it is there and of the kind, the method has checked. */
    private static <S extends PaymentSecret> S secret(GatewayCharge charge, Class<S> kind) {
        return kind.cast(Objects.requireNonNull(charge.secret(), "secret"));
    }

    /** What was agreed when the card was saved; without a plan only who starts the payment is known. */
    private static PaymentSource.@Nullable TokenUse use(PaymentMethod.StoredCard card, @Nullable CardUse use) {
        if (use == null) {
            return null;
        }
        CardPlan plan = use.plan();
        if (plan != null) {
            return new PaymentSource.TokenUse(TokenPlan.Type.valueOf(plan.kind().name()), use.number());
        }
        return switch (card.use()) {
            case PAYER_PRESENT -> new PaymentSource.TokenUse(TokenPlan.Type.REGISTERED, use.number());
            case UNSCHEDULED -> new PaymentSource.TokenUse(TokenPlan.Type.UNSCHEDULED, use.number());
            case RECURRING -> null;
        };
    }

    private static PaymentSource.Wallet.Kind kind(PaymentMethod.WalletKind kind) {
        return switch (kind) {
            case APPLE_PAY -> PaymentSource.Wallet.Kind.APPLE_PAY;
            case SAMSUNG_PAY -> PaymentSource.Wallet.Kind.SAMSUNG_PAY;
        };
    }

    private static CardDetails card(PaymentSecret.Card card) {
        return new CardDetails(card.number(), card.expiryMonth(), card.expiryYear(), card.securityCode());
    }

    private static void wishes(ChargeRequest.Builder request, PaymentOptions options, TokenFormat format) {
        if (options.payer() != null) {
            request.customerRef(options.payer());
        }
        if (options.shipping() != null) {
            request.shipping(contact(options.shipping()));
        }
        int number = 0;
        for (String value : options.metadata().values()) {
            request.userDefined(++number, value);
        }
        PaymentOptions.Saving saving = options.saving();
        if (saving == null) {
            return;
        }
        CardPlan plan = saving.plan();
        if (plan == null) {
            request.tokenise(format);
        } else {
            request.tokenPlan(plan(plan, format));
        }
    }

    private static TokenPlan plan(CardPlan plan, TokenFormat format) {
        TokenPlan.Builder terms =
                TokenPlan.builder(TokenPlan.Type.valueOf(plan.kind().name()), format);
        if (plan.times() > 0) {
            terms.count(1, plan.times());
        }
        CardPlan.Frequency often = plan.frequency();
        if (often != null) {
            terms.frequency(TokenPlan.Frequency.valueOf(often.name()), plan.leastDaysBetween());
        }
        if (plan.least() != null && plan.most() != null) {
            terms.amounts(plan.least(), plan.most());
        }
        if (plan.first() != null && plan.last() != null) {
            terms.dates(plan.first(), plan.last());
        }
        return terms.build();
    }

    /**
     * The follow-up as PayTabs takes it, under a cart of its own.
     *
     * @throws InvalidInputException if PayTabs cannot take it
     */
    static FollowUpRequest request(GatewayFollowUp asked) {
        CartId cart = asked.cartId();
        String description = asked.order().description();
        return switch (asked.kind()) {
            case CAPTURE -> FollowUpRequest.capture(asked.of(), cart, asked.amount(), description);
            case VOID -> FollowUpRequest.voiding(asked.of(), cart, asked.amount(), description);
            case REFUND -> FollowUpRequest.refund(asked.of(), cart, asked.amount(), description);
            default -> throw new IllegalArgumentException(asked.kind() + " is not asked for by the core");
        };
    }

    /**
     * The customer, without the parts that PayTabs would refuse: nobody is kept from paying for a name of three letters,
     * and the hosted page asks for what is missing.
     */
    private static PayTabsContact contact(Customer customer) {
        return new PayTabsContact(
                fitting(customer.name(), 4, 128),
                customer.email(),
                fitting(customer.phone(), 4, 32),
                fitting(customer.street(), 4, 128),
                fitting(customer.city(), 2, 128),
                null,
                customer.country(),
                null,
                null);
    }

    private static @Nullable String fitting(@Nullable String value, int min, int max) {
        return Limits.fits(value, min, max) ? value : null;
    }

    /**
     * What PayTabs made of an order.
     *
     * @throws UnreadableReplyException if the answer speaks of another cart
     */
    static Initiation initiation(ChargeReply reply, CartId asked) {
        checkCart(reply.transaction(), asked);
        return reply.fold(
                // a page beside a result: what was taken already needs no payer any more
                page -> page.transaction().state() == TransactionState.APPROVED
                        ? new Initiation.Completed(transaction(page.transaction()))
                        : new Initiation.HostedPage(page.transaction().ref(), page.page()),
                completed -> new Initiation.Completed(transaction(completed.transaction())));
    }

    /** The transactions of a cart's answer. One that cannot be read hides no other: it goes along as what it is. */
    static List<GatewayTransaction> transactions(CartTransactions all, CartId asked) {
        return Stream.concat(
                        all.transactions().stream().map(GatewayTerms::transaction),
                        all.unreadable().stream().map(it -> unreadable(it, asked)))
                .toList();
    }

    /** Without a name of its own it gets the same one each time, from where it stands. */
    private static GatewayTransaction unreadable(CartTransactions.Unreadable entry, CartId asked) {
        TransactionRef ref = Objects.requireNonNullElseGet(
                entry.ref(), () -> new TransactionRef("unreadable-" + Integer.toHexString(asked.hashCode())));
        return new GatewayTransaction(
                ref,
                null,
                null,
                TransactionKind.UNRECOGNISED,
                TransactionState.UNRECOGNISED,
                asked,
                null,
                null,
                null,
                entry.problem(),
                null);
    }

    static Rejection rejection(PayTabsError error) {
        return new Rejection(error.code(), error.message(), error.trace());
    }

    static GatewayOutcome.NotSent.Cause cause(PayTabsOutcome.NotSent.Cause cause) {
        return switch (cause) {
            case CIRCUIT_OPEN -> GatewayOutcome.NotSent.Cause.CIRCUIT_OPEN;
            case NO_CONNECTION -> GatewayOutcome.NotSent.Cause.NO_CONNECTION;
            case THROTTLED -> GatewayOutcome.NotSent.Cause.THROTTLED;
            case OUT_OF_TIME -> GatewayOutcome.NotSent.Cause.OUT_OF_TIME;
        };
    }

    static GatewayOutcome.NotSent.Cause cause(PayTabsOutcome.Misconfigured.Setting setting) {
        return switch (setting) {
            case PROFILE -> GatewayOutcome.NotSent.Cause.MISCONFIGURED;
            case CURRENCY -> GatewayOutcome.NotSent.Cause.CURRENCY_NOT_CONFIGURED;
        };
    }

    private static void checkCart(PayTabsTransaction reply, CartId asked) {
        Optional<String> cart = reply.cartId();
        if (cart.isPresent() && !cart.get().equals(asked.value())) {
            throw new UnreadableReplyException("cart_id is another one's");
        }
    }

    /** A transaction in the core's terms. */
    static GatewayTransaction transaction(PayTabsTransaction paid) {
        PayTabsTransaction.@Nullable PaymentResult result = paid.result().orElse(null);
        return new GatewayTransaction(
                paid.ref(),
                paid.previousRef().orElse(null),
                paid.originalType().map(TransactionType::kind).orElse(null),
                paid.kind(),
                paid.state(),
                paid.cartId().flatMap(GatewayTerms::cart).orElse(null),
                paid.cartAmount().orElse(null),
                charged(paid),
                result == null ? null : result.code(),
                result == null ? null : result.message(),
                result == null ? null : result.at(),
                paid.token()
                        .flatMap(token -> card(token, paid.instrument().orElse(null)))
                        .orElse(null));
    }

    /** A saved card; a token that is none by its form is none. */
    static Optional<CardOnFile> card(String token, PayTabsTransaction.@Nullable PaymentInstrument instrument) {
        try {
            CardToken name = new CardToken(token);
            return Optional.of(
                    instrument == null
                            ? new CardOnFile(name, null, null, null)
                            : new CardOnFile(
                                    name, instrument.description(), instrument.cardScheme(), instrument.expiry()));
        } catch (InvalidInputException unfit) {
            return Optional.empty();
        }
    }

    /** PayTabs gives a total for what was declined, too; money moved, is held or is to come, only on these. */
    private static @Nullable Money charged(PayTabsTransaction paid) {
        return switch (paid.state()) {
            case APPROVED, ON_HOLD, PENDING, VOIDED -> paid.total().orElse(null);
            case OPEN, ERROR, DECLINED, EXPIRED, CANCELLED, UNANSWERED, UNRECOGNISED -> null;
        };
    }

    /** One that no cart of ours could be is none: what was made elsewhere may be under any name. */
    static Optional<CartId> cart(String value) {
        try {
            return Optional.of(new CartId(value));
        } catch (InvalidInputException unfit) {
            return Optional.empty();
        }
    }
}
