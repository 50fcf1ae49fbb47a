package io.nestcms.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.crypto.FieldCipher;
import io.nestcms.crypto.NamedKey;
import io.nestcms.payment.CardOnFile;
import io.nestcms.payment.CardToken;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentMethod;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.SavedCard;
import io.nestcms.payment.contract.Samples;
import io.nestcms.payment.contract.SavedCardStoreContract;
import io.nestcms.payment.store.SavedCardStore;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bson.Document;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RefusalCheck.class)
class MongoSavedCardStoreTest {
    private static final FieldCipher CIPHER =
            FieldCipher.builder(key("k1", 1), key("lookup", 9)).build();

    private static NamedKey key(String id, int fill) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) fill);
        return NamedKey.of(id, bytes);
    }

    private static final String TOKEN = "2C4652BC67A3EA30C6B591FE658B7B9B";

    private final String database = TestMongo.freshDatabase();

    private NestMongo sealed() {
        return NestMongo.builder(TestMongo.client(), database)
                .fieldCipher(CIPHER)
                .build();
    }

    private Document only(String collection) {
        return Objects.requireNonNull(TestMongo.client()
                .getDatabase(database)
                .getCollection(collection)
                .find()
                .first());
    }

    @Nested
    class Clear extends SavedCardStoreContract {
        private final SavedCardStore store =
                NestMongo.using(TestMongo.client(), database).savedCards();

        @Override
        protected SavedCardStore store() {
            return store;
        }
    }

    @Nested
    class Sealed extends SavedCardStoreContract {
        private final SavedCardStore store = sealed().savedCards();

        @Override
        protected SavedCardStore store() {
            return store;
        }
    }

    @Test
    void insert_withACipher_noTokenInTheDocument() {
        SavedCard card = SavedCard.saved(
                new CardOnFile(new CardToken(TOKEN), null, null, null), "payer", null, null, null, Samples.NOON);

        sealed().savedCards().insert(card);

        assertThat(only("savedCards").toJson()).doesNotContain(TOKEN);
        assertThat(sealed().savedCards().list("payer", 1)).containsExactly(card);
    }

    @Test
    void insertPayment_withACipher_noTokenAndNoAddresseeInTheDocument() {
        Payment like = Samples.payment("a");
        PaymentOrder order = PaymentOrder.builder(
                        like.order().cartId(), like.order().amount())
                .description("x")
                .customer(like.order().customer())
                .shipping(new io.nestcms.payment.Customer(
                        "Omar Hidden", "omar@hidden.test", null, "Hidden Street", null, "KW"))
                .method(PaymentMethod.savedCard(new CardToken(TOKEN)))
                .build();
        Payment payment = Samples.of(order, like);

        sealed().payments().insert(payment, List.of());

        assertThat(only("payments").toJson()).doesNotContain(TOKEN).doesNotContainIgnoringCase("hidden");
        assertThat(sealed().payments().find(payment.id())).contains(payment);
    }

    @Test
    void reseal_tokenAndAddresseeOfAnOlderTime_sealedToo() {
        Payment like = Samples.payment("a");
        PaymentOrder order = PaymentOrder.builder(
                        like.order().cartId(), like.order().amount())
                .description("x")
                .customer(like.order().customer())
                .shipping(like.order().customer())
                .method(PaymentMethod.savedCard(new CardToken(TOKEN)))
                .build();
        Payment payment = Samples.of(order, like);
        NestMongo.using(TestMongo.client(), database).payments().insert(payment, List.of());

        assertThat(sealed().sealedCustomers().reseal(10)).isOne();

        assertThat(only("payments").toJson()).doesNotContain(TOKEN);
        assertThat(sealed().payments().find(payment.id())).contains(payment);
    }
}
