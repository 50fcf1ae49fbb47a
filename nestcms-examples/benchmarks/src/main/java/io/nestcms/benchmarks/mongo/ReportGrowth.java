package io.nestcms.benchmarks.mongo;

import static com.mongodb.client.model.Filters.eq;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import io.nestcms.cms.contract.Contract;
import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.contract.ContractQuery;
import io.nestcms.cms.contract.ContractStatement;
import io.nestcms.cms.contract.PaymentLine;
import io.nestcms.cms.earning.Earning;
import io.nestcms.cms.earning.EarningGroup;
import io.nestcms.cms.earning.Earnings;
import io.nestcms.cms.earning.PlainTurnover;
import io.nestcms.money.Money;
import io.nestcms.mongo.NestMongo;
import io.nestcms.payment.MoneyMove;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentCursor;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentPage;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.store.PaymentStore;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.bson.Document;
import org.bson.types.Decimal128;

/**
 * Earnings and statements of contracts, by one pipeline and by the plain ways, while the number of payments grows. Before
 * it is measured, each way must give the same answer.
 */
final class ReportGrowth {
    private static final YearMonth FIRST = YearMonth.of(2024, 1);
    private static final YearMonth LAST = YearMonth.of(2025, 12);
    private static final YearMonth ONE = YearMonth.of(2025, 6);
    private static final int MOST_REPETITIONS = 50;
    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final Duration MEASURED = Duration.ofSeconds(5);
    private static final ContractQuery PAGE = ContractQuery.newest(50);

    /** What a question costs each way at each size, in milliseconds. */
    private final Map<String, Map<Integer, Map<String, Double>>> results = new LinkedHashMap<>();

    private final StringBuilder page;
    private final List<Integer> sizes;

    ReportGrowth(StringBuilder page, List<Integer> sizes) {
        this.page = page;
        this.sizes = sizes;
    }

    void run(Server server) {
        try (MongoClient client = MongoClients.create(server.uri());
                NestMongo mongo = NestMongo.using(client, "reports")) {
            int loaded = 0;
            for (int size : sizes) {
                load(client, mongo, loaded, size);
                loaded = size;
                System.err.println("measuring with " + size + " payments");
                earnings(mongo, size);
                statements(mongo, client, size);
            }
        }
        results.forEach(this::table);
    }

    /** The first payment of each thousand goes in by the store, the others as copies of what it stored. */
    private static void load(MongoClient client, NestMongo mongo, int from, int to) {
        MongoCollection<Document> payments = client.getDatabase("reports").getCollection("payments");
        MongoCollection<Document> contracts = client.getDatabase("reports").getCollection("contracts");
        try (NestMongo shaper = NestMongo.using(client, "shapes")) {
            MongoCollection<Document> shapes = client.getDatabase("shapes").getCollection("payments");
            MongoCollection<Document> contractShapes =
                    client.getDatabase("shapes").getCollection("contracts");
            for (int at = from; at < to; at += 500) {
                for (int n = at; n < at + 500; n++) {
                    shaper.payments().insert(Samples.payment(n), List.of());
                    if (n % Samples.PER_CONTRACT == 0) {
                        shaper.contracts().insert(Samples.contract(n / Samples.PER_CONTRACT));
                    }
                }
                payments.insertMany(shapes.find().into(new ArrayList<>()));
                contracts.insertMany(contractShapes.find().into(new ArrayList<>()));
                shapes.deleteMany(new Document());
                contractShapes.deleteMany(new Document());
            }
        }
        if (mongo.payments().count(PaymentQuery.newest(1), to + 1) != to) {
            throw new IllegalStateException("not all payments were loaded");
        }
    }

    private void earnings(NestMongo mongo, int size) {
        Earnings pipeline = new Earnings(mongo.turnover());
        Earnings plain = new Earnings(new PlainTurnover(mongo.payments(), mongo.contracts()));
        Map<String, Supplier<List<Earning>>> month = new LinkedHashMap<>();
        month.put("one pipeline", () -> pipeline.of(EarningGroup.EMPLOYEE, ONE, ONE));
        month.put(
                "plain: every payment, and a query for its contract", () -> plain.of(EarningGroup.EMPLOYEE, ONE, ONE));
        compare("Earnings of all employees in one month", size, month);
        Map<String, Supplier<List<Earning>>> all = new LinkedHashMap<>();
        all.put("one pipeline", () -> pipeline.of(EarningGroup.EMPLOYEE, FIRST, LAST));
        all.put(
                "plain: every payment, and a query for its contract",
                () -> plain.of(EarningGroup.EMPLOYEE, FIRST, LAST));
        compare("Earnings of all employees in two years, which is all there is", size, all);
    }

    private void statements(NestMongo mongo, MongoClient client, int size) {
        MongoCollection<Document> raw = client.getDatabase("reports").getCollection("payments");
        Map<String, Supplier<List<ContractStatement>>> many = new LinkedHashMap<>();
        many.put("one round trip", () -> mongo.contracts().statements(PAGE));
        many.put("plain: the page of contracts, and every payment", () -> plainStatements(mongo));
        many.put("plain: the page of contracts, and a query for each", () -> perContract(mongo, raw));
        compare("Statements of a page of 50 contracts", size, many);
        ContractId id = new ContractId("c" + size / Samples.PER_CONTRACT / 2);
        Map<String, Supplier<List<ContractStatement>>> one = new LinkedHashMap<>();
        one.put("one round trip", () -> mongo.contracts().statement(id).stream().toList());
        one.put("plain: the contract, and every payment", () -> {
            Contract contract = mongo.contracts().find(id).orElseThrow();
            return List.of(
                    ContractStatement.of(contract, byContract(mongo.payments()).getOrDefault(id.value(), List.of())));
        });
        compare("Statement of one contract", size, one);
    }

    private static List<ContractStatement> plainStatements(NestMongo mongo) {
        Map<String, List<Payment>> payments = byContract(mongo.payments());
        return mongo.contracts().list(PAGE).stream()
                .map(contract -> ContractStatement.of(
                        contract, payments.getOrDefault(contract.id().value(), List.of())))
                .toList();
    }

    /** The port has no query by contract, so whoever stands on it reads all: once, not once for each contract. */
    private static Map<String, List<Payment>> byContract(PaymentStore store) {
        Map<String, List<Payment>> found = new HashMap<>();
        PaymentPage page;
        PaymentCursor next = null;
        do {
            page = store.list(PaymentQuery.newest(200).from(next));
            for (Payment payment : page.items()) {
                found.computeIfAbsent(String.valueOf(payment.order().contractId()), key -> new ArrayList<>())
                        .add(payment);
            }
            next = page.next();
        } while (next != null);
        return found;
    }

    /** What a service does that knows the collection and its index: a query for the payments of each contract. */
    private static List<ContractStatement> perContract(NestMongo mongo, MongoCollection<Document> raw) {
        return mongo.contracts().list(PAGE).stream()
                .map(contract -> ContractStatement.ofLines(
                        contract,
                        raw.find(eq("order.contractId", contract.id().value()))
                                .map(ReportGrowth::line)
                                .into(new ArrayList<>())))
                .toList();
    }

    private static PaymentLine line(Document payment) {
        List<MoneyMove> moves = payment.getList("moves", Document.class).stream()
                .map(move -> new MoneyMove(
                        new TransactionRef(move.getString("ref")),
                        TransactionKind.valueOf(move.getString("kind")),
                        money(move.get("amount", Document.class)),
                        Instant.EPOCH))
                .toList();
        return PaymentLine.of(
                new PaymentId(payment.getString("_id")),
                PaymentStatus.valueOf(payment.getString("status")),
                Instant.EPOCH.plusNanos(payment.getLong("createdAt")),
                money(payment.getEmbedded(List.of("order", "amount"), Document.class))
                        .currency(),
                moves);
    }

    private static Money money(Document amount) {
        return new Money(
                amount.get("amount", Decimal128.class).bigDecimalValue(),
                Currency.getInstance(amount.getString("currency")));
    }

    private <T> void compare(String question, int size, Map<String, Supplier<T>> ways) {
        Map<String, Double> costs = new LinkedHashMap<>();
        T expected = null;
        for (Map.Entry<String, Supplier<T>> way : ways.entrySet()) {
            long start = System.nanoTime();
            T answer = way.getValue().get();
            long first = System.nanoTime() - start;
            if (expected != null && !answer.equals(expected)) {
                throw new IllegalStateException(question + ": " + way.getKey() + " gives another answer");
            }
            expected = answer;
            // as long as all runs of a quicker way together, and after the smaller sizes: another run would tell no
            // more
            boolean longEnough = first > WARM_UP.plus(MEASURED).toNanos();
            costs.put(way.getKey(), longEnough ? first / 1e6 : millis(way.getValue()));
        }
        results.computeIfAbsent(question, key -> new LinkedHashMap<>()).put(size, costs);
    }

    /** The median of what is left after some seconds to warm up; of the last run alone where one takes that long. */
    private static <T> double millis(Supplier<T> way) {
        Times warmUp = runs(way, WARM_UP, Integer.MAX_VALUE);
        Times measured = warmUp.count() > 1 ? runs(way, MEASURED, MOST_REPETITIONS) : warmUp;
        return measured.millis();
    }

    private static <T> Times runs(Supplier<T> way, Duration atMost, int most) {
        long end = System.nanoTime() + atMost.toNanos();
        Times times = new Times();
        do {
            long start = System.nanoTime();
            Objects.requireNonNull(way.get());
            times.add(System.nanoTime() - start);
        } while (times.count() < most && System.nanoTime() < end);
        return times;
    }

    private void table(String question, Map<Integer, Map<String, Double>> bySize) {
        page.append("\n## ").append(question).append("\n\n|");
        sizes.forEach(size -> page.append(" | ").append(String.format(Locale.ROOT, "%,d", size)));
        page.append(" | growth |\n|---|")
                .append("---:|".repeat(sizes.size() + 1))
                .append('\n');
        Map<String, Double> smallest = bySize.get(sizes.get(0));
        String optimised = smallest.keySet().iterator().next();
        for (String way : smallest.keySet()) {
            page.append("| ").append(way);
            for (int size : sizes) {
                page.append(String.format(
                        Locale.ROOT, " | %,.1f ms", bySize.get(size).get(way)));
            }
            double growth = bySize.get(sizes.get(sizes.size() - 1)).get(way) / smallest.get(way);
            page.append(String.format(Locale.ROOT, " | %.0f x |%n", growth));
            if (!way.equals(optimised)) {
                page.append("| … as a multiple of ").append(optimised);
                for (int size : sizes) {
                    Map<String, Double> costs = bySize.get(size);
                    page.append(String.format(Locale.ROOT, " | %.0f x", costs.get(way) / costs.get(optimised)));
                }
                page.append(" | |\n");
            }
        }
    }
}
