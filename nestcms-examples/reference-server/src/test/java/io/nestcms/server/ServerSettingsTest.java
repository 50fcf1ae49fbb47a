package io.nestcms.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.failure.InvalidInputException;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServerSettingsTest {
    @Test
    void from_nothing_allEmbedded() {
        ServerSettings settings = ServerSettings.from(Map.of());
        assertThat(settings.host()).isEqualTo("127.0.0.1");
        assertThat(settings.port()).isEqualTo(8080);
        assertThat(settings.mongoUri()).isNull();
        assertThat(settings.payTabs()).isNull();
        assertThat(settings.tokenKey()).isNull();
        assertThat(settings.users()).isEmpty();
        assertThat(ServerSettings.from(Map.of("PORT", " ", "MONGODB_URI", ""))).isEqualTo(settings);
    }

    @Test
    void from_everything_read() {
        ServerSettings settings = ServerSettings.from(Map.of(
                "PORT", "9000",
                "PUBLIC_URL", "https://pay.example.com/",
                "MONGODB_URI", "mongodb://db/?replicaSet=rs",
                "PAYTABS_PROFILE_ID", "4242",
                "PAYTABS_SERVER_KEY", "SXXXXXXXXX-XXXXXXXXXX-XXXXXXXXXX",
                "PAYTABS_REGION", "KWT",
                "DEMO_USERNAME", "shop",
                "DEMO_PASSWORD", "a long password",
                "JWT_SECRET", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="));
        assertThat(settings.port()).isEqualTo(9000);
        assertThat(settings.publicUrl()).isEqualTo(URI.create("https://pay.example.com"));
        assertThat(settings.payTabs()).extracting("profileId").isEqualTo(4242L);
        assertThat(settings.users()).containsEntry("shop", "a long password");
        assertThat(settings.toString() + settings.payTabs())
                .doesNotContain("SXXXX")
                .doesNotContain("a long password");
    }

    private static void refused(String field, Map<String, String> environment) {
        assertThatThrownBy(() -> ServerSettings.from(environment))
                .isInstanceOfSatisfying(
                        InvalidInputException.class,
                        refused -> assertThat(refused.field()).isEqualTo(field));
    }

    @Test
    void from_halfOrWrong_refusedByName() {
        refused("PORT", Map.of("PORT", "http"));
        refused("PORT", Map.of("PORT", "70000"));
        refused("PUBLIC_URL", Map.of("PUBLIC_URL", "not an address"));
        refused("JWT_SECRET", Map.of("JWT_SECRET", "c2hvcnQ="));
        refused("JWT_SECRET", Map.of("JWT_SECRET", "?"));
        refused("WEBHOOK_SOURCES", Map.of("WEBHOOK_SOURCES", "gateway.example.com"));
        refused("TRUSTED_PROXIES", Map.of("TRUSTED_PROXIES", "10.0.0.1, 10.0.0.0/99"));
        refused("REDIS_URL", Map.of("REDIS_URL", "redis://cache"));
        refused("PAYTABS_REGION", Map.of("PAYTABS_PROFILE_ID", "1", "PAYTABS_SERVER_KEY", "SXXXXXXXXX"));
        refused(
                "PUBLIC_URL",
                Map.of("PAYTABS_PROFILE_ID", "1", "PAYTABS_SERVER_KEY", "SXXXXXXXXX", "PAYTABS_REGION", "KWT"));
        refused(
                "PUBLIC_URL",
                Map.of(
                        "PAYTABS_PROFILE_ID", "1",
                        "PAYTABS_SERVER_KEY", "SXXXXXXXXX",
                        "PAYTABS_REGION", "KWT",
                        "PUBLIC_URL", "http://pay.example.com"));
    }
}
