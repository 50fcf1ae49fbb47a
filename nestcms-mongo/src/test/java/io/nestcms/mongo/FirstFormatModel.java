package io.nestcms.mongo;

import io.nestcms.payment.FollowUpState;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionState;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.bson.Document;
import org.bson.types.Decimal128;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which the code of the first format moved a payment, and the document that it wrote: makes any record that there
 * can be of it. Amounts are in whole dinars.
 */
final class FirstFormatModel {
    static final int AMOUNT = 250;
    private static final long START = 1_764_072_000_000_000_000L;
    private static final Set<PaymentStatus> OPEN =
            EnumSet.of(PaymentStatus.CREATED, PaymentStatus.INITIATED, PaymentStatus.PROCESSING, PaymentStatus.UNKNOWN);
    private static final Set<PaymentStatus> LATE =
            EnumSet.of(PaymentStatus.FAILED, PaymentStatus.EXPIRED, PaymentStatus.CANCELLED);
    private static final Set<PaymentStatus> PAID =
            EnumSet.of(PaymentStatus.SUCCEEDED, PaymentStatus.CAPTURED, PaymentStatus.PARTIALLY_REFUNDED);

    record Move(String ref, TransactionKind kind, int amount) {}

    final boolean holds;
    private final List<Move> moves = new ArrayList<>();
    final List<Document> followUps = new ArrayList<>();
    final List<String> disputed = new ArrayList<>();
    private final List<Document> history = new ArrayList<>();
    private final List<Document> stored = new ArrayList<>();
    private final Random random;
    PaymentStatus status = PaymentStatus.CREATED;
    /** The transaction that led to the present status. */
    @Nullable String cause;

    @Nullable String linked;

    private @Nullable Document call;
    private @Nullable String page;
    private int attempts;
    private int refs;
    private long now = START;

    FirstFormatModel(Random random) {
        this.random = random;
        this.holds = random.nextBoolean();
        note("created", null);
    }

    void step() {
        now += 1_000_000_000L * (1 + random.nextInt(1_000));
        switch (random.nextInt(12)) {
            case 0, 1 -> send();
            case 2 -> page();
            case 3 -> lost();
            case 4 -> gone();
            case 5, 6, 7 -> payment();
            case 8, 9 -> followUp();
            case 10 -> ask();
            default -> disputed.add(newRef());
        }
    }

    private String newRef() {
        return "TST" + ++refs;
    }

    private void send() {
        if (status == PaymentStatus.CREATED && call == null) {
            attempts++;
            call = new Document("number", attempts)
                    .append("startedAt", now)
                    .append("leaseUntil", now + 60_000_000_000L);
        }
    }

    private void page() {
        if (call != null && (status == PaymentStatus.CREATED || status == PaymentStatus.UNKNOWN)) {
            linked = newRef();
            page = random.nextBoolean() ? "https://pay.example.test/" + linked : null;
            call = null;
            move(PaymentStatus.INITIATED, "page ready", linked);
        }
    }

    private void lost() {
        if (status == PaymentStatus.CREATED && call != null) {
            move(PaymentStatus.UNKNOWN, "no answer that settles", null);
        }
    }

    /** What ends a call or a page without a transaction. */
    private void gone() {
        if (status == PaymentStatus.UNKNOWN && random.nextBoolean()) {
            call = null;
            move(PaymentStatus.CREATED, "the gateway took nothing", null);
        } else if (status == PaymentStatus.INITIATED) {
            move(PaymentStatus.EXPIRED, "the payer never paid", linked);
        } else if (call != null && OPEN.contains(status)) {
            call = null;
            move(PaymentStatus.FAILED, "refused by the gateway", null);
        }
    }

    private void payment() {
        String ref = linked != null && random.nextInt(4) > 0 ? linked : newRef();
        TransactionState[] states = TransactionState.values();
        TransactionState state =
                random.nextBoolean() ? TransactionState.APPROVED : states[random.nextInt(states.length)];
        TransactionKind kind = holds
                ? TransactionKind.AUTHORIZATION
                : random.nextInt(8) == 0 ? TransactionKind.PAYMENT_REQUEST : TransactionKind.SALE;
        switch (state) {
            case APPROVED -> approved(ref, kind);
            case PENDING, ON_HOLD -> {
                if (OPEN.contains(status) && status != PaymentStatus.PROCESSING) {
                    link(PaymentStatus.PROCESSING, state == TransactionState.ON_HOLD ? "on hold" : "pending", ref);
                }
            }
            case DECLINED, ERROR -> {
                if (OPEN.contains(status)) {
                    link(
                            PaymentStatus.FAILED,
                            state == TransactionState.ERROR ? "error at the gateway" : "declined",
                            ref);
                }
            }
            case EXPIRED -> {
                if (OPEN.contains(status) || status == PaymentStatus.AUTHORIZED) {
                    link(PaymentStatus.EXPIRED, "expired at the gateway", ref);
                }
            }
            case CANCELLED -> {
                if (OPEN.contains(status)) {
                    link(PaymentStatus.CANCELLED, "cancelled by the payer", ref);
                }
            }
            case VOIDED -> {
                if (mayBeVoided()) {
                    link(PaymentStatus.VOIDED, "voided", ref);
                }
            }
            default -> {
                // said nothing
            }
        }
    }

    private boolean mayBeVoided() {
        return OPEN.contains(status) || status == PaymentStatus.AUTHORIZED || status == PaymentStatus.SUCCEEDED;
    }

    private void approved(String ref, TransactionKind kind) {
        if (moves.stream().anyMatch(move -> move.ref.equals(ref) && move.kind == kind)) {
            return;
        }
        if (moves.stream().anyMatch(move -> move.kind.isPayment())) {
            add(ref, kind, AMOUNT);
        } else if (OPEN.contains(status) || LATE.contains(status)) {
            link(
                    kind == TransactionKind.AUTHORIZATION ? PaymentStatus.AUTHORIZED : PaymentStatus.SUCCEEDED,
                    "approved",
                    ref);
            add(ref, kind, AMOUNT);
        }
    }

    private void followUp() {
        TransactionKind kind = List.of(
                        TransactionKind.CAPTURE, TransactionKind.VOID, TransactionKind.RELEASE, TransactionKind.REFUND)
                .get(random.nextInt(4));
        int amount = random.nextBoolean() ? AMOUNT : 1 + random.nextInt(AMOUNT);
        String ref = newRef();
        switch (kind) {
            case CAPTURE -> {
                add(ref, kind, amount);
                if (status == PaymentStatus.AUTHORIZED) {
                    move(PaymentStatus.CAPTURED, "captured", ref);
                }
            }
            case VOID -> {
                if (mayBeVoided()) {
                    move(PaymentStatus.VOIDED, "voided", ref);
                }
                add(ref, kind, amount);
            }
            case REFUND -> {
                int total = sum(TransactionKind.REFUND) + amount;
                add(ref, kind, amount);
                if (PAID.contains(status)) {
                    boolean all = total >= taken();
                    if (all || status != PaymentStatus.PARTIALLY_REFUNDED) {
                        move(
                                all ? PaymentStatus.REFUNDED : PaymentStatus.PARTIALLY_REFUNDED,
                                all ? "refunded" : "refunded in part",
                                ref);
                    }
                }
            }
            default -> add(ref, kind, amount);
        }
    }

    /** A follow-up that was asked for here; where it was done, its money has moved. */
    private void ask() {
        List<Move> origins = moves.stream()
                .filter(it -> it.kind.isPayment() || it.kind == TransactionKind.CAPTURE)
                .toList();
        if (origins.isEmpty()) {
            return;
        }
        Move origin = origins.get(random.nextInt(origins.size()));
        FollowUpState state = FollowUpState.values()[random.nextInt(FollowUpState.values().length)];
        boolean hold = origin.kind == TransactionKind.AUTHORIZATION;
        TransactionKind kind = hold ? TransactionKind.CAPTURE : TransactionKind.REFUND;
        Document followUp = new Document("scope", "shop")
                .append("key", "k" + followUps.size())
                .append("kind", kind.name())
                .append("amount", money(origin.amount))
                .append("of", origin.ref)
                .append("state", state.name())
                .append("startedAt", now)
                .append("leaseUntil", now + 60_000_000_000L);
        if (state == FollowUpState.DONE) {
            String ref = newRef();
            followUp.append("ref", ref);
            add(ref, kind, origin.amount);
            if (hold && status == PaymentStatus.AUTHORIZED) {
                move(PaymentStatus.CAPTURED, "captured", ref);
            } else if (!hold && PAID.contains(status)) {
                boolean all = sum(TransactionKind.REFUND) >= taken();
                if (all || status != PaymentStatus.PARTIALLY_REFUNDED) {
                    move(all ? PaymentStatus.REFUNDED : PaymentStatus.PARTIALLY_REFUNDED, "refunded", ref);
                }
            }
        } else if (state == FollowUpState.PENDING) {
            followUp.append("ref", newRef());
        } else if (state == FollowUpState.REFUSED) {
            followUp.append("reason", "no");
        }
        followUps.add(followUp);
    }

    private void add(String ref, TransactionKind kind, int amount) {
        moves.add(new Move(ref, kind, amount));
        stored.add(new Document("ref", ref)
                .append("kind", kind.name())
                .append("amount", money(amount))
                .append("recordedAt", now)
                .append("month", 202511));
    }

    private void link(PaymentStatus next, String why, String ref) {
        linked = ref;
        call = null;
        move(next, why, ref);
    }

    private void move(PaymentStatus next, String why, @Nullable String ref) {
        status = next;
        note(why, ref);
    }

    private void note(String why, @Nullable String ref) {
        cause = ref;
        Document entry = new Document("at", now).append("status", status.name()).append("why", why);
        history.add(ref == null ? entry : entry.append("tranRef", ref));
    }

    private int sum(TransactionKind kind) {
        return moves.stream()
                .filter(move -> move.kind == kind)
                .mapToInt(Move::amount)
                .sum();
    }

    /** As the old code added up. */
    private int taken() {
        return sum(TransactionKind.SALE) + sum(TransactionKind.PAYMENT_REQUEST) + sum(TransactionKind.CAPTURE);
    }

    /** The moves, of each reference the first: the old code counted one that was told under two names twice. */
    List<Move> transactions() {
        Map<String, Move> first = new LinkedHashMap<>();
        moves.forEach(move -> first.putIfAbsent(move.ref, move));
        return List.copyOf(first.values());
    }

    private static Document money(int dinars) {
        return new Document("amount", new Decimal128(new BigDecimal(dinars).setScale(3))).append("currency", "KWD");
    }

    Document document(String id) {
        Document gateway = new Document("attempts", attempts);
        EventDocuments.put(gateway, "ref", linked);
        EventDocuments.put(gateway, "page", page);
        EventDocuments.put(gateway, "attempt", call);
        return new Document("status", status.name())
                .append("cartId", "cart-" + id)
                .append("scope", "shop")
                .append("key", "key-" + id)
                .append("fingerprint", "f")
                .append(
                        "order",
                        new Document("amount", money(AMOUNT))
                                .append("description", "Two tickets")
                                .append("mode", holds ? "AUTHORIZE" : "SALE")
                                .append("customer", new Document("name", "Huda").append("email", "h@example.test")))
                .append("gateway", gateway)
                .append("moves", stored)
                .append("followUps", followUps)
                .append("disputed", disputed)
                .append("history", history)
                .append("checks", 0)
                .append("version", (long) history.size())
                .append("events", 1L)
                .append("createdAt", START)
                .append("updatedAt", now)
                .append("_id", id)
                .append("v", 1)
                .append("outbox", List.of())
                .append("outboxLease", PaymentDocuments.free())
                .append("buried", List.of());
    }
}
