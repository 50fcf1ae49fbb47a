package io.nestcms.conformance.snippets;

import static com.mongodb.client.model.Filters.eq;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.nestcms.audit.AuditHead;
import io.nestcms.audit.AuditTrail;
import io.nestcms.cache.Cache;
import io.nestcms.cache.MemoryCache;
import io.nestcms.cms.contract.ContractQuery;
import io.nestcms.cms.contract.ContractStatement;
import io.nestcms.cms.earning.EarningGroup;
import io.nestcms.cms.earning.Earnings;
import io.nestcms.crypto.FieldCipher;
import io.nestcms.crypto.NamedKey;
import io.nestcms.event.EventBus;
import io.nestcms.mongo.Aggregation;
import io.nestcms.mongo.MongoBackups;
import io.nestcms.mongo.MongoMeters;
import io.nestcms.mongo.MongoSettings;
import io.nestcms.mongo.NestMongo;
import io.nestcms.mongo.NestMongoException;
import io.nestcms.mongo.OutboxWatch;
import io.nestcms.mongo.QueryPlan;
import io.nestcms.mongo.ReadAnswer;
import io.nestcms.mongo.ReadFallback;
import io.nestcms.mongo.ReadPurpose;
import io.nestcms.mongo.ReadScope;
import io.nestcms.mongo.ReadWriteSplitter;
import io.nestcms.mongo.SlowOperation;
import io.nestcms.mongo.SlowOperations;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.delivery.OutboxRelay;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.testkit.EmbeddedMongo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What docs/guides/mongodb.md shows. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MongoGuideTest {
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final List<SlowOperation> slow = new ArrayList<>();
    private final ExecutorService hedges = new ThreadPoolExecutor(0, 32, 1, TimeUnit.MINUTES, new SynchronousQueue<>());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final EventBus bus = EventBus.builder().build();
    private final FieldCipher cipher =
            FieldCipher.builder(key("2026-a", 1), key("lookup", 2)).build();
    private EmbeddedMongo node;
    private NestMongo mongo;
    private int database;

    private static NamedKey key(String id, int fill) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) fill);
        return NamedKey.of(id, secret);
    }

    @BeforeAll
    void start() {
        node = EmbeddedMongo.builder().port(0).start();
    }

    @BeforeEach
    void connect() {
        String uri = node.uri();
        String name = "guide" + database++;
        MongoSettings settings = MongoSettings.builder(uri)
                .database(name)
                .maxPoolSize(50)
                .maxLag(Duration.ofSeconds(10))
                .build();
        MongoMeters meters = new MongoMeters(registry, Clock.systemUTC());
        SlowOperations slowOnes = new SlowOperations(Duration.ofMillis(200), slow::add);
        mongo = NestMongo.builder(settings)
                .breakers(CircuitBreakers.builder().build())
                .fieldCipher(cipher)
                .hedging(hedges, 5)
                .cache(MemoryCache.create(1_000, Duration.ofMinutes(10)), Duration.ofSeconds(30))
                .onAggregation(meters.ofAggregations())
                .client(meters.ofClient().andThen(slowOnes))
                .build();
        meters.bind(mongo.splitter());
    }

    @AfterEach
    void disconnect() {
        mongo.close();
    }

    @AfterAll
    void stop() {
        hedges.shutdownNow();
        threads.shutdownNow();
        scheduler.shutdownNow();
        bus.close();
        node.close();
    }

    @Test
    void scope_seesItsOwnWrites() {
        ReadWriteSplitter splitter = mongo.splitter();
        Document article = new Document("_id", 7).append("title", "Opening hours");
        ReadScope scope = ReadScope.begin();
        splitter.write(
                scope, (database, session) -> database.getCollection("articles").insertOne(session, article));
        String token = scope.token(); // to the browser, and with its next request:
        Document seen = splitter.read(
                ReadPurpose.within(ReadScope.resume(token)),
                (database, session) -> database.getCollection("articles")
                        .find(session, eq("_id", 7))
                        .first());
        assertThat(seen).isEqualTo(article);
        assertThat(count(splitter)).isEqualTo(1);
    }

    private static long count(ReadWriteSplitter splitter) {
        ReadPurpose listing = ReadPurpose.staleUpTo(Duration.ofSeconds(5)).hedged();
        List<Document> page = splitter.read(
                listing,
                (database, session) -> database.getCollection("articles")
                        .find(session)
                        .limit(20)
                        .into(new ArrayList<>()));
        return page.size();
    }

    @Test
    void payment_duringAnOutage() {
        Cache<PaymentId, Payment> cache = MemoryCache.create(10, Duration.ofMinutes(1));
        PaymentId id = new PaymentId("none");
        ReadAnswer<Optional<Payment>> answer = mongo.findPayment(
                id, ReadFallback.<Payment>none().orKept(() -> cache.find(id)).orStaleServer());
        boolean mark = answer.isStale(); // say so on the page
        assertThat(mark).isFalse();
        assertThat(answer.value()).isEmpty();
    }

    @Test
    void aggregations_areTypedKeptAndExplained() {
        mongo.aggregations().invalidateOn(bus);
        List<ContractStatement> page = mongo.aggregations()
                .run(mongo.aggregations()
                        .statements(ContractQuery.newest(50).ofOrganisation("org-1"))
                        .keptFor(Duration.ofSeconds(30))
                        .orStale());
        assertThat(page).isEmpty();
        Aggregation<String> titles = Aggregation.of(
                "titles",
                "articles",
                List.of(
                        new Document("$match", new Document("author", "huda")),
                        new Document("$sort", new Document("title", 1))),
                row -> row.getString("title"));
        QueryPlan plan = mongo.aggregations().explain(titles);
        plan.advice().forEach(advice -> slow(advice)); // make an index on articles with the keys [author, title]
        assertThat(mongo.aggregations().run(titles)).isEmpty();
        Earnings earnings = new Earnings(mongo.turnover());
        assertThat(earnings.of(EarningGroup.EMPLOYEE, YearMonth.of(2026, 1), YearMonth.of(2026, 12)))
                .isEmpty();
        assertThat(registry.get("nestcms.mongo.aggregation").timers()).isNotEmpty();
    }

    private void slow(String advice) {
        assertThat(advice).isEqualTo("make an index on articles with the keys [author, title]");
    }

    @Test
    void oldPayments_areUpgraded() {
        long storedAnew = mongo.upgradePayments(500); // may be stopped and run again; 0 when there is nothing left
        assertThat(storedAnew).isZero();
    }

    @Test
    void keys_areRotated() {
        NamedKey next = key("2026-b", 3);
        cipher.alsoOpen(next); // first on every node
        cipher.rotateTo(next); // then on every node; values under older keys still open
        long sealedAnew = mongo.sealedCustomers().reseal(500); // again until it gives 0, then the old key can go
        assertThat(sealedAnew).isZero();
        assertThat(cipher.currentKeyId()).isEqualTo("2026-b");
    }

    @Test
    void audit_isVerified() {
        AuditTrail trail = mongo.auditTrail(key("audit", 4));
        AuditHead head = trail.head(); // keep it elsewhere, for example in another system's log
        assertThat(trail.verify(head)).isInstanceOf(io.nestcms.audit.AuditVerification.Intact.class);
    }

    @Test
    void backups_areWrittenOnASchedule(@TempDir Path directory) throws IOException {
        MongoBackups backups = mongo.backups(key("backup", 5));
        scheduler.scheduleWithFixedDelay(
                () -> {
                    try {
                        backups.writeTo(directory, 14); // read back before an old one is removed
                    } catch (IOException | NestMongoException failed) {
                        alert(failed);
                    }
                },
                0,
                24,
                TimeUnit.HOURS);
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> finished(directory));
    }

    private static boolean finished(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.anyMatch(file -> file.toString().endsWith(".nestcms-backup"));
        }
    }

    private static void alert(Exception failed) {
        throw new AssertionError(failed);
    }

    @Test
    void relay_isWoken() {
        OutboxRelay relay = OutboxRelay.builder(mongo.payments().outbox(), bus).build();
        OutboxWatch watch = mongo.outboxWatch(relay::wake);
        threads.execute(relay);
        threads.execute(watch);
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(watch::isWatching);
        watch.close();
        relay.close();
        assertThat(mongo.indexReport().missing()).isEmpty();
    }
}
