package io.nestcms.payment.contract;

import io.nestcms.money.Money;
import io.nestcms.payment.Attempt;
import io.nestcms.payment.AttemptState;
import io.nestcms.payment.CardPlan;
import io.nestcms.payment.CardToken;
import io.nestcms.payment.CartId;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.Customer;
import io.nestcms.payment.Decision;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.FollowUpState;
import io.nestcms.payment.HistoryEntry;
import io.nestcms.payment.IdempotencyClaim;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.LedgerEntry;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentMethod;
import io.nestcms.payment.PaymentOptions;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.Resolution;
import io.nestcms.payment.Revision;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.Watch;
import io.nestcms.payment.store.EventContent;
import io.nestcms.payment.store.OutboxBatch;
import io.nestcms.payment.store.OutboxEntry;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Payments and events for the contract tests. */
public final class Samples {
    /** The moment at which the samples were made. */
    public static final Instant NOON = Instant.parse("2026-11-22T12:00:00.123456Z");

    private Samples() {}

    /** A new payment, all of whose names derive from one. */
    public static Payment payment(String name) {
        return payment(name, "shop", "key-" + name, "cart-" + name, NOON);
    }

    /** A new payment. */
    public static Payment payment(String id, String scope, String key, String cart, Instant createdAt) {
        PaymentOrder order = PaymentOrder.sale(
                new CartId(cart),
                Money.parse("KWD 250.000"),
                "Two tickets",
                new Customer("Huda Salem", "huda@example.test", null, null, "Kuwait City", "KW"));
        return Payment.created(
                new PaymentId(id), order, new IdempotencyClaim(new IdempotencyKey(scope, key), "f-" + id), createdAt);
    }

    /** An order with every wish there is. */
    public static PaymentOrder wishes(PaymentOrder order) {
        Money part = Money.parse("KWD 0.100");
        return PaymentOrder.builder(order.cartId(), order.amount())
                .description(order.description())
                .customer(order.customer())
                .contract("contract-1")
                .mode(ChargeMode.AUTHORIZE)
                .payer("payer.1")
                .language(Locale.forLanguageTag("ar-KW"))
                .methods("knet", "-amex")
                .discount(new PaymentOptions.Discount("4111,5200", part, null, "Ten percent"))
                .discount(new PaymentOptions.Discount("400000", null, new BigDecimal("12.50"), "An eighth"))
                .donation(part, order.amount())
                .cardFilter("4,5", "Cards")
                .metadata("order.line$1", "مقعد")
                .metadata("b", "2")
                .shipping(new Customer("Omar Salem", "omar@example.test", "+96512345678", "2 Street", "Hawally", "KW"))
                .saveCard(CardPlan.builder(CardPlan.Kind.RECURRING_FIXED)
                        .times(12)
                        .every(CardPlan.Frequency.MONTHLY, 27)
                        .amounts(part, order.amount())
                        .days(LocalDate.of(2026, 11, 22), LocalDate.of(2027, 11, 21))
                        .build())
                .build();
    }

    /** Every way to pay. */
    public static List<PaymentMethod> methods() {
        CardToken token = new CardToken("2C4652BC67A3EA30C6B591FE658B7B9B");
        return List.of(
                PaymentMethod.hostedPage(),
                PaymentMethod.link(Duration.ofDays(7)),
                PaymentMethod.savedCard(token),
                new PaymentMethod.StoredCard(token, PaymentMethod.Use.RECURRING, new TransactionRef("TST1")),
                PaymentMethod.unscheduled(token),
                new PaymentMethod.TelephoneOrder(),
                new PaymentMethod.OwnForm(),
                new PaymentMethod.ManagedForm(),
                new PaymentMethod.Wallet(PaymentMethod.WalletKind.APPLE_PAY),
                new PaymentMethod.Wallet(PaymentMethod.WalletKind.SAMSUNG_PAY),
                new PaymentMethod.PassThrough(PaymentMethod.PassThroughKind.GOOGLE_PAY),
                new PaymentMethod.PassThrough(PaymentMethod.PassThroughKind.SADAD));
    }

    /** The payment for another order. */
    public static Payment of(PaymentOrder order, Payment like) {
        return Payment.created(like.id(), order, like.claim(), like.revision().createdAt());
    }

    /** The next version of a payment, in another status and with everything that can be there. */
    public static Payment full(Payment before) {
        Instant now = before.revision().updatedAt().plusSeconds(1);
        PaymentOrder order = before.order();
        Money part = Money.parse("KWD 0.001");
        TransactionRef hold = new TransactionRef("TST1");
        TransactionRef capture = new TransactionRef("TST2");
        CartId second = CartId.ofAttempt(before.id(), 2);
        return Payment.builder(
                        before.id(),
                        new PaymentOrder(
                                order.cartId(),
                                order.amount(),
                                order.description(),
                                new Customer("تذاكر", "a@b.test", "+96512345678", "1 Street", "City", "KW"),
                                "contract-1",
                                ChargeMode.AUTHORIZE),
                        before.claim())
                .attempts(List.of(
                        new Attempt(
                                1,
                                order.cartId(),
                                null,
                                AttemptState.REFUSED,
                                1,
                                now,
                                now.plusSeconds(60),
                                now.plusSeconds(1),
                                null,
                                null,
                                order.amount(),
                                order.amount(),
                                "Limit exceeded"),
                        new Attempt(
                                2,
                                second,
                                new IdempotencyKey("shop", "again"),
                                AttemptState.ANSWERED,
                                2,
                                now,
                                now.plusSeconds(60),
                                null,
                                hold,
                                URI.create("https://pay.example.test/page/1?x=y"),
                                Money.parse("KWD 1.000"),
                                order.amount(),
                                null)))
                .followUps(List.of(
                        new FollowUp(
                                new IdempotencyKey("shop", "capture-1"),
                                CartId.ofFollowUp(before.id(), 1),
                                TransactionKind.CAPTURE,
                                part,
                                hold,
                                FollowUpState.DONE,
                                capture,
                                now,
                                now.plusSeconds(60),
                                now.plusSeconds(2),
                                false,
                                null),
                        new FollowUp(
                                new IdempotencyKey("shop", "capture-2"),
                                CartId.ofFollowUp(before.id(), 2),
                                TransactionKind.CAPTURE,
                                Money.parse("KWD 1.000"),
                                hold,
                                FollowUpState.REFUSED,
                                null,
                                now,
                                now.plusSeconds(60),
                                null,
                                false,
                                "Limit exceeded"),
                        new FollowUp(
                                new IdempotencyKey("shop", "capture-3"),
                                CartId.ofFollowUp(before.id(), 3),
                                TransactionKind.CAPTURE,
                                Money.parse("KWD 2.000"),
                                hold,
                                FollowUpState.UNKNOWN,
                                null,
                                now,
                                now.plusSeconds(60),
                                null,
                                true,
                                null)))
                .entries(List.of(
                        entry(hold, null, TransactionKind.AUTHORIZATION, second, order.amount(), now),
                        entry(capture, hold, TransactionKind.CAPTURE, CartId.ofFollowUp(before.id(), 1), part, now),
                        new LedgerEntry(
                                new TransactionRef("TST9"),
                                null,
                                TransactionKind.SALE,
                                TransactionKind.AUTHORIZATION,
                                TransactionState.DECLINED,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                now,
                                now)))
                .decisions(List.of(
                        new Decision(new Resolution.Keep(new TransactionRef("TST9")), "Amal", now),
                        new Decision(new Resolution.AcceptAsPaid(new TransactionRef("TST9")), "Amal", now),
                        new Decision(new Resolution.GiveBack(new TransactionRef("TST9")), "Amal", now),
                        new Decision(new Resolution.WasDone(CartId.ofFollowUp(before.id(), 1), capture), "Amal", now),
                        new Decision(new Resolution.WasNotDone(CartId.ofFollowUp(before.id(), 2)), "Amal", now),
                        new Decision(new Resolution.TookNothing(order.cartId()), "Amal", now)))
                .history(List.of(
                        before.history().get(0), new HistoryEntry(now, PaymentStatus.CAPTURED, "captured", capture)))
                .watch(new Watch(now.plusSeconds(30), 3, true))
                .revision(new Revision(
                        before.revision().version() + 1,
                        before.revision().events() + 2,
                        before.revision().createdAt(),
                        now))
                .build();
    }

    /** A transaction that moved money. */
    public static LedgerEntry entry(
            TransactionRef ref,
            @Nullable TransactionRef parent,
            TransactionKind kind,
            @Nullable CartId cart,
            Money amount,
            Instant at) {
        return new LedgerEntry(
                ref,
                parent,
                null,
                kind,
                TransactionState.APPROVED,
                cart,
                amount,
                amount,
                "G1",
                "Authorised",
                at.minusSeconds(1),
                at,
                at);
    }

    /** A transaction that the gateway approved, of a cart that it does not name. */
    public static LedgerEntry approved(String ref, TransactionKind kind, Money amount, Instant at) {
        return new LedgerEntry(
                new TransactionRef(ref),
                null,
                null,
                kind,
                TransactionState.APPROVED,
                null,
                amount,
                amount,
                null,
                null,
                at,
                at,
                at);
    }

    /** The next version of a payment, in which the gateway has shown these transactions and no others. */
    public static Payment shown(Payment before, LedgerEntry... entries) {
        return next(before).entries(List.of(entries)).build();
    }

    /** The next version of a payment, with a transaction that differs from the order: a person must decide. */
    public static Payment mismatched(Payment before) {
        return shown(before, approved("TST7", TransactionKind.SALE, Money.parse("KWD 1.000"), NOON));
    }

    /** The next version of a payment, in the slow lane, with a time at which it is due there. */
    public static Payment slowlyDueAt(Payment before, @Nullable Instant checkAt) {
        return next(before)
                .watch(new Watch(checkAt, before.watch().checks() + 1, true))
                .build();
    }

    /** The next version of a payment with a time at which it is due. */
    public static Payment dueAt(Payment before, @Nullable Instant checkAt) {
        return next(before)
                .watch(Watch.at(checkAt, before.watch().checks() + 1))
                .build();
    }

    /** The next version of a payment, begun. */
    public static Payment.Builder next(Payment before) {
        return before.toBuilder()
                .revision(new Revision(
                        before.revision().version() + 1,
                        before.revision().events(),
                        before.revision().createdAt(),
                        before.revision().updatedAt().plusMillis(1)));
    }

    /** Fresh outbox entries of a payment, numbered from the given one. */
    public static List<OutboxEntry> entries(Payment payment, long first, int count) {
        return java.util.stream.LongStream.range(first, first + count)
                .mapToObj(number -> OutboxEntry.of(
                        new PaymentEvent.PaymentStatusChanged(
                                payment.id(), NOON.plusSeconds(number), PaymentStatus.CREATED, PaymentStatus.INITIATED),
                        number))
                .toList();
    }

    /** One event of every kind. */
    public static List<PaymentEvent> everyEvent(PaymentId id) {
        TransactionRef ref = new TransactionRef("TST2632602000417");
        Money money = Money.parse("KWD 250.001");
        return List.of(
                new PaymentEvent.PaymentCreated(id, NOON, new CartId("cart-" + id), money),
                new PaymentEvent.PaymentInitiated(id, NOON, ref),
                new PaymentEvent.PaymentProcessing(id, NOON, ref),
                new PaymentEvent.PaymentAuthorized(id, NOON, ref, money),
                new PaymentEvent.PaymentSucceeded(id, NOON, new CartId("cart-" + id), ref, money),
                new PaymentEvent.PaymentFailed(id, NOON, ref, "316", "Insufficient funds"),
                new PaymentEvent.PaymentFailed(id, NOON, null, null, "refused"),
                new PaymentEvent.PaymentTimedOut(id, NOON, ref),
                new PaymentEvent.PaymentTimedOut(id, NOON, null),
                new PaymentEvent.PaymentCancelled(id, NOON, ref),
                new PaymentEvent.PaymentOutcomeUnknown(id, NOON),
                new PaymentEvent.PaymentCaptured(id, NOON, ref, money),
                new PaymentEvent.PaymentVoided(id, NOON, ref),
                new PaymentEvent.PaymentReleased(id, NOON, ref, money),
                new PaymentEvent.PaymentRefunded(id, NOON, ref, money, money),
                new PaymentEvent.PaymentChargedAgain(id, NOON, ref, money),
                new PaymentEvent.PaymentMismatch(id, NOON, ref, "amount"),
                new PaymentEvent.PaymentRetried(id, NOON, 2, CartId.ofAttempt(id, 2)),
                new PaymentEvent.FollowUpRefused(
                        id, NOON, CartId.ofFollowUp(id, 1), TransactionKind.REFUND, money, "Unable to refund"),
                new PaymentEvent.FollowUpUndecided(id, NOON, CartId.ofFollowUp(id, 1), TransactionKind.REFUND, money),
                new PaymentEvent.PaymentResolved(id, NOON, new Resolution.AcceptAsPaid(ref), "Amal"),
                new PaymentEvent.PaymentResolved(id, NOON, new Resolution.GiveBack(ref), "Amal"),
                new PaymentEvent.PaymentResolved(id, NOON, new Resolution.Keep(ref), "Amal"),
                new PaymentEvent.PaymentResolved(
                        id, NOON, new Resolution.WasDone(CartId.ofFollowUp(id, 1), ref), "Amal"),
                new PaymentEvent.PaymentResolved(id, NOON, new Resolution.WasNotDone(CartId.ofFollowUp(id, 1)), "Amal"),
                new PaymentEvent.PaymentResolved(id, NOON, new Resolution.TookNothing(CartId.ofAttempt(id, 2)), "Amal"),
                new PaymentEvent.PaymentOverdue(id, NOON, PaymentStatus.PROCESSING, NOON),
                new PaymentEvent.PaymentStatusChanged(id, NOON, PaymentStatus.CREATED, PaymentStatus.UNKNOWN));
    }

    /** The events of a claim, all of which can be read. */
    public static List<PaymentEvent> events(OutboxBatch batch) {
        return batch.entries().stream()
                .map(it -> ((EventContent.Known) it.content()).event())
                .toList();
    }

    /** Entries around the given events. */
    public static List<OutboxEntry> entriesOf(List<PaymentEvent> events) {
        return java.util.stream.IntStream.range(0, events.size())
                .mapToObj(number -> OutboxEntry.of(events.get(number), number + 1L))
                .toList();
    }
}
