package io.nestcms.payment.service;

import io.nestcms.failure.NestCmsException;
import io.nestcms.payment.CardOnFile;
import io.nestcms.payment.CardPlan;
import io.nestcms.payment.CardToken;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentMethod;
import io.nestcms.payment.PaymentOptions;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentRefusal;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.SavedCard;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.gateway.CardUse;
import io.nestcms.payment.gateway.GatewayOutcome;
import io.nestcms.payment.gateway.PaymentGateway;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.payment.store.SavedCardStore;
import java.time.Clock;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The cards that payers have let us save: listed, asked about, deleted, and charged within what was agreed. {@link Payments} asks it before each charge of a
 * saved card ({@link Payments.Builder#savedCards}): what is deleted, expired or outside the plan is refused with its reason,
 * and no call is made.
 *
 * <p>A card becomes known through {@link #hear}, with the payment that it was saved with; or through {@link #adopt}, when it was
 * saved elsewhere.
 *
 * <p>Safe for use by many threads, and by many nodes on one store. A broken store's unchecked exceptions pass through.
 *
 * @since 0.1
 */
public final class SavedCards {
    private static final int ROUNDS = 64;
    private static final int MOST_LISTED = 100;
    /** Payments of one card that are not over; more are refused until some are. */
    private static final int MOST_OPEN = 64;

    private final PaymentGateway gateway;
    private final PaymentStore payments;
    private final SavedCardStore store;
    private final Clock clock;

    private SavedCards(PaymentGateway gateway, PaymentStore payments, SavedCardStore store, Clock clock) {
        this.gateway = Objects.requireNonNull(gateway, "gateway");
        this.payments = Objects.requireNonNull(payments, "payments");
        this.store = Objects.requireNonNull(store, "store");
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    /**
     * Saved cards by the clock of the system.
     *
     * @param gateway where they are saved
     * @param payments where payments are kept
     * @param store where cards are kept
     * @return the service
     */
    public static SavedCards of(PaymentGateway gateway, PaymentStore payments, SavedCardStore store) {
        return of(gateway, payments, store, Clock.systemUTC());
    }

    /**
     * Saved cards by another clock.
     *
     * @param gateway where they are saved
     * @param payments where payments are kept
     * @param store where cards are kept
     * @param clock tells the day, by UTC
     * @return the service
     */
    public static SavedCards of(PaymentGateway gateway, PaymentStore payments, SavedCardStore store, Clock clock) {
        return new SavedCards(gateway, payments, store, clock);
    }

    /**
     * Learns of a card from the payment that it was saved with. Subscribe it to {@link PaymentEvent}s; repeatable, in any order.
     *
     * @param event any event of a payment; what is no approval of an order that wished a card to be saved is passed over
     * @throws NestCmsException if the gateway could not be asked, so that the event is delivered again
     */
    public void hear(PaymentEvent event) {
        TransactionRef ref = event instanceof PaymentEvent.PaymentSucceeded paid
                ? paid.tranRef()
                : event instanceof PaymentEvent.PaymentAuthorized held ? held.tranRef() : null;
        if (ref == null) {
            return;
        }
        Payment payment = payments.find(event.paymentId()).orElse(null);
        PaymentOptions.Saving saving =
                payment == null ? null : payment.order().options().saving();
        if (payment == null || saving == null) {
            return;
        }
        CardOnFile card = gateway.findByReference(ref)
                .fold(
                        accepted -> Optional.ofNullable(accepted.value().card()),
                        rejected -> Optional.<CardOnFile>empty(),
                        notSent -> {
                            throw new NestCmsException(
                                    "the gateway could not be asked for the card of " + payment.id());
                        },
                        indeterminate -> {
                            throw new NestCmsException("the gateway did not tell of the card of " + payment.id());
                        })
                .orElse(null);
        if (card != null) {
            store.insert(SavedCard.saved(
                    card, payment.order().options().payer(), saving.plan(), payment.id(), ref, clock.instant()));
        }
    }

    /**
     * Makes a card known that was saved elsewhere: alone, in an older system, at the gateway's own pages. Repeatable; one that is known stays as it is.
     *
     * @param token the gateway's name for it
     * @param payer the merchant's name for whose it is, or {@code null}
     * @param plan what was agreed, or {@code null}
     * @return the card as it is kept; or how the gateway's answer fell short
     */
    public GatewayOutcome<SavedCard> adopt(CardToken token, @Nullable String payer, @Nullable CardPlan plan) {
        Optional<SavedCard> known = store.find(token);
        if (known.isPresent()) {
            return new GatewayOutcome.Accepted<>(known.get());
        }
        return gateway.findCard(token)
                .fold(
                        accepted -> {
                            store.insert(SavedCard.saved(accepted.value(), payer, plan, null, null, clock.instant()));
                            return new GatewayOutcome.Accepted<>(
                                    store.find(token).orElseThrow());
                        },
                        rejected -> new GatewayOutcome.Rejected<>(rejected.rejection()),
                        notSent -> new GatewayOutcome.NotSent<>(notSent.cause(), notSent.retryAfter()),
                        indeterminate -> new GatewayOutcome.Indeterminate<>(indeterminate.detail()));
    }

    /**
     * The cards of a payer that were not deleted.
     *
     * @param payer the merchant's name for who pays, as the order gave it
     * @return newest first; at most 100
     */
    public List<SavedCard> list(String payer) {
        return store.list(Objects.requireNonNull(payer, "payer"), MOST_LISTED);
    }

    /**
     * The card as we keep it.
     *
     * @param token the gateway's name for it
     * @return the card, also when it was deleted; or empty
     */
    public Optional<SavedCard> find(CardToken token) {
        return store.find(token);
    }

    /**
     * What the gateway tells of a card now. Repeatable.
     *
     * @param token the gateway's name for it
     * @return the outcome
     */
    public GatewayOutcome<CardOnFile> query(CardToken token) {
        return gateway.findCard(token);
    }

    /**
     * Deletes a card: from the moment this is called it is charged no more, whatever the gateway answers. Past payments stay. Repeatable until the gateway
     * has confirmed.
     *
     * @param token the gateway's name for it
     * @return true when the gateway has forgotten it; false when that is still to be confirmed, and the same call is to be made again; empty when there is no such card
     */
    public Optional<Boolean> delete(CardToken token) {
        Optional<SavedCard> known = update(token, it -> it.isDeleted() ? it : it.deleted(clock.instant(), false));
        if (known.isEmpty()) {
            return Optional.empty();
        }
        if (known.get().forgotten()) {
            return Optional.of(true);
        }
        boolean forgotten = gateway.forgetCard(token)
                .fold(
                        accepted -> true,
                        // one that it does not know (any more) it has forgotten
                        rejected -> true,
                        notSent -> false,
                        indeterminate -> false);
        if (forgotten) {
            update(token, it -> it.forgotten() ? it : it.deleted(clock.instant(), true));
        }
        return Optional.of(forgotten);
    }

    /** The latest version, changed; the change gives the same again where there is nothing to do. */
    private Optional<SavedCard> update(CardToken token, UnaryOperator<SavedCard> change) {
        for (int round = 0; round < ROUNDS; round++) {
            SavedCard latest = store.find(token).orElse(null);
            if (latest == null) {
                return Optional.empty();
            }
            SavedCard next = change.apply(latest);
            if (next.equals(latest) || store.replace(next)) {
                return Optional.of(next);
            }
        }
        throw new NestCmsException(
                "a saved card was changed " + ROUNDS + " times by others while one change was tried");
    }

    // ---- before a charge

    /** What may be charged now: the use of the card, or why not. */
    record Claim(@Nullable CardUse use, @Nullable PaymentRefusal refusal) {}

    /**
     * Claims a charge of the card for the payment. Repeatable: a payment claims one, however often it is tried. A payment that ended without money
     * gives its claim back by itself.
     */
    Claim claim(PaymentId id, PaymentOrder order, PaymentMethod.StoredCard method) {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        for (int round = 0; round < ROUNDS; round++) {
            SavedCard card = store.find(method.token()).orElse(null);
            if (card == null) {
                return new Claim(null, PaymentRefusal.CARD_UNKNOWN);
            }
            Uses uses = uses(card, id);
            PaymentRefusal refusal = refusal(card, order, method, uses, today);
            if (refusal != null) {
                return new Claim(null, refusal);
            }
            Map<PaymentId, LocalDate> open = new LinkedHashMap<>(uses.open());
            open.put(id, today);
            SavedCard next = card.with(uses.over(), uses.overDay(), open);
            if (store.replace(next)) {
                // the payment that saved the card was the first
                return new Claim(new CardUse(1 + uses.over() + open.size(), card.plan()), null);
            }
        }
        throw new NestCmsException("a saved card was claimed " + ROUNDS + " times by others meanwhile");
    }

    /** The other payments of a card: how many took money, the latest day, and which may still. */
    private record Uses(
            int over,
            @Nullable LocalDate overDay,
            Map<PaymentId, LocalDate> open,
            @Nullable LocalDate latest) {}

    private Uses uses(SavedCard card, PaymentId but) {
        int over = card.charged();
        LocalDate overDay = card.lastDay();
        Map<PaymentId, LocalDate> open = new LinkedHashMap<>();
        LocalDate latest = overDay;
        for (Map.Entry<PaymentId, LocalDate> claim : card.claims().entrySet()) {
            if (claim.getKey().equals(but)) {
                continue;
            }
            PaymentStatus status =
                    payments.find(claim.getKey()).map(Payment::status).orElse(PaymentStatus.FAILED);
            switch (status) {
                case SUCCEEDED, AUTHORIZED, CAPTURED, VOIDED, PARTIALLY_REFUNDED, REFUNDED -> {
                    over++;
                    overDay = later(overDay, claim.getValue());
                    latest = later(latest, claim.getValue());
                }
                case FAILED, EXPIRED, CANCELLED -> {
                    // took nothing: what was agreed is not used up
                }
                case CREATED, INITIATED, PROCESSING, UNKNOWN -> {
                    open.put(claim.getKey(), claim.getValue());
                    latest = later(latest, claim.getValue());
                }
            }
        }
        return new Uses(over, overDay, open, latest);
    }

    private static LocalDate later(@Nullable LocalDate one, LocalDate other) {
        return one == null || other.isAfter(one) ? other : one;
    }

    private static @Nullable PaymentRefusal refusal(
            SavedCard card, PaymentOrder order, PaymentMethod.StoredCard method, Uses uses, LocalDate today) {
        String payer = order.options().payer();
        if (payer != null && card.payer() != null && !payer.equals(card.payer())) {
            return PaymentRefusal.CARD_UNKNOWN;
        }
        if (card.isDeleted()) {
            return PaymentRefusal.CARD_DELETED;
        }
        YearMonth expiry = card.card().expiry();
        if (expiry != null && YearMonth.from(today).isAfter(expiry)) {
            return PaymentRefusal.CARD_EXPIRED;
        }
        if (uses.open().size() >= MOST_OPEN) {
            return PaymentRefusal.TOO_MANY;
        }
        return card.plan() == null ? null : outside(card.plan(), order, method, uses, today);
    }

    private static @Nullable PaymentRefusal outside(
            CardPlan plan, PaymentOrder order, PaymentMethod.StoredCard method, Uses uses, LocalDate today) {
        if (!fits(plan.kind(), method.use())) {
            return PaymentRefusal.PLAN_OTHER_USE;
        }
        if (plan.times() > 0 && 1 + uses.over() + uses.open().size() >= plan.times()) {
            return PaymentRefusal.PLAN_SPENT;
        }
        if ((plan.first() != null && today.isBefore(plan.first()))
                || (plan.last() != null && today.isAfter(plan.last()))) {
            return PaymentRefusal.PLAN_OUT_OF_DATES;
        }
        if (uses.latest() != null && today.isBefore(uses.latest().plusDays(plan.leastDaysBetween()))) {
            return PaymentRefusal.PLAN_TOO_SOON;
        }
        boolean within = plan.least() == null
                || plan.most() == null
                || (plan.least().currency().equals(order.amount().currency())
                        && plan.least().compareTo(order.amount()) <= 0
                        && order.amount().compareTo(plan.most()) <= 0);
        return within ? null : PaymentRefusal.PLAN_OUT_OF_AMOUNTS;
    }

    /** The payer, who is there, may choose any card; without the payer only what was agreed goes. */
    private static boolean fits(CardPlan.Kind kind, PaymentMethod.Use use) {
        return switch (use) {
            case PAYER_PRESENT -> true;
            case UNSCHEDULED -> kind == CardPlan.Kind.UNSCHEDULED;
            case RECURRING -> kind == CardPlan.Kind.RECURRING_FIXED || kind == CardPlan.Kind.RECURRING_VARIABLE;
        };
    }
}
