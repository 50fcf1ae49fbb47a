package io.nestcms.mongo;

import static io.nestcms.payment.contract.Samples.NOON;
import static io.nestcms.payment.contract.Samples.dueAt;
import static io.nestcms.payment.contract.Samples.entries;
import static io.nestcms.payment.contract.Samples.full;
import static io.nestcms.payment.contract.Samples.payment;
import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import io.nestcms.cms.contract.ContractEvent;
import io.nestcms.cms.contract.ContractQuery;
import io.nestcms.cms.contract.ContractStatus;
import io.nestcms.cms.contract.contract.ContractSamples;
import io.nestcms.crypto.FieldCipher;
import io.nestcms.crypto.NamedKey;
import io.nestcms.payment.CartId;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentCursor;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.store.BuriedEvent;
import io.nestcms.payment.store.Outbox;
import io.nestcms.payment.store.OutboxBatch;
import io.nestcms.payment.store.OutboxClaim;
import io.nestcms.payment.store.OutboxRest;
import io.nestcms.payment.store.WaitingEvent;
import java.time.Duration;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every query that the stores send is answered by way of an index: asked of the server itself. */
@ExtendWith(RefusalCheck.class)
class IndexUseTest {
    private final List<BsonDocument> sent = Collections.synchronizedList(new ArrayList<>());
    private final String name = TestMongo.freshDatabase();

    private static NamedKey key(String id, int fill) {
        byte[] secret = new byte[32];
        java.util.Arrays.fill(secret, (byte) fill);
        return NamedKey.of(id, secret);
    }

    @Test
    void everyQuery_usesAnIndex() {
        MongoClientSettings settings = MongoClientSettings.builder()
                .applyConnectionString(new ConnectionString(TestMongo.uri()))
                .addCommandListener(new CommandListener() {
                    @Override
                    public void commandStarted(CommandStartedEvent event) {
                        sent.add(event.getCommand().clone());
                    }
                })
                .build();
        try (MongoClient client = MongoClients.create(settings)) {
            NestMongo mongo = NestMongo.builder(client, name)
                    .fieldCipher(FieldCipher.builder(key("a", 1), key("b", 2)).build())
                    .build();
            askEverything(mongo);
            MongoDatabase database = client.getDatabase(name);
            List<BsonDocument> all = List.copyOf(sent);
            int checked = 0;
            for (BsonDocument command : all) {
                Optional<Document> find = asFind(command);
                if (find.isPresent()) {
                    Document plan = database.runCommand(
                            new Document("explain", find.get()).append("verbosity", "queryPlanner"));
                    assertThat(plan.toJson()).as(command.toJson()).doesNotContain("COLLSCAN");
                    checked++;
                }
            }
            assertThat(checked).isGreaterThan(30);
            assertThat(database.runCommand(Document.parse(
                                    "{explain: {find: 'payments', filter: {colour: 1}}, verbosity: 'queryPlanner'}"))
                            .toJson())
                    .as("what a query without an index looks like")
                    .contains("COLLSCAN");
            assertThat(TestMongo.collectionScans(name)).as("as they were run").isEmpty();
        }
    }

    private void askEverything(NestMongo mongo) {
        var payments = mongo.payments();
        Payment a = payment("a");
        payments.insert(a, entries(a, 1, 3));
        payments.insert(payment("b"), List.of());
        payments.insert(payment("a"), List.of());
        payments.replace(dueAt(a, NOON), entries(a, 4, 1));
        payments.replace(full(payment("b")), List.of());
        payments.find(a.id());
        payments.findByCart(new CartId("cart-a"));
        for (String scope : new String[] {null, "shop"}) {
            for (PaymentStatus status : new PaymentStatus[] {null, PaymentStatus.CREATED}) {
                payments.list(new PaymentQuery(scope, status, null, 10));
                payments.list(new PaymentQuery(scope, status, PaymentCursor.of(a), 10));
            }
        }
        payments.findByCart(CartId.ofFollowUp(a.id(), 1));
        payments.findByReference(new TransactionRef("TST1"));
        payments.findByReference(new TransactionRef("none"));
        payments.claimDue(false, NOON, Duration.ofSeconds(9), 10);
        payments.claimDue(true, NOON.plusSeconds(99), Duration.ofSeconds(9), 10);
        payments.putOff(a.id(), NOON);
        payments.backlog(NOON.plusSeconds(99), 10);
        payments.unreadable(10);
        payments.undecided(10);
        payments.evidence().shown("profile", TransactionKind.VOID);
        payments.evidence().isShown("profile", TransactionKind.REFUND);
        mongo.upgradePayments(10);
        Outbox outbox = payments.outbox();
        OutboxClaim claiming = OutboxClaim.of("w", Set.of("crm"), NOON.plusSeconds(9), Duration.ofSeconds(9));
        OutboxBatch batch = outbox.claim(claiming).orElseThrow();
        outbox.claim(claiming);
        WaitingEvent buried = batch.entries().get(1);
        outbox.remove(batch, batch.entries().get(0), NOON.plusSeconds(18));
        outbox.bury(
                batch,
                buried,
                new BuriedEvent(a.id(), buried.id(), buried.sequence(), buried.content(), "crm", 12, "x"));
        outbox.keep(batch, batch.entries().get(2).unread(NOON), NOON.plusSeconds(18));
        outbox.release(batch, new OutboxRest(3, NOON, Set.of("crm"), List.of(), NOON.plusSeconds(900)));
        outbox.release(batch, OutboxRest.nothing());
        outbox.buried(10);
        outbox.unreadable(10);
        outbox.replay(a.id(), buried.id(), NOON);
        outbox.seen(Set.of("crm"), NOON);
        outbox.listeners();
        outbox.forget("crm");
        payments.outbox().backlog();
        mongo.sealedCustomers().findByEmail("a@b.test", 10);
        mongo.sealedCustomers().reseal(10);
        var contracts = mongo.contracts();
        var draft = ContractSamples.draft("c", "org", NOON);
        contracts.insert(draft);
        contracts.replace(draft);
        contracts.find(draft.id());
        var notice = new io.nestcms.cms.outbox.Notice<ContractEvent>(
                "c/1", "c", NOON, new io.nestcms.cms.contract.ContractEvent.ContractDrafted(draft.id(), NOON));
        contracts.insert(ContractSamples.draft("d", "org", NOON), List.of(notice));
        var claim = contracts.outbox().claim(NOON, Duration.ofSeconds(9)).orElseThrow();
        contracts.outbox().bury(claim, notice, "x");
        contracts.outbox().bury(claim, notice, "gone");
        contracts.outbox().postpone(claim, notice, "x", NOON);
        contracts.outbox().buried(10);
        contracts.outbox().replay("c", notice.id(), NOON);
        contracts.outbox().delivered(claim, notice);
        contracts.outbox().release(claim, NOON);
        contracts.outbox().waiting();
        var projects = mongo.projects();
        var project = io.nestcms.cms.project.contract.ProjectSamples.project("p", "org", NOON);
        projects.insert(project, List.of());
        projects.replace(project, List.of());
        projects.find(project.id());
        for (var query : io.nestcms.cms.project.contract.ProjectSamples.everyKindOfQuery()) {
            projects.list(query);
        }
        var articles = mongo.articles();
        var article = new io.nestcms.cms.article.Article(
                new io.nestcms.cms.article.ArticleId("a"),
                new io.nestcms.cms.article.ArticleContent("T", new io.nestcms.cms.article.Slug("t"), "", "", List.of()),
                "w",
                io.nestcms.cms.article.ArticleStatus.PUBLISHED,
                NOON,
                List.of("At"),
                1,
                NOON,
                NOON);
        articles.insert(article, List.of());
        articles.replace(article, article, List.of());
        articles.findBySlug(article.content().slug());
        articles.versions(article.id(), 10);
        articles.version(article.id(), 0);
        articles.search(List.of("t", "u"), 10);
        var newest = io.nestcms.cms.article.ArticleQuery.newest(10);
        articles.list(newest);
        articles.list(newest.in(io.nestcms.cms.article.ArticleStatus.PUBLISHED));
        articles.list(newest.tagged("t"));
        articles.list(newest.tagged("t").in(io.nestcms.cms.article.ArticleStatus.PUBLISHED));
        articles.list(newest.by("w"));
        mongo.breakerStore("n").find("x");
        contracts.statement(draft.id());
        contracts.due(LocalDate.MAX.minusYears(1), 0, 10);
        contracts.list(ContractQuery.newest(10).ofClient("client-1"));
        contracts.list(ContractQuery.newest(10).ofClientEmail("huda@example.test"));
        for (String organisation : new String[] {null, "org"}) {
            for (ContractStatus status : new ContractStatus[] {null, ContractStatus.DRAFT}) {
                contracts.statements(
                        ContractQuery.newest(10).ofOrganisation(organisation).in(status));
                contracts.list(
                        ContractQuery.newest(10).ofOrganisation(organisation).in(status));
            }
        }
        mongo.turnover().turnover(YearMonth.of(2026, 1), YearMonth.of(2026, 12));
        var audit = mongo.auditTrail(key("c", 3));
        audit.append(new io.nestcms.audit.AuditEntry(NOON, "a", "b", "c", "d", java.util.Map.of()));
        audit.read(1, 10);
        audit.head();
    }

    /** The query in a command, as a find; counting everything is not one. */
    private static Optional<Document> asFind(BsonDocument command) {
        String verb = command.getFirstKey();
        BsonValue collection = command.get(verb);
        BsonDocument query = switch (verb) {
            case "find" -> command.getDocument("filter", new BsonDocument());
            case "findAndModify" -> command.getDocument("query");
            case "update" -> command.getArray("updates").get(0).asDocument().getDocument("q");
            case "aggregate" ->
                command.getArray("pipeline").get(0).asDocument().getDocument("$match", new BsonDocument());
            default -> null;
        };
        BsonDocument sort = command.getDocument("sort", new BsonDocument());
        if (query == null || query.isEmpty() && sort.isEmpty()) {
            return Optional.empty();
        }
        Document find = new Document("find", collection).append("filter", query);
        return Optional.of(sort.isEmpty() ? find : find.append("sort", sort));
    }

    @Test
    void report_missingAndUnknown_areNamed() {
        NestMongo mongo = NestMongo.using(TestMongo.client(), name);
        assertThat(mongo.indexReport().missing()).isEmpty();
        assertThat(mongo.indexReport().unknown()).isEmpty();

        var documents = TestMongo.client().getDatabase(name).getCollection("payments");
        documents.dropIndex("cart");
        documents.createIndex(new Document("colour", 1), new com.mongodb.client.model.IndexOptions().name("by_colour"));

        assertThat(mongo.indexReport().missing()).containsExactly("payments.cart");
        assertThat(mongo.indexReport().unknown()).containsExactly("payments.by_colour");
        assertThat(new IndexReport(List.of(), List.of(), java.util.Map.of("a", 0L, "b", 2L)).unused())
                .containsExactly("a");
    }
}
