package io.nestcms.mongo;

import static io.nestcms.payment.contract.Samples.full;
import static io.nestcms.payment.contract.Samples.payment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import io.nestcms.crypto.CipherException;
import io.nestcms.crypto.FieldCipher;
import io.nestcms.crypto.NamedKey;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.testkit.EmbeddedMongo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.bson.Document;
import org.bson.types.Binary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Encrypted fields as they lie on a disk, while keys change, and after somebody changed them. */
@ExtendWith(RefusalCheck.class)
class SealedDurabilityTest {
    private static final int WRITERS = 4;

    @TempDir
    Path directory;

    private static NamedKey key(String id, int fill) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) fill);
        return NamedKey.of(id, secret);
    }

    private static FieldCipher cipher(int key) {
        return FieldCipher.builder(key("k" + key, key), key("lookup", 99)).build();
    }

    /** Everything that the node has on disk after two writes: journal, snapshot and what else there is. */
    private String bytesOnDisk(String name, boolean sealed) throws IOException {
        Path data = directory.resolve(name);
        try (EmbeddedMongo node = EmbeddedMongo.builder().dataDirectory(data).start();
                MongoClient client = MongoClients.create(node.uri())) {
            NestMongo.Builder builder = NestMongo.builder(client, "shop");
            NestMongo mongo = (sealed ? builder.fieldCipher(cipher(1)) : builder).build();
            mongo.payments().insert(payment("a"), List.of());
            node.compact();
            mongo.payments().replace(full(payment("a")), List.of());
            assertThat(node.refusals()).isEmpty();
        }
        StringBuilder all = new StringBuilder();
        try (var files = Files.list(data)) {
            for (Path file : files.toList()) {
                all.append(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
            }
        }
        return all.toString();
    }

    @Test
    void disk_holdsNoClearTextOfAMarkedField() throws IOException {
        String[] marked = {
            "Huda", "huda@example.test", "Kuwait City", "تذاكر", "a@b.test", "+96512345678", "1 Street",
        };

        assertThat(bytesOnDisk("clear", false)).as("without a cipher").contains(marked);
        assertThat(bytesOnDisk("sealed", true)).contains("Two tickets").doesNotContain(marked);
    }

    @Test
    void keysRotatedUnderLoad_nothingIsLost() throws Exception {
        String database = TestMongo.freshDatabase();
        FieldCipher cipher = cipher(1);
        NestMongo mongo = NestMongo.builder(TestMongo.client(), database)
                .fieldCipher(cipher)
                .build();
        Set<String> written = ConcurrentHashMap.newKeySet();
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(WRITERS);
        try {
            List<Future<?>> writers = new ArrayList<>();
            for (int w = 0; w < WRITERS; w++) {
                String writer = "w" + w + "-";
                writers.add(pool.submit(() -> {
                    for (int n = 0; !over.get(); n++) {
                        String id = writer + n;
                        mongo.payments().insert(payment(id), List.of());
                        mongo.payments().replace(full(payment(id)), List.of());
                        written.add(id);
                    }
                }));
            }
            for (int next = 2; next <= 4; next++) {
                int enough = written.size() + 40;
                Awaitility.await().atMost(java.time.Duration.ofMinutes(5)).until(() -> written.size() >= enough);
                cipher.rotateTo(key("k" + next, next));
                mongo.sealedCustomers().reseal(25);
            }
            over.set(true);
            for (Future<?> writer : writers) {
                writer.get();
            }
        } finally {
            over.set(true);
            pool.shutdownNow();
        }
        mongo.sealedCustomers().reseal(25);

        PaymentStore newest = NestMongo.builder(TestMongo.client(), database)
                .fieldCipher(cipher(4))
                .build()
                .payments();
        assertThat(written)
                .hasSizeGreaterThan(100)
                .allSatisfy(id -> assertThat(newest.find(new PaymentId(id))).contains(full(payment(id))));
    }

    @Test
    void ciphertext_anyByteChanged_isRefused() {
        String database = TestMongo.freshDatabase();
        NestMongo mongo = NestMongo.builder(TestMongo.client(), database)
                .fieldCipher(cipher(1))
                .build();
        mongo.payments().insert(payment("a"), List.of());
        MongoCollection<Document> documents =
                TestMongo.client().getDatabase(database).getCollection("payments");
        byte[] sealed = documents
                .find()
                .first()
                .getEmbedded(List.of("order", "customer", "email"), Binary.class)
                .getData();
        for (int at = 0; at < sealed.length; at++) {
            byte[] changed = sealed.clone();
            changed[at] ^= 1;
            documents.updateOne(
                    new Document("_id", "a"),
                    new Document("$set", new Document("order.customer.email", new Binary(changed))));

            assertThatThrownBy(() -> mongo.payments().find(new PaymentId("a")))
                    .as("byte %d", at)
                    .isInstanceOf(CipherException.class);
        }
        documents.updateOne(
                new Document("_id", "a"),
                new Document("$set", new Document("order.customer.email", new Binary(sealed))));
        assertThat(mongo.payments().find(new PaymentId("a"))).contains(payment("a"));
    }
}
