package io.nestcms.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static io.nestcms.mongo.EventDocuments.put;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import io.nestcms.crypto.FieldCipher;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.payment.CardOnFile;
import io.nestcms.payment.CardPlan;
import io.nestcms.payment.CardToken;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.SavedCard;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.store.SavedCardStore;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;

/** Saved cards in one collection. The token is sealed where a cipher is given; a card is found by the token's digest. */
final class MongoSavedCardStore implements SavedCardStore {
    static final String COLLECTION = "savedCards";
    static final List<IndexSpec> INDEXES =
            List.of(IndexSpec.sparse("payer", new Document("payer", 1).append("savedAt", -1)));

    private static final Format FORMAT = Format.first(COLLECTION);
    private static final String TOKEN = "token";

    private final MongoCollection<Document> cards;
    private final @Nullable FieldCipher cipher;
    private final Calls calls;

    MongoSavedCardStore(MongoCollection<Document> cards, @Nullable FieldCipher cipher, Calls calls) {
        this.cards = cards;
        this.cipher = cipher;
        this.calls = calls;
        calls.write("the indexes of " + COLLECTION, () -> {
            IndexSpec.ensure(cards, INDEXES);
            return true;
        });
    }

    @Override
    public boolean insert(SavedCard card) {
        Document document = document(card);
        return calls.write("a saved card", () -> {
            try {
                cards.insertOne(document);
                return true;
            } catch (MongoWriteException refused) {
                if (Calls.isDuplicate(refused)) {
                    return false;
                }
                throw refused;
            }
        });
    }

    @Override
    public boolean replace(SavedCard card) {
        Document document = document(card);
        Bson before = and(eq("_id", id(card.token())), eq("version", card.version() - 1));
        return calls.write(
                "a saved card", () -> cards.replaceOne(before, document).getMatchedCount() == 1);
    }

    @Override
    public Optional<SavedCard> find(CardToken token) {
        return Optional.ofNullable(calls.read(
                        "a saved card", () -> cards.find(eq("_id", id(token))).first()))
                .map(this::card);
    }

    @Override
    public List<SavedCard> list(String payer, int limit) {
        Bson filter = and(eq("payer", payer), eq("deletedAt", null));
        return calls.read(
                "the saved cards of a payer",
                () -> cards.find(filter)
                        .sort(new Document("savedAt", -1))
                        .limit(limit)
                        .map(this::card)
                        .into(new ArrayList<>()));
    }

    private static String id(CardToken token) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(token.value().getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    private static String context(String id) {
        return COLLECTION + "/" + id + "/" + TOKEN;
    }

    private Document document(SavedCard card) {
        String id = id(card.token());
        String token = card.token().value();
        Document document = new Document("_id", id)
                .append("v", FORMAT.version())
                .append(TOKEN, cipher == null ? token : new Binary(cipher.seal(token, context(id))))
                .append("savedAt", Times.nanos(card.savedAt()))
                .append("forgotten", card.forgotten())
                .append("charged", card.charged())
                .append("version", card.version())
                .append(
                        "claims",
                        card.claims().entrySet().stream()
                                .map(it -> new Document("payment", it.getKey().value())
                                        .append("day", it.getValue().toString()))
                                .toList());
        put(document, "description", card.card().description());
        put(document, "scheme", card.card().scheme());
        put(document, "expiry", text(card.card().expiry()));
        put(document, "payer", card.payer());
        CardPlan plan = card.plan();
        put(document, "plan", plan == null ? null : OrderDocuments.plan(plan));
        put(
                document,
                "savedWith",
                card.savedWith() == null ? null : card.savedWith().value());
        put(document, "first", card.first() == null ? null : card.first().value());
        put(document, "deletedAt", card.deletedAt() == null ? null : Times.nanos(card.deletedAt()));
        return put(document, "lastDay", text(card.lastDay()));
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    private SavedCard card(Document document) {
        try {
            return card(FORMAT.read(document));
        } catch (IllegalArgumentException | InvalidInputException | NullPointerException | ClassCastException damaged) {
            throw new NestMongoException(COLLECTION + "/" + document.get("_id") + " cannot be read", damaged);
        }
    }

    private SavedCard card(Stored stored) {
        String token = stored.sealedOrNull(TOKEN, cipher, context(stored.text("_id")));
        if (token == null) {
            throw stored.unreadable(TOKEN, null);
        }
        Map<PaymentId, LocalDate> claims = new LinkedHashMap<>();
        stored.list("claims", it -> Map.entry(it.value("payment", PaymentId::new), it.value("day", LocalDate::parse)))
                .forEach(it -> claims.put(it.getKey(), it.getValue()));
        Stored plan = stored.subOrNull("plan");
        return new SavedCard(
                new CardOnFile(
                        new CardToken(token),
                        stored.textOrNull("description"),
                        stored.textOrNull("scheme"),
                        stored.valueOrNull("expiry", YearMonth::parse)),
                stored.textOrNull("payer"),
                plan == null ? null : OrderDocuments.plan(plan),
                stored.valueOrNull("savedWith", PaymentId::new),
                stored.valueOrNull("first", TransactionRef::new),
                stored.time("savedAt"),
                stored.timeOrNull("deletedAt"),
                stored.flag("forgotten"),
                stored.integer("charged"),
                stored.valueOrNull("lastDay", LocalDate::parse),
                claims,
                stored.number("version"));
    }
}
