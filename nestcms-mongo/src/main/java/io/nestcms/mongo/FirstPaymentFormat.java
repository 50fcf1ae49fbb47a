package io.nestcms.mongo;

import static io.nestcms.mongo.EventDocuments.put;

import io.nestcms.payment.AttemptState;
import io.nestcms.payment.CartId;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.FollowUpState;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * Turns payments of the first format into the second. The first kept a status, the gateway's latest reference and the moves of
 * money; the second keeps each transaction and derives the status. What the old record does not say is not made up: a transaction
 * gets a parent only where there is one that it can be of, and where the old status is not what the moves add up to, the moves
 * stand. {@code docs/rationale/mongo.md} has the cases.
 */
final class FirstPaymentFormat {
    /** Only documents of the first format have it, and all of them have. */
    static final String MARK = "gateway.attempts";

    private static final Set<TransactionKind> ROOTS =
            Set.of(TransactionKind.SALE, TransactionKind.AUTHORIZATION, TransactionKind.PAYMENT_REQUEST);

    /** When a call ended from which no time may be counted. */
    private static final long NEVER = Times.nanos(Instant.parse("2200-01-01T00:00:00Z"));

    private final Document document;
    private final Stored stored;
    private final PaymentStatus status;
    private final Document amount;
    private final TransactionKind asked;
    private final @Nullable String linked;
    /** The entry of the history that led to the present status. */
    private final long since;

    private final @Nullable String cause;
    private final String why;
    private final Map<String, Document> entries = new LinkedHashMap<>();

    private FirstPaymentFormat(Document document) {
        this.document = document;
        this.stored = Stored.of(document, PaymentDocuments.COLLECTION);
        this.status = stored.constant("status", PaymentStatus.class);
        this.amount = stored.sub("order").document("amount");
        this.asked = stored.sub("order").constant("mode", ChargeMode.class) == ChargeMode.AUTHORIZE
                ? TransactionKind.AUTHORIZATION
                : TransactionKind.SALE;
        this.linked = stored.sub("gateway").textOrNull("ref");
        List<Stored> history = stored.list("history", entry -> entry);
        Stored last = history.isEmpty() ? null : history.get(history.size() - 1);
        this.since = last == null ? stored.number("updatedAt") : last.number("at");
        this.cause = last == null ? null : last.textOrNull("tranRef");
        this.why = last == null ? "" : last.text("why");
    }

    /** The document in the second format; one that is in it already, or a part of one, stays as it is. */
    static Document upgraded(Document document) {
        return document.get("gateway") instanceof Document && document.containsKey("followUps")
                ? new FirstPaymentFormat(document).upgraded()
                : document;
    }

    private Document upgraded() {
        List<Document> followUps = followUps();
        for (Stored move : stored.list("moves", move -> move)) {
            // one reference is one transaction, under whichever names it was told
            entries.putIfAbsent(move.text("ref"), entry(move));
        }
        Document attempt = attempt();
        end(attempt);
        entries.values().forEach(entry -> put(entry, "parent", parent(entry, followUps)));
        for (String ref : stored.texts("disputed", ref -> ref)) {
            // nothing is kept of it but that it differs
            Document unclear = new Document("ref", ref)
                    .append("kind", TransactionKind.UNRECOGNISED.name())
                    .append("state", TransactionState.UNRECOGNISED.name())
                    .append("seenAt", stored.number("updatedAt"))
                    .append("changedAt", stored.number("updatedAt"));
            entries.putIfAbsent(ref, unclear);
        }
        document.remove("gateway");
        document.remove("disputed");
        return document.append("attempts", List.of(attempt))
                .append("entries", new ArrayList<>(entries.values()))
                .append("followUps", followUps)
                .append("decisions", List.of());
    }

    private Document entry(Stored move) {
        TransactionKind kind = move.constant("kind", TransactionKind.class);
        long at = move.number("recordedAt");
        Document entry = new Document("ref", move.text("ref"))
                .append("kind", kind.name())
                .append("state", TransactionState.APPROVED.name())
                .append("requested", move.document("amount"))
                .append("moved", move.document("amount"))
                .append("at", at)
                .append("seenAt", at)
                .append("changedAt", at);
        return ROOTS.contains(kind) ? entry.append("cartId", stored.text("cartId")) : entry;
    }

    /** The one attempt there was: the first format sent the same cart again. */
    private Document attempt() {
        Stored gateway = stored.sub("gateway");
        Stored call = gateway.subOrNull("attempt");
        Document attempt = new Document("number", 1)
                .append("cartId", stored.text("cartId"))
                .append("state", state(call != null).name())
                .append("sends", gateway.integer("attempts"))
                .append("startedAt", call == null ? since : call.number("startedAt"))
                .append("least", amount)
                .append("most", amount);
        put(attempt, "leaseUntil", call == null ? null : call.number("leaseUntil"));
        put(attempt, "page", gateway.textOrNull("page"));
        return put(attempt, "ref", linked);
    }

    private AttemptState state(boolean announced) {
        return switch (status) {
            case CREATED -> announced ? AttemptState.SENDING : AttemptState.READY;
            case UNKNOWN -> AttemptState.UNKNOWN;
            case INITIATED -> AttemptState.OPEN;
            case PROCESSING -> linked == null ? AttemptState.UNKNOWN : AttemptState.ANSWERED;
            case FAILED -> cause == null ? AttemptState.REFUSED : AttemptState.ANSWERED;
            case EXPIRED -> isLapsed() ? AttemptState.LAPSED : AttemptState.ANSWERED;
            // undone without a word of what: the gateway must be asked
            case VOIDED -> root() == null ? AttemptState.UNKNOWN : AttemptState.ANSWERED;
            default -> AttemptState.ANSWERED;
        };
    }

    /** By our own clock, and not by the gateway's word. */
    private boolean isLapsed() {
        return root() == null || why.equals("the payer never paid");
    }

    /** The transaction that the present status came from, where it stood for the payment itself. */
    private @Nullable String root() {
        Document told = cause == null ? null : entries.get(cause);
        return cause == null || (told != null && !isRoot(told)) ? linked : cause;
    }

    /** What ended the payment without moving money, or undid it as a whole, was kept as its status only. */
    private void end(Document attempt) {
        switch (status) {
            case PROCESSING ->
                root(attempt, why.equals("on hold") ? TransactionState.ON_HOLD : TransactionState.PENDING);
            case FAILED -> {
                if (cause != null) {
                    root(
                            attempt,
                            why.equals("error at the gateway") ? TransactionState.ERROR : TransactionState.DECLINED);
                }
            }
            case EXPIRED -> {
                if (!isLapsed()) {
                    root(attempt, TransactionState.EXPIRED);
                }
            }
            case CANCELLED -> root(attempt, TransactionState.CANCELLED);
            case VOIDED -> {
                boolean byItself = cause != null && (!entries.containsKey(cause) || isRoot(entries.get(cause)));
                if (byItself || entries.values().stream().noneMatch(FirstPaymentFormat::isRoot)) {
                    root(attempt, TransactionState.VOIDED);
                }
            }
            default -> {
                // the moves say it
            }
        }
    }

    private void root(Document attempt, TransactionState state) {
        String ref = root();
        if (ref == null) {
            return;
        }
        Document entry = entries.get(ref);
        if (entry == null) {
            entry = new Document("ref", ref)
                    .append("kind", asked.name())
                    .append("cartId", stored.text("cartId"))
                    .append("requested", amount)
                    .append("seenAt", since);
            if (state == TransactionState.VOIDED || (isHold(asked) && wasCaptured())) {
                entry.append("moved", amount);
            }
            entries.put(ref, entry);
        }
        entry.append("state", state.name()).append("at", since).append("changedAt", since);
        attempt.append("ref", ref);
    }

    private static boolean isHold(TransactionKind kind) {
        return kind == TransactionKind.AUTHORIZATION;
    }

    private boolean wasCaptured() {
        return entries.values().stream().anyMatch(it -> kind(it) == TransactionKind.CAPTURE);
    }

    private static TransactionKind kind(Document entry) {
        return TransactionKind.valueOf(entry.getString("kind"));
    }

    private static boolean isRoot(@Nullable Document entry) {
        return entry != null && ROOTS.contains(kind(entry));
    }

    /** What was asked for tells the parent; of what was done elsewhere it is the only transaction that it can be of. */
    private @Nullable String parent(Document entry, List<Document> followUps) {
        if (isRoot(entry)) {
            return null;
        }
        for (Document followUp : followUps) {
            if (entry.getString("ref").equals(followUp.getString("ref"))) {
                return followUp.getString("of");
            }
        }
        List<String> candidates = entries.values().stream()
                .filter(it -> isOrigin(kind(it), kind(entry)))
                .map(it -> it.getString("ref"))
                .toList();
        return candidates.size() == 1 ? candidates.get(0) : null;
    }

    private static boolean isOrigin(TransactionKind origin, TransactionKind of) {
        boolean charge = origin == TransactionKind.SALE || origin == TransactionKind.PAYMENT_REQUEST;
        return switch (of) {
            case CAPTURE -> isHold(origin);
            case REFUND -> charge || origin == TransactionKind.CAPTURE;
            case VOID, RELEASE -> charge || isHold(origin);
            default -> false;
        };
    }

    private List<Document> followUps() {
        PaymentId id = stored.value("_id", PaymentId::new);
        List<Document> upgraded = new ArrayList<>();
        for (Stored old : stored.list("followUps", followUp -> followUp)) {
            Document followUp = new Document(old.document());
            followUp.append("cartId", CartId.ofFollowUp(id, upgraded.size() + 1).value());
            FollowUpState state = old.constant("state", FollowUpState.class);
            if (state == FollowUpState.SENDING || state == FollowUpState.UNKNOWN) {
                // it went out under the order's cart: that it is absent under its own never proves anything, so a
                // person decides
                followUp.append("undecided", true).append("endedAt", NEVER);
            }
            upgraded.add(followUp);
        }
        return upgraded;
    }
}
