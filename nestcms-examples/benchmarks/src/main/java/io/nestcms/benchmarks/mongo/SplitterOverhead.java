package io.nestcms.benchmarks.mongo;

import com.mongodb.ReadConcern;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import io.nestcms.mongo.MongoSettings;
import io.nestcms.mongo.NestMongo;
import io.nestcms.mongo.ReadPurpose;
import io.nestcms.mongo.ReadScope;
import io.nestcms.resilience.CircuitBreakers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.bson.Document;
import org.bson.types.Decimal128;

/**
 * One find by id and one insert: the splitter with its breakers and its selector of servers, beside the driver alone with
 * the same concerns. The ways take turns in short batches, in random order, so that whatever else the machine does meets all
 * of them.
 */
final class SplitterOverhead {
    private static final int BATCH = 50;
    private static final int DOCUMENTS = 1_000;
    private static final String COLLECTION = "documents";

    private interface Way {
        Object run(int number);
    }

    private final StringBuilder page;
    private final int rounds;
    private final Random random = new Random(7);
    private int inserted;

    SplitterOverhead(StringBuilder page, int rounds) {
        this.page = page;
        this.rounds = rounds;
    }

    void run(Server server) {
        CircuitBreakers breakers = CircuitBreakers.builder().build();
        try (MongoClient client = MongoClients.create(server.uri());
                NestMongo mongo = NestMongo.builder(MongoSettings.of(server.uri(), "splitter"))
                        .breakers(breakers)
                        .build();
                NestMongo given = NestMongo.builder(client, "splitter")
                        .breakers(CircuitBreakers.builder().build())
                        .build()) {
            MongoCollection<Document> bare = client.getDatabase("splitter")
                    .getCollection(COLLECTION)
                    .withReadConcern(ReadConcern.MAJORITY)
                    .withWriteConcern(WriteConcern.MAJORITY.withJournal(true));
            List<Document> documents = new ArrayList<>();
            for (int n = 0; n < DOCUMENTS; n++) {
                documents.add(document("d" + n));
            }
            bare.insertMany(documents);
            section("Find by id", finds(bare, mongo, given));
            section("Insert", inserts(bare, mongo, given));
        }
    }

    private static Document document(String id) {
        return new Document("_id", id)
                .append("cartId", "cart-" + id)
                .append("amount", Decimal128.parse("250.000"))
                .append("currency", "KWD")
                .append("description", "Website, a milestone")
                .append("createdAt", 1_700_000_000_000_000_000L)
                .append("version", 1L);
    }

    private Map<String, Way> finds(MongoCollection<Document> bare, NestMongo mongo, NestMongo given) {
        ReadScope scope = ReadScope.begin();
        mongo.splitter()
                .write(
                        scope,
                        (database, session) ->
                                database.getCollection(COLLECTION).insertOne(session, document("of the scope")));
        Map<String, Way> ways = new LinkedHashMap<>();
        ways.put(
                "driver alone",
                n -> bare.find(Filters.eq("_id", "d" + n % DOCUMENTS)).first());
        ways.put("splitter, within a scope", find(mongo, ReadPurpose.within(scope)));
        ways.put("splitter, at most 5 s old", find(mongo, ReadPurpose.staleUpTo(Duration.ofSeconds(5))));
        ways.put("splitter, within a scope, over a given client", find(given, ReadPurpose.within(scope)));
        ways.put("splitter, fresh", find(mongo, ReadPurpose.fresh()));
        return ways;
    }

    private static Way find(NestMongo mongo, ReadPurpose purpose) {
        return n -> mongo.splitter().read(purpose, (database, session) -> byId(database, session, n));
    }

    private static Document byId(MongoDatabase database, ClientSession session, int n) {
        return database.getCollection(COLLECTION)
                .find(session, Filters.eq("_id", "d" + n % DOCUMENTS))
                .first();
    }

    private Map<String, Way> inserts(MongoCollection<Document> bare, NestMongo mongo, NestMongo given) {
        Map<String, Way> ways = new LinkedHashMap<>();
        ways.put("driver alone", n -> bare.insertOne(document("i" + inserted++)));
        ways.put("splitter", insert(mongo));
        ways.put("splitter, over a given client", insert(given));
        return ways;
    }

    private Way insert(NestMongo mongo) {
        return n -> mongo.splitter()
                .write(
                        ReadScope.begin(),
                        (database, session) ->
                                database.getCollection(COLLECTION).insertOne(session, document("i" + inserted++)));
    }

    private void section(String title, Map<String, Way> ways) {
        List<String> names = new ArrayList<>(ways.keySet());
        Map<String, Times> times = new LinkedHashMap<>();
        Map<String, Times> warmUp = new LinkedHashMap<>();
        names.forEach(name -> times.put(name, new Times()));
        names.forEach(name -> warmUp.put(name, new Times()));
        for (int round = 0; round < 2 * rounds; round++) {
            Collections.shuffle(names, random);
            for (String name : names) {
                batch(Objects.requireNonNull(ways.get(name)), (round < rounds ? warmUp : times).get(name));
            }
        }
        Times reference = times.values().iterator().next();
        page.append("\n## " + title + ": the splitter beside the driver alone\n\n"
                + "| | p50 us | p99 us | B/op | p50 x | B x |\n|---|---:|---:|---:|---:|---:|\n");
        times.forEach((name, each) -> page.append(String.format(
                Locale.ROOT,
                "| %s | %.1f | %.1f | %.0f | %.3f | %.2f |%n",
                name,
                each.micros(0.5),
                each.micros(0.99),
                each.bytesEach(),
                each.micros(0.5) / reference.micros(0.5),
                each.bytesEach() / reference.bytesEach())));
    }

    private static void batch(Way way, Times times) {
        long before = Times.allocated();
        for (int n = 0; n < BATCH; n++) {
            long start = System.nanoTime();
            Object answer = way.run(n * 17);
            times.add(System.nanoTime() - start);
            Objects.requireNonNull(answer, "answer");
        }
        times.allocated(Times.allocated() - before);
    }
}
