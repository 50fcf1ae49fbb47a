package io.nestcms.sandbox;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of a payment and writes it down. One lock over all, the follow-ups included: two payers at one page
 * get one charge, two refunds at once cannot exceed the payment. That is what the rest of the sandbox is trusted for.
 */
final class Acquirer {
    private final Settings settings;
    private final Ledger ledger;
    private final References references;
    private final Faults faults;
    private final Consumer<Transaction> decided;

    /** @param decided told of each transaction that got a status, after it was written */
    Acquirer(Settings settings, Ledger ledger, References references, Faults faults, Consumer<Transaction> decided) {
        this.faults = faults;
        this.settings = settings;
        this.ledger = ledger;
        this.references = references;
        this.decided = decided;
    }

    /** A payment that waits for the payer. */
    synchronized Transaction open(Order order) {
        Instant now = now();
        int minutes = order.rest().path("paypage_ttl").asInt(0);
        Duration life = minutes > 0
                ? Duration.ofMinutes(minutes)
                : AsyncMethod.offered(order).isEmpty() ? settings.pageLife() : settings.asyncPageLife();
        Transaction opened = new Transaction(
                unusedRef(), null, order, references.secretName(), now, now.plus(life), null, null, null);
        ledger.put(opened);
        return opened;
    }

    /** The payer gave a card: decided at once, or waiting for the one-time password. */
    synchronized Transaction pay(Transaction at, Card card, BigDecimal total) {
        Transaction current = current(at).agreeing(total);
        if (!current.isOpen() || isClosed(current)) {
            return current;
        }
        if (card.challenge()) {
            Transaction waiting = current.challenged(card, now().plus(settings.challengeLife()));
            ledger.put(waiting);
            return waiting;
        }
        return answer(current, card, false);
    }

    /** What the card's issuer says, unless something else is planned. */
    private Transaction answer(Transaction t, Card card, boolean confirmed) {
        String code = decision(t.order().type(), card.code());
        return settle(t, Card.statusOf(code), code, card, confirmed);
    }

    private String decision(TranType type, String usual) {
        String planned = faults.takeDecision(type);
        return planned == null ? usual : planned;
    }

    /** The payer answered the challenge. */
    synchronized Transaction confirm(Transaction at, String password) {
        Transaction current = current(at);
        Card card = current.challenged();
        if (!current.isOpen() || card == null) {
            return current;
        }
        return password.equals(TestCards.OTP)
                ? answer(current, card, true)
                : settle(current, Status.D, "310", card, false);
    }

    synchronized Transaction cancel(Transaction at) {
        Transaction current = current(at);
        return current.isOpen() ? settle(current, Status.C, "321", current.challenged(), false) : current;
    }

    /** No page: a stored or typed-in card is charged at once, without a challenge. */
    synchronized Transaction charge(
            Order order, BigDecimal total, Card card, @Nullable String token, @Nullable String previous) {
        Transaction begun =
                new Transaction(unusedRef(), previous, order, null, now(), null, null, null, null).agreeing(total);
        String code = decision(order.type(), card.code());
        return write(begun.settled(result(begun, Card.statusOf(code), code, card, false, token)));
    }

    /** The payer chose to pay elsewhere: a reference now, the money later. */
    synchronized Transaction promise(Transaction at, AsyncMethod method) {
        Transaction current = current(at);
        if (!current.isOpen()) {
            return current;
        }
        Transaction promised = current.as(method.type(current.order().type()), now().plus(settings.asyncLife()));
        return settle(promised, Status.P, references.digits(12), method.card(), false);
    }

    /** The payer paid elsewhere: a sale of its own that follows the promise, or the same one where that is a sale already. */
    synchronized Transaction redeem(Transaction at) {
        Transaction promise = current(at);
        Result result = promise.result();
        if (result == null || !promise.isPromised()) {
            throw new IllegalArgumentException(at.ref() + " is not a pending payment request");
        }
        if (promise.order().type() != TranType.PAYMENT_REQUEST) {
            return settle(promise, Status.A, result.code(), result.card(), false);
        }
        if (ledger.followers(at.ref()).stream().anyMatch(t -> t.has(Status.A))) {
            throw new IllegalArgumentException(at.ref() + " is already paid");
        }
        ledger.put(promise.lasting());
        Transaction sale = new Transaction(
                unusedRef(), promise.ref(), promise.order().as(TranType.SALE), null, now(), null, null, null, null);
        return write(sale.settled(result(sale, Status.A, result.code(), result.card(), false, null)));
    }

    /** Decides from outside: what a bank, a fraud team or a kiosk would do later. */
    synchronized Transaction decide(Transaction at, Status status, String code) {
        Transaction current = current(at);
        Result result = current.result();
        if (current.has(Status.H) && ledger.sum(current.ref(), TranType.CAPTURE).signum() > 0) {
            throw new IllegalArgumentException(at.ref() + " is captured, so it is decided");
        }
        Card card = result == null ? current.challenged() : result.card();
        boolean elsewhere = card != null && card.isElsewhere();
        String told = result != null && elsewhere && status == Status.A && code.isEmpty() ? result.code() : code;
        return settle(current, status, told, card, result != null && result.confirmed());
    }

    /** A follow-up with its answer. */
    synchronized Transaction follow(Order order, Transaction original, Status status, String code) {
        Result paid = original.result();
        Card card = paid == null ? null : paid.card();
        Transaction begun = new Transaction(unusedRef(), original.ref(), order, null, now(), null, null, null, null);
        String told = status == Status.A ? decision(order.type(), code) : code;
        Status became = told.equals(code) ? status : Card.statusOf(told);
        return write(begun.settled(result(begun, became, told, card, false, null)));
    }

    /** The latest state, with the page closed when its time is over. */
    synchronized Transaction current(Transaction at) {
        Transaction latest = ledger.find(at.ref()).orElse(at);
        return latest.isExpiredAt(now()) && !isSilent(latest) ? expire(latest) : latest;
    }

    /** Closes every page whose time is over. */
    synchronized int expire() {
        List<Transaction> over = ledger.waiting().stream()
                .filter(t -> t.isExpiredAt(now()) && !isSilent(t))
                .toList();
        over.forEach(this::expire);
        return over.size();
    }

    private boolean isSilent(Transaction t) {
        return t.challenged() == null && settings.assumes(Assumption.EXPIRED_PAGES_STAY_SILENT);
    }

    /** Whether nobody can pay there any more. */
    boolean isClosed(Transaction t) {
        return t.isExpiredAt(now());
    }

    private Transaction expire(Transaction t) {
        // an unanswered challenge is found out by the gateway's own inquiry, and is a decline
        return t.challenged() == null
                ? settle(
                        t,
                        Status.X,
                        TestCards.EXPIRED,
                        t.result() == null ? null : t.result().card(),
                        false)
                : settle(t, Status.D, "345", t.challenged(), false);
    }

    private Transaction settle(Transaction t, Status status, String code, @Nullable Card card, boolean confirmed) {
        Result before = t.result();
        String token = before == null ? null : before.token();
        return write(t.settled(result(t, status, code, card, confirmed, token)));
    }

    private Transaction write(Transaction settled) {
        ledger.put(settled);
        decided.accept(settled);
        return settled;
    }

    private Result result(
            Transaction t, Status status, String code, @Nullable Card card, boolean confirmed, @Nullable String token) {
        boolean success = status == Status.A || status == Status.H;
        boolean elsewhere = card != null && card.isElsewhere();
        // paid elsewhere, the code stays the reference that the payer was given; of a card it is the issuer's
        String told = code.isEmpty() || (success && !elsewhere) ? replyCode(status) : code;
        boolean reachedTheAcquirer = success || status == Status.P;
        return new Result(
                status,
                told,
                message(status, told),
                !reachedTheAcquirer ? null : status == Status.P && elsewhere ? told : references.trace("TRAN0002"),
                now(),
                settings.shownTime(),
                t.due(),
                card,
                confirmed,
                token == null && success ? newToken(t.order()) : token,
                rrn(status, card),
                status == Status.X && elsewhere ? "Declined, Payment Order Expired" : null);
    }

    private static String message(Status status, String code) {
        return switch (status) {
            case A, H, P, V -> status.title();
            default -> TestCards.reason(code);
        };
    }

    /** Methods of other networks and live cards have one; PayTabs' test cards have none. */
    private @Nullable String rrn(Status status, @Nullable Card card) {
        boolean known = card != null && card.issuerName() != null;
        boolean given = status == Status.A || status == Status.H || status == Status.X;
        return known && given ? references.digits(18) : null;
    }

    private String replyCode(Status status) {
        return switch (status) {
            case A, H, V -> references.approval();
            case P -> "600";
            case C -> "321";
            case E -> "400";
            case D -> "300";
            case X -> TestCards.EXPIRED;
        };
    }

    private @Nullable String newToken(Order order) {
        int form = order.rest()
                .path("token_info")
                .path("tokenise")
                .asInt(order.rest().path("tokenise").asInt(1));
        if (form < 2 || order.type().isFollowUp()) {
            return null;
        }
        return switch (form) {
            case 3 -> references.secretName().substring(0, 20);
            case 4 -> references.digits(22);
            case 5 -> references.digits(16);
            default -> references.secretName();
        };
    }

    private Instant now() {
        return settings.clock().instant();
    }

    private String unusedRef() {
        String ref = references.transaction();
        while (ledger.find(ref).isPresent()) {
            ref = references.transaction();
        }
        return ref;
    }
}
