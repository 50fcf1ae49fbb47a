package io.nestcms.mongo;

import static io.nestcms.payment.contract.Samples.full;
import static io.nestcms.payment.contract.Samples.payment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoCollection;
import io.nestcms.crypto.CipherException;
import io.nestcms.crypto.FieldCipher;
import io.nestcms.crypto.NamedKey;
import io.nestcms.health.Health;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.contract.PaymentStoreContract;
import io.nestcms.payment.store.PaymentStore;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.types.Binary;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RefusalCheck.class)
class SealedCustomersTest {
    private final String database = TestMongo.freshDatabase();
    private final FieldCipher cipher =
            FieldCipher.builder(key("k1", 1), key("lookup", 9)).build();
    private final NestMongo mongo =
            NestMongo.builder(TestMongo.client(), database).fieldCipher(cipher).build();

    private static NamedKey key(String id, int fill) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) fill);
        return NamedKey.of(id, secret);
    }

    private MongoCollection<Document> documents() {
        return TestMongo.client().getDatabase(database).getCollection("payments");
    }

    private String storedBytes() {
        StringBuilder all = new StringBuilder();
        for (RawBsonDocument raw :
                documents().withDocumentClass(RawBsonDocument.class).find()) {
            byte[] bytes = new byte[raw.getByteBuffer().remaining()];
            raw.getByteBuffer().get(bytes);
            all.append(new String(bytes, StandardCharsets.UTF_8));
        }
        return all.toString();
    }

    @Nested
    class AsStore extends PaymentStoreContract {
        @Override
        protected PaymentStore store() {
            return mongo.payments();
        }
    }

    @Test
    void storedBytes_holdNoPersonalData() {
        Payment first = payment("a");
        mongo.payments().insert(first, List.of());
        String before = storedBytes();
        mongo.payments().replace(full(first), List.of());

        assertThat(before).contains("Two tickets").doesNotContain("Huda", "huda", "example.test", "Kuwait City");
        assertThat(storedBytes()).doesNotContain("تذاكر", "a@b.test", "12345678", "1 Street");
        assertThat(mongo.payments().find(first.id())).contains(full(first));
    }

    @Test
    void find_withoutTheCipher_isRefused() {
        mongo.payments().insert(payment("a"), List.of());

        assertThatThrownBy(() -> NestMongo.using(TestMongo.client(), database))
                .isInstanceOf(NestMongoException.class)
                .hasMessageContaining("keys that this node does not have: [k1]");
        assertThatThrownBy(() -> NestMongo.builder(TestMongo.client(), database)
                        .indexes(IndexPolicy.CHECK_LATER)
                        .build()
                        .payments()
                        .find(new PaymentId("a")))
                .isInstanceOf(NestMongoException.class)
                .hasMessageContaining("encrypted and no cipher");
    }

    /** Every node reads all the time; one that was left out does not start again, and says so while it runs. */
    @Test
    void changeOfKeys_firstAllOpenIt_thenOneSeals() throws Exception {
        FieldCipher other = FieldCipher.builder(key("k1", 1), key("lookup", 9)).build();
        FieldCipher forgotten =
                FieldCipher.builder(key("k1", 1), key("lookup", 9)).build();
        NestMongo second = node(other);
        NestMongo third = node(forgotten);
        cipher.alsoOpen(key("k2", 2));
        other.alsoOpen(key("k2", 2));
        mongo.payments().insert(payment("old"), List.of());
        assertThat(cipher.currentKeyId()).isEqualTo("k1");

        cipher.rotateTo(key("k2", 2));
        mongo.payments().insert(payment("new"), List.of());
        assertThat(mongo.sealedCustomers().reseal(10)).isEqualTo(1);

        assertThat(second.payments().find(new PaymentId("new"))).contains(payment("new"));
        assertThat(second.payments().find(new PaymentId("old"))).contains(payment("old"));
        assertThat(second.health().look()).isEqualTo(Health.up());
        assertThat(third.health().look())
                .isEqualTo(Health.down("payments are sealed under keys that this node does not have: [k2]"));
        assertThatThrownBy(() -> node(forgotten)).hasMessageContaining("[k2]");
        forgotten.alsoOpen(key("k2", 2));
        assertThat(node(forgotten).payments().list(PaymentQuery.newest(10)).items())
                .hasSize(2);
    }

    private NestMongo node(FieldCipher keys) {
        return NestMongo.builder(TestMongo.client(), database).fieldCipher(keys).build();
    }

    @Test
    void reseal_oneThatCannotBeOpened_keepsNoOtherFromIt_andDoneOnesAreNotReadAgain() {
        for (int n = 0; n < 20; n++) {
            mongo.payments().insert(payment("p" + n), List.of());
        }
        documents()
                .updateOne(
                        new Document("_id", "p3"),
                        new Document(
                                "$set",
                                new Document(
                                        "order.customer.email", new Binary(cipher.seal("a@b.test", "another place")))));
        cipher.rotateTo(key("k2", 2));

        assertThatThrownBy(() -> mongo.sealedCustomers().reseal(7)).isInstanceOf(CipherException.class);

        assertThat(documents().countDocuments(new Document("order.customer.key", "k2")))
                .isEqualTo(19);
        documents().deleteOne(new Document("_id", "p3"));
        assertThat(mongo.sealedCustomers().reseal(7)).isZero();
        assertThat(TestMongo.collectionScans(database)).isEmpty();
    }

    @Test
    void find_valueOfAnotherPayment_isRefused() {
        mongo.payments().insert(payment("a"), List.of());
        mongo.payments().insert(payment("b"), List.of());
        Binary other = documents()
                .find(new Document("_id", "b"))
                .first()
                .getEmbedded(List.of("order", "customer", "email"), Binary.class);
        documents()
                .updateOne(new Document("_id", "a"), new Document("$set", new Document("order.customer.email", other)));

        assertThatThrownBy(() -> mongo.payments().find(new PaymentId("a"))).isInstanceOf(CipherException.class);
    }

    @Test
    void findByEmail_anyCapitals_findsThePayments() {
        mongo.payments().insert(payment("a"), List.of());
        mongo.payments().insert(payment("b"), List.of());

        assertThat(mongo.sealedCustomers().findByEmail("HUDA@example.test", 10))
                .containsExactlyInAnyOrder(new PaymentId("a"), new PaymentId("b"));
        assertThat(mongo.sealedCustomers().findByEmail("other@example.test", 10))
                .isEmpty();
    }

    @Test
    void reseal_clearPayments_areSealedAndFound() {
        NestMongo.using(TestMongo.client(), database).payments().insert(payment("a"), List.of());
        assertThat(storedBytes()).contains("huda@example.test");

        assertThat(mongo.sealedCustomers().reseal(10)).isEqualTo(1);

        assertThat(storedBytes()).doesNotContain("huda@example.test");
        assertThat(mongo.payments().find(new PaymentId("a"))).contains(payment("a"));
        assertThat(mongo.sealedCustomers().findByEmail("huda@example.test", 10)).hasSize(1);
        assertThat(mongo.sealedCustomers().reseal(10)).isZero();
    }

    @Test
    void reseal_underLoad_losesNothingAndLetsTheOldKeyGo() throws Exception {
        for (int n = 0; n < 40; n++) {
            mongo.payments().insert(payment("p" + n), List.of());
        }
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            Future<?> writers = pool.submit(() -> {
                for (int n = 0; n < 40; n++) {
                    mongo.payments().replace(full(payment("p" + n)), List.of());
                }
            });
            cipher.rotateTo(key("k2", 2));
            mongo.sealedCustomers().reseal(7);
            writers.get();
        } finally {
            pool.shutdownNow();
        }
        mongo.sealedCustomers().reseal(7);

        assertThat(mongo.sealedCustomers().reseal(7)).isZero();
        FieldCipher newOnly =
                FieldCipher.builder(key("k2", 2), key("lookup", 9)).build();
        PaymentStore store = NestMongo.builder(TestMongo.client(), database)
                .fieldCipher(newOnly)
                .build()
                .payments();
        for (int n = 0; n < 40; n++) {
            assertThat(store.find(new PaymentId("p" + n))).contains(full(payment("p" + n)));
        }
    }
}
