package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import io.nestcms.audit.AuditHead;
import io.nestcms.audit.AuditVerification;
import io.nestcms.crypto.FieldCipher;
import io.nestcms.crypto.NamedKey;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.mongo.IndexPolicy;
import io.nestcms.mongo.MongoSettings;
import io.nestcms.mongo.NestMongo;
import io.nestcms.server.ServerSettings.Backups;
import io.nestcms.server.ServerSettings.CustomerKeys;
import io.nestcms.server.ServerSettings.Safekeeping;
import io.nestcms.system.SystemEvent;
import io.nestcms.testkit.EmbeddedMongo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bson.Document;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What guards the data: customers sealed, backups, the audit trail; seen in the database and the files themselves. */
class SafekeepingTest {
    @TempDir
    Path data;

    private EmbeddedMongo mongo;
    private MongoClient client;

    @BeforeEach
    void start() {
        mongo = EmbeddedMongo.builder().start();
        client = MongoClients.create(mongo.uri());
    }

    @AfterEach
    void stop() {
        client.close();
        mongo.close();
    }

    private static NamedKey key(String id, int filling) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) filling);
        return NamedKey.of(id, secret);
    }

    private Stage stage(@Nullable CustomerKeys customers, @Nullable Backups backups) throws IOException {
        return stage(new Safekeeping("shop-1", null, customers, backups));
    }

    private Stage stage(Safekeeping safekeeping) throws IOException {
        return new Stage(data, new Stage.Keeping(mongo.uri(), safekeeping), server -> {});
    }

    private Document customer(String id) {
        Document payment = client.getDatabase("nestcms")
                .getCollection("payments")
                .find(new Document("_id", id))
                .first();
        assertThat(payment).isNotNull();
        return payment.get("order", Document.class).get("customer", Document.class);
    }

    private static String ordered(Stage stage) {
        return stage.merchant
                .create("key-1", Merchant.order("ORD-1", "250.000", "KWD"))
                .text("id");
    }

    private static void showsTheName(Stage stage, String id) {
        assertThat(stage.merchant.find(id).json().path("customer").path("name").asText())
                .isEqualTo("Noura Al-Sabah");
    }

    private void isSealedUnder(String key, String id) {
        Stage.eventually().untilAsserted(() -> {
            assertThat(customer(id).get("email")).isInstanceOf(Binary.class);
            assertThat(FieldCipher.keyIdOf(
                            customer(id).get("email", Binary.class).getData()))
                    .isEqualTo(key);
        });
    }

    @Test
    void customers_keyIsGivenLaterAndThenAnother_sealedAnewAndReadable() throws IOException {
        NamedKey lookup = key("lookup", 9);
        String id;
        try (Stage clear = stage(null, null)) {
            id = ordered(clear);
            assertThat(customer(id).get("email")).isEqualTo("noura@example.com");
        }
        try (Stage sealed = stage(new CustomerKeys(List.of(key("2025", 1)), lookup), null)) {
            isSealedUnder("2025", id);
            showsTheName(sealed, id);
        }
        try (Stage rotated = stage(new CustomerKeys(List.of(key("2026", 2), key("2025", 1)), lookup), null)) {
            isSealedUnder("2026", id);
            showsTheName(rotated, id);
        }
        try (Stage without = stage(new CustomerKeys(List.of(key("2026", 2)), lookup), null)) {
            showsTheName(without, id);
        }
        keyIsMissing(null);
        keyIsMissing(new CustomerKeys(List.of(key("2027", 3)), lookup));
    }

    private void keyIsMissing(@Nullable CustomerKeys customers) {
        assertThatThrownBy(() -> stage(customers, null))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("CUSTOMER_KEY")
                .hasMessageContaining("2026");
    }

    @Test
    void backup_dueAtTheStart_isWrittenAndWhole_andNotAgainAtTheNextStart() throws IOException {
        Path directory = data.resolve("backups");
        Backups backups = new Backups(directory, key("backup", 3), Duration.ofHours(24), 2);
        try (Stage stage = stage(null, backups)) {
            Stage.eventually()
                    .untilAsserted(() -> assertThat(stage.heard(SystemEvent.BackupCompleted.class))
                            .hasSize(1));
        }
        Path file = onlyFile(directory);
        try (NestMongo reader = reader(mongo.uri());
                InputStream in = Files.newInputStream(file)) {
            assertThat(reader.backups(backups.key()).verify(in).documents()).containsKey("payments");
        }
        try (Stage again = stage(null, backups)) {
            ordered(again);
        }
        assertThat(onlyFile(directory)).isEqualTo(file);
    }

    private static Path onlyFile(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.get(0);
        }
    }

    @Test
    void backup_cannotBeWritten_isAnIncident() throws IOException {
        Path file = Files.writeString(data.resolve("file"), "in the way");
        try (Stage stage = stage(null, new Backups(file, key("backup", 3), Duration.ofHours(24), 2))) {
            Stage.eventually()
                    .untilAsserted(() -> assertThat(stage.merchant
                                    .get("/health/detailed")
                                    .json()
                                    .path("parts")
                                    .path("incidents"))
                            .extracting(incident -> incident.path("subject").asText())
                            .contains("backup"));
            Stage.eventually()
                    .until(() -> !stage.heard(SystemEvent.BackupFailed.class).isEmpty());
        }
    }

    private static String auditStatus(Stage stage) {
        return stage.merchant
                .get("/health/detailed")
                .json()
                .path("parts")
                .path("audit")
                .path("status")
                .asText();
    }

    @Test
    void auditTrail_everyEventIsChained_andWhatWasChangedShowsAtTheNextStart() throws IOException {
        Safekeeping audited = new Safekeeping("shop-1", key("audit", 4), null, null);
        MongoCollection<Document> records = client.getDatabase("nestcms").getCollection("audit");
        try (Stage stage = stage(audited)) {
            String id = ordered(stage);
            stage.payer.pay(stage.merchant.process(id).text("redirectUrl"), Payer.APPROVED);
            Stage.eventually()
                    .untilAsserted(() -> assertThat(records.distinct("action", String.class))
                            .contains(
                                    "PaymentCreated", "PaymentSucceeded", "PaymentStatusChanged", "WebhookValidated"));
            assertThat(auditStatus(stage)).isEqualTo("UP");
        }
        try (NestMongo reader = reader(mongo.uri())) {
            assertThat(reader.auditTrail(key("audit", 4)).verify(AuditHead.NONE))
                    .isInstanceOf(AuditVerification.Intact.class);
        }
        records.updateOne(
                new Document("action", "PaymentSucceeded"),
                new Document("$set", new Document("action", "PaymentCancelled")));
        try (Stage again = stage(audited)) {
            Stage.eventually()
                    .untilAsserted(() -> assertThat(auditStatus(again)).isEqualTo("DOWN"));
            Stage.eventually()
                    .until(() -> again.merchant.get("/health").text("status").equals("DEGRADED"));
            Stage.eventually()
                    .untilAsserted(() -> assertThat(again.heard(SystemEvent.IncidentOpened.class))
                            .extracting(SystemEvent.IncidentOpened::subject)
                            .contains("audit chain"));
        }
    }

    /** Has no key for what it passes on sealed as it is. */
    private static NestMongo reader(String uri) {
        return NestMongo.builder(MongoSettings.of(uri, "nestcms"))
                .indexes(IndexPolicy.NONE)
                .build();
    }
}
