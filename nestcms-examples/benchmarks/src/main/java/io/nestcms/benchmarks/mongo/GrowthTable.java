package io.nestcms.benchmarks.mongo;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import io.nestcms.cms.contract.ContractQuery;
import io.nestcms.mongo.NestMongo;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentCursor;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentPage;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.Revision;
import io.nestcms.payment.Watch;
import io.nestcms.payment.store.OutboxBatch;
import io.nestcms.payment.store.OutboxClaim;
import io.nestcms.payment.store.OutboxRest;
import io.nestcms.testkit.EmbeddedMongo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * What one payment costs while the number of payments grows: every question at every size, in turns, with the documents that the
 * node looked at for it. A node for each size, all in this JVM, so that a busy machine disturbs all of them alike.
 */
public final class GrowthTable {
    private static final String HEADING = "## Growth: what one payment costs among many";
    private static final int BATCH = 500;
    /** Of each size so many wait for the reconciler and for the relay. */
    private static final int WAITING = 20;

    private static final int PAGE = 20;
    private static final int DEEP = 1_000;
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final Set<String> LISTENERS = Set.of("crm");

    private final List<Sized> all = new ArrayList<>();
    private final Map<String, Map<Integer, Cost>> costs = new LinkedHashMap<>();

    private GrowthTable() {}

    /** Times of a question at one size, and the documents looked at for all of them. */
    private static final class Cost {
        private final Times times = new Times();
        private long examined;
    }

    /** A question, and what sets its effects back, untimed. */
    private interface Question {
        Runnable ask(Sized at, int round);
    }

    /**
     * Measures and puts the table into the page, in place of the one before.
     *
     * @param args the page, the numbers of payments with commas between, how often each question is asked, and how the machine was
     */
    public static void main(String[] args) throws IOException {
        Path page = Path.of(args[0]);
        List<Integer> sizes =
                Stream.of(args[1].split(",")).map(Integer::valueOf).toList();
        String table = new GrowthTable().run(sizes, Integer.parseInt(args[2]), args[3]);
        String text = Files.readString(page, StandardCharsets.UTF_8);
        int old = text.indexOf(HEADING);
        Files.writeString(page, (old < 0 ? text + "\n" : text.substring(0, old)) + table, StandardCharsets.UTF_8);
    }

    /** The table that a page has, for whoever writes the rest of it; empty if it has none. */
    static String kept(Path page) throws IOException {
        String text = Files.exists(page) ? Files.readString(page, StandardCharsets.UTF_8) : "";
        int table = text.indexOf(HEADING);
        return table < 0 ? "" : "\n" + text.substring(table);
    }

    private String run(List<Integer> sizes, int rounds, String machine) {
        try {
            for (int size : sizes) {
                all.add(new Sized(size));
                System.err.println(size + " payments are stored");
            }
            Map<String, Question> questions = questions();
            questions.forEach((name, question) -> measure(name, question, rounds / 4, false));
            questions.forEach((name, question) -> measure(name, question, rounds, true));
            return table(sizes, machine);
        } finally {
            all.forEach(Sized::close);
        }
    }

    private static Map<String, Question> questions() {
        Map<String, Question> questions = new LinkedHashMap<>();
        questions.put("create", (at, round) -> {
            Payment payment = Samples.payment(at.created++);
            at.mongo.payments().insert(payment, List.of());
            return () -> at.remove(payment.id());
        });
        questions.put("find", (at, round) -> {
            at.mongo
                    .payments()
                    .find(new PaymentId("p" + (round * 31 % at.size)))
                    .orElseThrow();
            return () -> {};
        });
        questions.put("page 1 of the list", (at, round) -> at.page(null));
        questions.put("page 1,000 of the list, or the last", (at, round) -> at.page(at.deep));
        questions.put("due of the reconciler", (at, round) -> {
            at.now = at.now.plusSeconds(2);
            if (at.mongo
                            .payments()
                            .claimDue(false, at.now, Duration.ofSeconds(1), 10)
                            .size()
                    != 10) {
                throw new IllegalStateException("not all that is due was found");
            }
            return () -> {};
        });
        questions.put("due of the outbox", (at, round) -> {
            OutboxBatch batch = at.mongo
                    .payments()
                    .outbox()
                    .claim(OutboxClaim.of("w", LISTENERS, at.now, Duration.ofSeconds(9)))
                    .orElseThrow();
            return () -> at.mongo
                    .payments()
                    .outbox()
                    .release(batch, OutboxRest.dueAt(batch.entries().size(), NOON));
        });
        questions.put("statements of 50 contracts", (at, round) -> {
            at.mongo.contracts().statements(ContractQuery.newest(50));
            return () -> {};
        });
        return questions;
    }

    private void measure(String name, Question question, int rounds, boolean counts) {
        for (int round = 0; round < rounds; round++) {
            for (Sized at : all) {
                long before = at.node.documentsExamined();
                long start = System.nanoTime();
                Runnable back = question.ask(at, round);
                long took = System.nanoTime() - start;
                if (counts) {
                    Cost cost = costs.computeIfAbsent(name, any -> new LinkedHashMap<>())
                            .computeIfAbsent(at.size, any -> new Cost());
                    cost.times.add(took);
                    cost.examined += at.node.documentsExamined() - before;
                }
                back.run();
            }
        }
    }

    private String table(List<Integer> sizes, String machine) {
        StringBuilder text = new StringBuilder(HEADING)
                .append("\n\n"
                        + "- Made by `mvn -q -Pmongo-growth -pl nestcms-examples/benchmarks -am -DskipTests test`,"
                        + " on ")
                .append(LocalDate.now(ZoneOffset.UTC))
                .append("; machine: ")
                .append(machine)
                .append("""
                    .
                    - The test kit's node in memory, one for each size, in one JVM with the client. Every question is asked at every size in
                      turn, so whatever else the machine did disturbed all sizes alike: the ratio counts, not the time.
                    - p50 in microseconds; behind it how many documents the node looked at for one question. Of each size 20 payments are due
                      for the reconciler, which takes ten, and 20 have events for the relay, which takes one.

                    """)
                .append("| |");
        sizes.forEach(size -> text.append(String.format(Locale.ROOT, " %,d | examined |", size)));
        text.append(" p50 x |\n|---|")
                .append("---:|".repeat(2 * sizes.size() + 1))
                .append('\n');
        costs.forEach((name, bySize) -> {
            text.append("| ").append(name).append(" |");
            bySize.values()
                    .forEach(cost -> text.append(String.format(
                            Locale.ROOT,
                            " %.0f | %.1f |",
                            cost.times.micros(0.5),
                            (double) cost.examined / cost.times.count())));
            double ratio = bySize.get(sizes.get(sizes.size() - 1)).times.micros(0.5)
                    / bySize.get(sizes.get(0)).times.micros(0.5);
            text.append(String.format(Locale.ROOT, " %.2f |%n", ratio));
        });
        return text.toString();
    }

    /** A node with so many payments, ten to a contract. */
    private static final class Sized implements AutoCloseable {
        private final int size;
        private final EmbeddedMongo node = EmbeddedMongo.builder().start();
        private final MongoClient client = MongoClients.create(node.uri());
        private final NestMongo mongo = NestMongo.using(client, "growth");
        private final PaymentCursor deep;
        private int created;
        private Instant now = NOON;

        Sized(int size) {
            this.size = size;
            this.created = size;
            load();
            this.deep = cursor();
        }

        private void load() {
            MongoCollection<Document> payments = client.getDatabase("growth").getCollection("payments");
            try (NestMongo shaper = NestMongo.using(client, "shapes")) {
                MongoCollection<Document> shapes = client.getDatabase("shapes").getCollection("payments");
                for (int from = 0; from < size; from += BATCH) {
                    for (int number = from; number < Math.min(size, from + BATCH); number++) {
                        shaper.payments().insert(Samples.payment(number), List.of());
                    }
                    payments.insertMany(shapes.find().into(new ArrayList<>()));
                    shapes.deleteMany(new Document());
                }
            }
            for (int contract = 0; contract < size / Samples.PER_CONTRACT; contract++) {
                mongo.contracts().insert(Samples.contract(contract));
            }
            for (int number = 0; number < WAITING; number++) {
                Payment payment =
                        mongo.payments().find(new PaymentId("p" + number)).orElseThrow();
                Payment waiting = payment.toBuilder()
                        .watch(Watch.at(NOON, 1))
                        .revision(new Revision(
                                payment.revision().version() + 1,
                                payment.revision().events() + 1,
                                payment.revision().createdAt(),
                                NOON))
                        .build();
                if (!mongo.payments().replace(waiting, Samples.events(waiting, 1))) {
                    throw new IllegalStateException("not written");
                }
            }
        }

        /** Where page 1,000 begins, or the last whole one. */
        private PaymentCursor cursor() {
            PaymentCursor next = null;
            for (int page = 1; page < Math.min(DEEP, size / PAGE); page++) {
                next = mongo.payments()
                        .list(PaymentQuery.newest(PAGE).from(next))
                        .next();
            }
            return Objects.requireNonNull(next, "next");
        }

        private Runnable page(@Nullable PaymentCursor from) {
            PaymentPage page = mongo.payments().list(PaymentQuery.newest(PAGE).from(from));
            if (page.items().size() != PAGE) {
                throw new IllegalStateException("not a whole page");
            }
            return () -> {};
        }

        private void remove(PaymentId id) {
            client.getDatabase("growth").getCollection("payments").deleteOne(new Document("_id", id.value()));
        }

        @Override
        public void close() {
            mongo.close();
            client.close();
            node.close();
        }
    }
}
