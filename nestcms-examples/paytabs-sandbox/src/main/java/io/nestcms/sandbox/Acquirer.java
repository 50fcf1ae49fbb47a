package io.nestcms.sandbox;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of a payment and writes it down. One lock over all: two payers at one page get one charge, which is
 * what the rest of the sandbox is trusted for.
 */
final class Acquirer {
    private final Settings settings;
    private final Ledger ledger;
    private final References references;
    private final Consumer<Transaction> decided;

    /** @param decided told of each transaction that got a status, after it was written */
    Acquirer(Settings settings, Ledger ledger, References references, Consumer<Transaction> decided) {
        this.settings = settings;
        this.ledger = ledger;
        this.references = references;
        this.decided = decided;
    }

    /** A payment that waits for the payer. */
    synchronized Transaction open(Order order) {
        Instant now = settings.clock().instant();
        int minutes = order.rest().path("paypage_ttl").asInt(0);
        Duration life = minutes > 0 ? Duration.ofMinutes(minutes) : settings.pageLife();
        Transaction opened =
                new Transaction(unusedRef(), null, order, references.secretName(), now, now.plus(life), null, null);
        ledger.put(opened);
        return opened;
    }

    /** The payer gave a card: decided at once, or waiting for the one-time password. */
    synchronized Transaction pay(Transaction at, Card card) {
        Transaction current = current(at);
        if (!current.isOpen()) {
            return current;
        }
        if (card.challenge()) {
            Transaction waiting = current.challenged(card);
            ledger.put(waiting);
            return waiting;
        }
        return settle(current, card.answer(), card.code(), card, false);
    }

    /** The payer answered the challenge. */
    synchronized Transaction confirm(Transaction at, String password) {
        Transaction current = current(at);
        Card card = current.challenged();
        if (!current.isOpen() || card == null) {
            return current;
        }
        return password.equals(TestCards.OTP)
                ? settle(current, card.answer(), card.code(), card, true)
                : settle(current, Status.D, "310", card, false);
    }

    synchronized Transaction cancel(Transaction at) {
        Transaction current = current(at);
        return current.isOpen() ? settle(current, Status.C, "321", current.challenged(), false) : current;
    }

    /** Decides from outside: what a bank, a fraud team or a kiosk would do later. */
    synchronized Transaction decide(Transaction at, Status status, String code) {
        Transaction current = current(at);
        Result result = current.result();
        Card card = result == null ? current.challenged() : result.card();
        return settle(current, status, code, card, result != null && result.confirmed());
    }

    /** The latest state, with the page closed when its time is over. */
    synchronized Transaction current(Transaction at) {
        Transaction latest = ledger.find(at.ref()).orElse(at);
        return latest.isExpiredAt(settings.clock().instant())
                ? settle(latest, Status.X, "", latest.challenged(), false)
                : latest;
    }

    private Transaction settle(Transaction t, Status status, String code, @Nullable Card card, boolean confirmed) {
        boolean success = status == Status.A || status == Status.H;
        String reply = success || code.isEmpty() ? replyCode(status) : code;
        String message = success || code.isEmpty() ? status.title() : TestCards.reason(code);
        Result result = new Result(
                status,
                reply,
                message,
                references.trace("TRAN0002"),
                settings.clock().instant(),
                t.order().amount(),
                card,
                confirmed,
                token(t.order(), success));
        Transaction settled = t.settled(result);
        ledger.put(settled);
        decided.accept(settled);
        return settled;
    }

    private String replyCode(Status status) {
        return switch (status) {
            case A, H, V -> references.approval();
            case P -> "600";
            case C -> "321";
            case E -> "400";
            case D -> "300";
            case X -> "345";
        };
    }

    private @Nullable String token(Order order, boolean success) {
        int form = order.rest().path("tokenise").asInt(1);
        if (!success || form < 2) {
            return null;
        }
        return switch (form) {
            case 3 -> references.secretName().substring(0, 20);
            case 4 -> references.digits(22);
            case 5 -> references.digits(16);
            default -> references.secretName();
        };
    }

    private String unusedRef() {
        String ref = references.transaction();
        while (ledger.find(ref).isPresent()) {
            ref = references.transaction();
        }
        return ref;
    }
}
