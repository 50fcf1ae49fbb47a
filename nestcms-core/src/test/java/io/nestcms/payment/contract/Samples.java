package io.nestcms.payment.contract;

import io.nestcms.money.Money;
import io.nestcms.payment.Attempt;
import io.nestcms.payment.CartId;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.Customer;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.FollowUpState;
import io.nestcms.payment.GatewayLink;
import io.nestcms.payment.HistoryEntry;
import io.nestcms.payment.IdempotencyClaim;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.MoneyMove;
import io.nestcms.payment.OutboxEntry;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentEvent;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.Revision;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.Watch;
import java.net.URI;
import java.time.Instant;
import java.util.List;
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
        return new Payment(
                new PaymentId(id),
                order,
                new IdempotencyClaim(new IdempotencyKey(scope, key), "f-" + id),
                PaymentStatus.CREATED,
                new GatewayLink(null, null, null, 0),
                List.of(),
                List.of(),
                List.of(),
                List.of(new HistoryEntry(createdAt, PaymentStatus.CREATED, "created", null)),
                new Watch(null, 0),
                new Revision(1, 1, createdAt, createdAt));
    }

    /** The next version of a payment, in another status and with everything that can be there. */
    public static Payment full(Payment before) {
        Instant now = before.revision().updatedAt().plusSeconds(1);
        PaymentOrder order = before.order();
        return new Payment(
                before.id(),
                new PaymentOrder(
                        order.cartId(),
                        order.amount(),
                        order.description(),
                        new Customer("تذاكر", "a@b.test", "+96512345678", "1 Street", "City", "KW"),
                        "contract-1",
                        ChargeMode.AUTHORIZE),
                before.claim(),
                PaymentStatus.CAPTURED,
                new GatewayLink(
                        new TransactionRef("TST1"),
                        URI.create("https://pay.example.test/page/1?x=y"),
                        new Attempt(2, now, now.plusSeconds(60)),
                        2),
                List.of(new MoneyMove(
                        new TransactionRef("TST2"), TransactionKind.CAPTURE, Money.parse("KWD 0.001"), now)),
                List.of(
                        new FollowUp(
                                new IdempotencyKey("shop", "capture-1"),
                                TransactionKind.CAPTURE,
                                Money.parse("KWD 0.001"),
                                new TransactionRef("TST1"),
                                FollowUpState.DONE,
                                new TransactionRef("TST2"),
                                now,
                                now.plusSeconds(60),
                                null),
                        new FollowUp(
                                new IdempotencyKey("shop", "capture-2"),
                                TransactionKind.CAPTURE,
                                Money.parse("KWD 1.000"),
                                new TransactionRef("TST1"),
                                FollowUpState.REFUSED,
                                null,
                                now,
                                now.plusSeconds(60),
                                "Limit exceeded")),
                List.of(new TransactionRef("TST9")),
                List.of(
                        before.history().get(0),
                        new HistoryEntry(now, PaymentStatus.CAPTURED, "captured", new TransactionRef("TST2"))),
                new Watch(now.plusSeconds(30), 3),
                new Revision(
                        before.revision().version() + 1,
                        before.revision().events() + 2,
                        before.revision().createdAt(),
                        now));
    }

    /** The next version of a payment with a time at which it is due. */
    public static Payment dueAt(Payment before, @Nullable Instant checkAt) {
        return new Payment(
                before.id(),
                before.order(),
                before.claim(),
                before.status(),
                before.gateway(),
                before.moves(),
                before.followUps(),
                before.disputed(),
                before.history(),
                new Watch(checkAt, before.watch().checks() + 1),
                new Revision(
                        before.revision().version() + 1,
                        before.revision().events(),
                        before.revision().createdAt(),
                        before.revision().updatedAt().plusMillis(1)));
    }

    /** Fresh outbox entries of a payment, numbered from the given one. */
    public static List<OutboxEntry> entries(Payment payment, long first, int count) {
        return java.util.stream.LongStream.range(first, first + count)
                .mapToObj(number -> new OutboxEntry(
                        payment.id() + "/" + number,
                        number,
                        new PaymentEvent.PaymentStatusChanged(
                                payment.id(), NOON.plusSeconds(number), PaymentStatus.CREATED, PaymentStatus.INITIATED),
                        0,
                        null))
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
                new PaymentEvent.PaymentStatusChanged(id, NOON, PaymentStatus.CREATED, PaymentStatus.UNKNOWN));
    }

    /** Entries around the given events. */
    public static List<OutboxEntry> entriesOf(List<PaymentEvent> events) {
        return java.util.stream.IntStream.range(0, events.size())
                .mapToObj(number -> new OutboxEntry(
                        events.get(number).paymentId() + "/" + (number + 1), number + 1L, events.get(number), 0, null))
                .toList();
    }
}
