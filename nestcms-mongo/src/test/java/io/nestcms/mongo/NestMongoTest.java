package io.nestcms.mongo;

import static io.nestcms.payment.contract.Samples.payment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.model.IndexOptions;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.payment.PaymentId;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RefusalCheck.class)
class NestMongoTest {
    @Test
    void connect_twice_findsWhatTheFirstWrote() {
        MongoSettings settings = MongoSettings.of(TestMongo.uri(), TestMongo.freshDatabase());
        try (NestMongo first = NestMongo.connect(settings)) {
            first.payments().insert(payment("a"), List.of());
        }

        try (NestMongo second = NestMongo.connect(settings)) {
            assertThat(second.payments().find(new PaymentId("a"))).contains(payment("a"));
        }
    }

    @Test
    void close_givenClient_staysOpen() {
        String database = TestMongo.freshDatabase();

        NestMongo.using(TestMongo.client(), database).close();

        assertThat(TestMongo.client()
                        .getDatabase(database)
                        .getCollection("payments")
                        .countDocuments())
                .isZero();
    }

    @Test
    void using_indexOfTheNameButWithoutUniqueness_isRefused() {
        String database = TestMongo.freshDatabase();
        TestMongo.client()
                .getDatabase(database)
                .getCollection("payments")
                .createIndex(new Document("cartId", 1), new IndexOptions().name("cart"));

        assertThatThrownBy(() -> NestMongo.using(TestMongo.client(), database))
                .isInstanceOf(NestMongoException.class)
                .hasMessageContaining("index");
    }

    @Test
    void connect_nobodyThere_failsWithoutCredentials() {
        MongoSettings settings =
                MongoSettings.of("mongodb://huda:geheim@127.0.0.1:1/?serverSelectionTimeoutMS=50", "nestcms");

        assertThatThrownBy(() -> NestMongo.connect(settings))
                .isInstanceOf(NestMongoException.class)
                .hasMessageNotContaining("geheim");
        assertThat(settings.toString()).doesNotContain("geheim").doesNotContain("huda");
    }

    @Test
    void settings_malformed_areRefusedWithoutTheValue() {
        assertThatThrownBy(() -> MongoSettings.of("mongodb://huda:ge@heim@h", "nestcms"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("uri")
                .hasMessageNotContaining("heim");
        assertThatThrownBy(() -> MongoSettings.of("mongodb://h", "a.b"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("database");
    }
}
