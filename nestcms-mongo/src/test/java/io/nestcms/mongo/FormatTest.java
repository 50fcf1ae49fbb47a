package io.nestcms.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoCollection;
import io.nestcms.access.Grant;
import io.nestcms.access.Permission;
import io.nestcms.audit.AuditEntry;
import io.nestcms.cms.article.Article;
import io.nestcms.cms.article.ArticleContent;
import io.nestcms.cms.article.Articles;
import io.nestcms.cms.article.JsoupHtmlCleaner;
import io.nestcms.cms.article.Slug;
import io.nestcms.cms.contract.Contract;
import io.nestcms.cms.contract.ContractId;
import io.nestcms.cms.contract.ContractQuery;
import io.nestcms.cms.contract.Party;
import io.nestcms.cms.contract.contract.ContractSamples;
import io.nestcms.cms.project.contract.ProjectSamples;
import io.nestcms.cms.record.Edit;
import io.nestcms.cms.user.contract.UserStoreContract;
import io.nestcms.crypto.NamedKey;
import io.nestcms.money.Money;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.contract.Samples;
import io.nestcms.payment.store.GatewayEvidence;
import io.nestcms.resilience.BreakerMemory;
import io.nestcms.resilience.BreakerOrder.Command;
import io.nestcms.resilience.BreakerState;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RefusalCheck.class)
class FormatTest {
    private final String database = TestMongo.freshDatabase();
    private final NestMongo mongo = NestMongo.using(TestMongo.client(), database);

    /** A second version that calls a field by another name. */
    private static final Format SECOND = new Format("things", List.of(document -> {
        if (!document.containsKey("colour") && document.containsKey("color")) {
            document.append("colour", document.getString("color"));
        }
        return document;
    }));

    @Test
    void read_olderVersion_isBroughtUp() {
        assertThat(SECOND.version()).isEqualTo(2);
        assertThat(SECOND.read(new Document("v", 1).append("color", "red")).text("colour"))
                .isEqualTo("red");
    }

    @Test
    void read_olderPartOfANewerDocument_isBroughtUpToo() {
        assertThat(SECOND.read(new Document("v", 2).append("color", "red")).text("colour"))
                .isEqualTo("red");
        assertThat(SECOND.read(new Document("v", 2).append("colour", "blue").append("color", "red"))
                        .text("colour"))
                .isEqualTo("blue");
    }

    @Test
    void read_newerVersion_isRefusedByName() {
        assertThatThrownBy(() -> SECOND.read(new Document("_id", 7).append("v", 3)))
                .isInstanceOf(NestMongoException.class)
                .hasMessageContaining("things/7 has format version 3; this build reads up to 2");
    }

    @Test
    void replace_olderDocument_becomesOfTheNewestVersion() {
        mongo.payments().insert(Samples.payment("a"), List.of());
        Contract draft = ContractSamples.draft("c", "org", ContractSamples.NOON);
        mongo.contracts().insert(draft);
        for (String collection : List.of("payments", "contracts")) {
            set(collection, 0);
        }

        mongo.payments().replace(Samples.full(Samples.payment("a")), List.of());
        mongo.contracts()
                .replace(new Contract(
                        draft.id(), draft.terms(), draft.status(), 2, draft.createdAt(), draft.updatedAt()));

        for (String collection : List.of("payments", "contracts")) {
            assertThat(TestMongo.client()
                            .getDatabase(database)
                            .getCollection(collection)
                            .find()
                            .first())
                    .as(collection)
                    .containsEntry("v", 2);
        }
    }

    @Test
    void everyKindOfDocument_hasAVersion_andRefusesALaterOne() {
        NamedKey key = NamedKey.of("k", new byte[32]);
        Contract draft = ContractSamples.draft("c", "org", ContractSamples.NOON);
        mongo.payments().insert(Samples.payment("a"), List.of());
        mongo.contracts().insert(draft);
        var project = ProjectSamples.project("p", "org", Samples.NOON);
        mongo.projects().insert(project, List.of());
        Articles articles = new Articles(mongo.articles(), new JsoupHtmlCleaner(), java.time.Clock.systemUTC());
        ArticleContent content = new ArticleContent("T", new Slug("t"), "", "<p>t</p>", List.of());
        Article article = ((Edit.Done<Article>) articles.draft(content, "w")).record();
        articles.revise(article.id(), content, "w", null);
        mongo.users().insert(UserStoreContract.user("u", "user", "u@example.com"), List.of());
        mongo.grants().save(new Grant("g", "u", Permission.READ, "payment", null, "a", Samples.NOON, null, null, null));
        mongo.auditTrail(key).append(new AuditEntry(Samples.NOON, "a", "b", "c", "d", Map.of()));
        mongo.breakerStore("n")
                .save(new BreakerMemory(
                        "x", BreakerState.CLOSED, Samples.NOON, null, 0, false, List.of(), Samples.NOON));
        mongo.breakerOrders().give("x", Command.CLOSE, "ops", Samples.NOON);
        mongo.payments().evidence().shown("p", TransactionKind.REFUND);
        GatewayEvidence unknowing =
                NestMongo.using(TestMongo.client(), database).payments().evidence();
        Map<String, ThrowingCallable> reads = new LinkedHashMap<>();
        reads.put("gateway_evidence", () -> unknowing.isShown("p", TransactionKind.REFUND));
        reads.put("payments", () -> mongo.payments().find(Samples.payment("a").id()));
        reads.put("contracts", () -> mongo.contracts().find(draft.id()));
        reads.put("projects", () -> mongo.projects().find(project.id()));
        reads.put("articleVersions", () -> mongo.articles().version(article.id(), 1));
        reads.put("articles", () -> mongo.articles().find(article.id()));
        reads.put("users", () -> mongo.users().find("u"));
        reads.put("grants", () -> mongo.grants().find("g"));
        reads.put("audit", () -> mongo.auditTrail(key).read(1, 1));
        reads.put("breakers", () -> mongo.breakerStore("n").find("x"));
        reads.put("breakerOrders", () -> mongo.breakerOrders().standing());

        assertThat(TestMongo.client().getDatabase(database).listCollectionNames())
                .containsExactlyInAnyOrderElementsOf(reads.keySet());
        reads.forEach((collection, read) -> {
            set(collection, 99);
            assertThatThrownBy(read)
                    .as(collection)
                    .isInstanceOf(NestMongoException.class)
                    .hasMessageContaining("has format version 99");
        });
    }

    /** As the build before wrote it; its client was a name of its own and nothing else. */
    @Test
    void contractOfTheFirstFormat_isRead_andWrittenInTheNewest() {
        Instant at = ContractSamples.NOON;
        MongoCollection<Document> contracts =
                TestMongo.client().getDatabase(database).getCollection("contracts");
        contracts.insertOne(new Document("_id", "old")
                .append("v", 1)
                .append("status", "ACTIVE")
                .append("title", "Website")
                .append("clientId", "c-7")
                .append("organisationId", "org")
                .append("workers", List.of(new Document("employeeId", "w").append("share", 10_000)))
                .append("amount", EventDocuments.money(Money.of("100.000", "KWD")))
                .append(
                        "instalments",
                        List.of(new Document("amount", EventDocuments.money(Money.of("100.000", "KWD")))
                                .append("dueOn", "2026-12-24")))
                .append("commission", 5)
                .append("version", 3L)
                .append("createdAt", Times.nanos(at))
                .append("updatedAt", Times.nanos(at))
                .append(
                        "events",
                        List.of(new Document("id", "e1")
                                .append("at", Times.nanos(at))
                                .append("type", "statusChanged")
                                .append("from", "DRAFT")
                                .append("to", "ACTIVE")))
                .append("eventsNextAt", Times.nanos(at)));
        ContractId id = new ContractId("old");

        Contract read = mongo.contracts().find(id).orElseThrow();
        assertThat(read.terms().client()).isEqualTo(new Party("c-7", "c-7", "unknown@client.invalid", null, null));
        assertThat(mongo.contracts().statement(id)).isPresent();
        assertThat(mongo.contracts().list(ContractQuery.newest(9))).hasSize(1);

        assertThat(mongo.contracts()
                        .replace(
                                new Contract(id, read.terms(), read.status(), 4, read.createdAt(), read.updatedAt()),
                                List.of()))
                .isTrue();
        assertThat(contracts.find().first()).containsEntry("v", 2).doesNotContainKey("clientId");
        assertThat(mongo.contracts().find(id).orElseThrow().terms()).isEqualTo(read.terms());
    }

    private void set(String collection, int version) {
        TestMongo.client()
                .getDatabase(database)
                .getCollection(collection)
                .updateMany(new Document(), new Document("$set", new Document("v", version)));
    }
}
