package io.nestcms.mongo;

import static io.nestcms.mongo.EventDocuments.money;
import static io.nestcms.mongo.EventDocuments.put;

import io.nestcms.payment.Attempt;
import io.nestcms.payment.AttemptState;
import io.nestcms.payment.CartId;
import io.nestcms.payment.Decision;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.FollowUpState;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.LedgerEntry;
import io.nestcms.payment.Resolution;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import java.net.URI;
import java.time.Instant;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/** Attempts, follow-ups, ledger entries and decisions, as they stand in a payment's document. */
final class LedgerDocuments {
    private LedgerDocuments() {}

    static Document attempt(Attempt attempt) {
        Document document = new Document("number", attempt.number())
                .append("cartId", attempt.cartId().value())
                .append("state", attempt.state().name())
                .append("sends", attempt.sends())
                .append("startedAt", Times.nanos(attempt.startedAt()))
                .append("least", money(attempt.least()))
                .append("most", money(attempt.most()));
        key(document, attempt.key());
        time(document, "leaseUntil", attempt.leaseUntil());
        time(document, "endedAt", attempt.endedAt());
        ref(document, "ref", attempt.ref());
        put(document, "page", attempt.page() == null ? null : attempt.page().toString());
        return put(document, "reason", attempt.reason());
    }

    static Attempt attempt(Stored stored) {
        return new Attempt(
                stored.integer("number"),
                stored.value("cartId", CartId::new),
                stored.has("key") ? key(stored) : null,
                stored.constant("state", AttemptState.class),
                stored.integer("sends"),
                stored.time("startedAt"),
                stored.timeOrNull("leaseUntil"),
                stored.timeOrNull("endedAt"),
                stored.valueOrNull("ref", TransactionRef::new),
                stored.valueOrNull("page", URI::create),
                stored.money("least"),
                stored.money("most"),
                stored.textOrNull("reason"));
    }

    static Document followUp(FollowUp followUp) {
        Document document = new Document("cartId", followUp.cartId().value())
                .append("kind", followUp.kind().name())
                .append("amount", money(followUp.amount()))
                .append("of", followUp.of().value())
                .append("state", followUp.state().name())
                .append("startedAt", Times.nanos(followUp.startedAt()))
                .append("leaseUntil", Times.nanos(followUp.leaseUntil()));
        key(document, followUp.key());
        ref(document, "ref", followUp.ref());
        time(document, "endedAt", followUp.endedAt());
        put(document, "undecided", followUp.undecided() ? true : null);
        return put(document, "reason", followUp.reason());
    }

    static FollowUp followUp(Stored stored) {
        return new FollowUp(
                key(stored),
                stored.value("cartId", CartId::new),
                stored.constant("kind", TransactionKind.class),
                stored.money("amount"),
                stored.value("of", TransactionRef::new),
                stored.constant("state", FollowUpState.class),
                stored.valueOrNull("ref", TransactionRef::new),
                stored.time("startedAt"),
                stored.time("leaseUntil"),
                stored.timeOrNull("endedAt"),
                stored.isSet("undecided"),
                stored.textOrNull("reason"));
    }

    static Document entry(LedgerEntry entry) {
        Document document = new Document("ref", entry.ref().value())
                .append("kind", entry.kind().name())
                .append("state", entry.state().name())
                .append("seenAt", Times.nanos(entry.seenAt()))
                .append("changedAt", Times.nanos(entry.changedAt()));
        ref(document, "parent", entry.parent());
        put(document, "asked", entry.asked() == null ? null : entry.asked().name());
        put(document, "cartId", entry.cartId() == null ? null : entry.cartId().value());
        put(document, "requested", entry.requested() == null ? null : money(entry.requested()));
        put(document, "moved", entry.moved() == null ? null : money(entry.moved()));
        put(document, "code", entry.code());
        put(document, "message", entry.message());
        return time(document, "at", entry.at());
    }

    static LedgerEntry entry(Stored stored) {
        return new LedgerEntry(
                stored.value("ref", TransactionRef::new),
                stored.valueOrNull("parent", TransactionRef::new),
                stored.constantOrNull("asked", TransactionKind.class),
                stored.constant("kind", TransactionKind.class),
                stored.constant("state", TransactionState.class),
                stored.valueOrNull("cartId", CartId::new),
                stored.moneyOrNull("requested"),
                stored.moneyOrNull("moved"),
                stored.textOrNull("code"),
                stored.textOrNull("message"),
                stored.timeOrNull("at"),
                stored.time("seenAt"),
                stored.time("changedAt"));
    }

    /** The names of the types are part of the stored format. */
    static Document decision(Decision decision) {
        return resolution(decision.resolution()).append("by", decision.by()).append("at", Times.nanos(decision.at()));
    }

    static Document resolution(Resolution resolution) {
        if (resolution instanceof Resolution.AcceptAsPaid accept) {
            return new Document("type", "acceptAsPaid")
                    .append("ref", accept.ref().value());
        }
        if (resolution instanceof Resolution.GiveBack giveBack) {
            return new Document("type", "giveBack").append("ref", giveBack.ref().value());
        }
        if (resolution instanceof Resolution.Keep keep) {
            return new Document("type", "keep").append("ref", keep.ref().value());
        }
        if (resolution instanceof Resolution.WasDone done) {
            return new Document("type", "wasDone")
                    .append("cartId", done.followUp().value())
                    .append("ref", done.ref().value());
        }
        if (resolution instanceof Resolution.WasNotDone notDone) {
            return new Document("type", "wasNotDone")
                    .append("cartId", notDone.followUp().value());
        }
        if (resolution instanceof Resolution.TookNothing nothing) {
            return new Document("type", "tookNothing")
                    .append("cartId", nothing.attempt().value());
        }
        throw new IllegalStateException(
                "no stored form for " + resolution.getClass().getSimpleName());
    }

    static Decision decision(Stored stored) {
        return new Decision(resolution(stored), stored.text("by"), stored.time("at"));
    }

    static Resolution resolution(Stored stored) {
        return switch (stored.text("type")) {
            case "acceptAsPaid" -> new Resolution.AcceptAsPaid(ref(stored));
            case "giveBack" -> new Resolution.GiveBack(ref(stored));
            case "keep" -> new Resolution.Keep(ref(stored));
            case "wasDone" -> new Resolution.WasDone(cartId(stored), ref(stored));
            case "wasNotDone" -> new Resolution.WasNotDone(cartId(stored));
            case "tookNothing" -> new Resolution.TookNothing(cartId(stored));
            default -> throw stored.unreadable("type", null);
        };
    }

    private static TransactionRef ref(Stored stored) {
        return stored.value("ref", TransactionRef::new);
    }

    private static CartId cartId(Stored stored) {
        return stored.value("cartId", CartId::new);
    }

    private static IdempotencyKey key(Stored stored) {
        return new IdempotencyKey(stored.text("scope"), stored.text("key"));
    }

    private static void key(Document document, @Nullable IdempotencyKey key) {
        if (key != null) {
            document.append("scope", key.scope()).append("key", key.value());
        }
    }

    private static Document ref(Document document, String field, @Nullable TransactionRef ref) {
        return put(document, field, ref == null ? null : ref.value());
    }

    private static Document time(Document document, String field, @Nullable Instant at) {
        return put(document, field, at == null ? null : Times.nanos(at));
    }
}
