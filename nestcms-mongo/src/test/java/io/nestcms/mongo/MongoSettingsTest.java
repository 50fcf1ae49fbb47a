package io.nestcms.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoClientSettings;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import io.nestcms.failure.InvalidInputException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(RefusalCheck.class)
class MongoSettingsTest {
    private static final String URI = "mongodb://huda:geheim@db.example.test:27017/";

    @Test
    void client_nothingSet_hasSafeBoundedDefaults() {
        MongoClientSettings client = MongoSettings.builder(URI).build().client();

        assertThat(client.getWriteConcern()).isEqualTo(WriteConcern.MAJORITY.withJournal(true));
        assertThat(client.getRetryWrites()).isTrue();
        assertThat(client.getConnectionPoolSettings().getMaxWaitTime(TimeUnit.MILLISECONDS))
                .isEqualTo(2000);
        assertThat(client.getSocketSettings().getReadTimeout(TimeUnit.SECONDS)).isEqualTo(10);
        assertThat(client.getClusterSettings().getServerSelectionTimeout(TimeUnit.SECONDS))
                .isEqualTo(5);
    }

    @Test
    void client_optionInUriAndSet_takesTheSetOne() {
        MongoSettings.Builder builder = MongoSettings.builder(URI + "?maxPoolSize=7&waitQueueTimeoutMS=70");

        assertThat(builder.build().client().getConnectionPoolSettings().getMaxSize())
                .isEqualTo(7);
        MongoClientSettings client = builder.maxPoolSize(9).build().client();
        assertThat(client.getConnectionPoolSettings().getMaxSize()).isEqualTo(9);
        assertThat(client.getConnectionPoolSettings().getMaxWaitTime(TimeUnit.MILLISECONDS))
                .isEqualTo(70);
    }

    @Test
    void fromEnvironment_everyOption_isRead() {
        MongoSettings settings = MongoSettings.fromEnvironment(Map.ofEntries(
                        Map.entry("MONGODB_URI", URI),
                        Map.entry("MONGODB_DATABASE", "shop"),
                        Map.entry("MONGODB_MAX_POOL_SIZE", "50"),
                        Map.entry("MONGODB_MIN_POOL_SIZE", "5"),
                        Map.entry("MONGODB_WAIT_QUEUE_TIMEOUT", "250ms"),
                        Map.entry("MONGODB_CONNECT_TIMEOUT", "3s"),
                        Map.entry("MONGODB_READ_TIMEOUT", "1m"),
                        Map.entry("MONGODB_SERVER_SELECTION_TIMEOUT", "4s"),
                        Map.entry("MONGODB_HEARTBEAT", "500ms"),
                        Map.entry("MONGODB_READ_PREFERENCE", "nearest"),
                        Map.entry("MONGODB_MAX_LAG", "2s"),
                        Map.entry("MONGODB_TLS", "true"),
                        Map.entry("MONGODB_VERSION", "somebody else's")))
                .orElseThrow();

        MongoClientSettings client = settings.client();
        assertThat(settings.database()).isEqualTo("shop");
        assertThat(client.getConnectionPoolSettings().getMaxSize()).isEqualTo(50);
        assertThat(client.getConnectionPoolSettings().getMinSize()).isEqualTo(5);
        assertThat(client.getConnectionPoolSettings().getMaxWaitTime(TimeUnit.MILLISECONDS))
                .isEqualTo(250);
        assertThat(client.getSocketSettings().getConnectTimeout(TimeUnit.SECONDS))
                .isEqualTo(3);
        assertThat(client.getSocketSettings().getReadTimeout(TimeUnit.SECONDS)).isEqualTo(60);
        assertThat(client.getClusterSettings().getServerSelectionTimeout(TimeUnit.SECONDS))
                .isEqualTo(4);
        assertThat(client.getServerSettings().getHeartbeatFrequency(TimeUnit.MILLISECONDS))
                .isEqualTo(500);
        assertThat(client.getSslSettings().isEnabled()).isTrue();
        assertThat(settings.readPreference()).isEqualTo(ReadPreference.nearest());
        assertThat(settings.maxLag()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void fromEnvironment_noUri_isEmpty() {
        assertThat(MongoSettings.fromEnvironment(Map.of("MONGODB_DATABASE", "shop")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "MONGODB_MAX_POOL_SIZE, 0, 1 to 10000",
        "MONGODB_MAX_POOL_SIZE, many, digits only",
        "MONGODB_READ_TIMEOUT, 10, 'digits and ms, s or m'",
        "MONGODB_READ_TIMEOUT, 11m, 1 ms to 10 min",
        "MONGODB_HEARTBEAT, 100ms, 500 ms to 10 min",
        "MONGODB_READ_PREFERENCE, closest, nearest",
        "MONGODB_TLS, yes, true or false",
        "MONGODB_DATABASE, a.b, 'letters, digits'"
    })
    void fromEnvironment_badValue_isRefusedByNameAndRule(String name, String value, String rule) {
        assertThatThrownBy(() -> MongoSettings.fromEnvironment(Map.of("MONGODB_URI", URI, name, value)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(name)
                .hasMessageContaining(rule);
    }

    @Test
    void fromProperties_unknownName_isRefused() {
        Properties properties = new Properties();
        properties.setProperty("nestcms.mongo.uri", URI);
        properties.setProperty("nestcms.mongo.max-pool-size", "8");
        assertThat(MongoSettings.fromProperties(properties)
                        .client()
                        .getConnectionPoolSettings()
                        .getMaxSize())
                .isEqualTo(8);

        properties.setProperty("nestcms.mongo.max-pol-size", "8");

        assertThatThrownBy(() -> MongoSettings.fromProperties(properties))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("nestcms.mongo.max-pol-size is not known");
    }

    @Test
    void fromProperties_noUri_isRefused() {
        assertThatThrownBy(() -> MongoSettings.fromProperties(new Properties()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("nestcms.mongo.uri is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"?w=1", "?w=0", "?journal=false", "?retryWrites=false", "?tls=true&tlsInsecure=true"})
    void builder_uriThatWeakens_isRefused(String options) {
        assertThatThrownBy(() -> MongoSettings.builder(URI + options))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("uri")
                .hasMessageNotContaining("geheim");
    }

    @Test
    void builder_minimumAboveMaximum_isRefused() {
        assertThatThrownBy(() ->
                        MongoSettings.builder(URI).minPoolSize(5).maxPoolSize(4).build())
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("not above maxPoolSize");
    }

    @Test
    void database_inUri_isTaken() {
        assertThat(MongoSettings.builder(URI + "cms").build().database()).isEqualTo("cms");
        assertThat(MongoSettings.builder(URI).build().database()).isEqualTo("nestcms");
    }

    @Test
    void toString_credentials_areWithheld() {
        assertThat(MongoSettings.builder(URI).build().toString())
                .contains("db.example.test")
                .doesNotContain("geheim")
                .doesNotContain("huda");
    }
}
