package io.nestcms.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.failure.InvalidInputException;
import java.net.URI;
import java.time.Duration;
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

    private static final String KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private static final String OTHER_KEY = "HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    @Test
    void from_whatGuardsTheData_read() {
        ServerSettings.Safekeeping safekeeping = ServerSettings.from(Map.of(
                        "NODE_NAME",
                        "shop-1",
                        "AUDIT_KEY",
                        KEY,
                        "CUSTOMER_KEY",
                        "2026:" + KEY + ", 2025:" + OTHER_KEY,
                        "CUSTOMER_LOOKUP_KEY",
                        "lookup:IAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                        "BACKUP_DIR",
                        "backups",
                        "BACKUP_KEY",
                        OTHER_KEY))
                .safekeeping();
        assertThat(safekeeping.node()).isEqualTo("shop-1");
        assertThat(safekeeping.customerKeys()).isNotNull();
        assertThat(safekeeping.customerKeys().cipher().currentKeyId()).isEqualTo("2026");
        assertThat(safekeeping.customerKeys().cipher().keyIds()).containsExactlyInAnyOrder("2025", "2026");
        assertThat(safekeeping.backups()).isNotNull();
        assertThat(safekeeping.backups().every()).isEqualTo(Duration.ofHours(24));
        assertThat(safekeeping.backups().keep()).isEqualTo(7);
        assertThat(safekeeping.toString()).doesNotContain(KEY).doesNotContain(OTHER_KEY);
    }

    @Test
    void from_whatGuardsTheData_halfOrWrong_refusedByName() {
        refused("NODE_NAME", Map.of("NODE_NAME", "shop 1"));
        refused("AUDIT_KEY", Map.of("AUDIT_KEY", "c2hvcnQ="));
        refused("AUDIT_KEY", Map.of("AUDIT_KEY", KEY + "," + OTHER_KEY));
        refused("CUSTOMER_LOOKUP_KEY", Map.of("CUSTOMER_KEY", KEY));
        refused("CUSTOMER_KEY", Map.of("CUSTOMER_LOOKUP_KEY", KEY));
        refused("CUSTOMER_KEY", Map.of("CUSTOMER_KEY", "?", "CUSTOMER_LOOKUP_KEY", KEY));
        refused("CUSTOMER_KEY", Map.of("CUSTOMER_KEY", KEY, "CUSTOMER_LOOKUP_KEY", KEY));
        refused("CUSTOMER_KEY", Map.of("CUSTOMER_KEY", KEY + "," + OTHER_KEY, "CUSTOMER_LOOKUP_KEY", "x:" + KEY));
        refused("BACKUP_KEY", Map.of("BACKUP_DIR", "backups"));
        refused("BACKUP_DIR", Map.of("BACKUP_KEY", KEY));
        refused("BACKUP_DIR", Map.of("BACKUP_KEEP", "3"));
        refused("BACKUP_KEY", Map.of("BACKUP_DIR", "backups", "BACKUP_KEY", "c2hvcnQ="));
        refused("BACKUP_EVERY", Map.of("BACKUP_DIR", "backups", "BACKUP_KEY", KEY, "BACKUP_EVERY", "daily"));
        refused("BACKUP_EVERY", Map.of("BACKUP_DIR", "backups", "BACKUP_KEY", KEY, "BACKUP_EVERY", "PT1S"));
        refused("BACKUP_KEEP", Map.of("BACKUP_DIR", "backups", "BACKUP_KEY", KEY, "BACKUP_KEEP", "0"));
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
        refused("REDIS_URL", Map.of("REDIS_URL", "memcached://cache"));
        refused("ALLOWED_SOURCES", Map.of("ALLOWED_SOURCES", "office"));
        refused("DENIED_SOURCES", Map.of("DENIED_SOURCES", "10.0.0.0/33"));
        refused("CORS_ORIGINS", Map.of("CORS_ORIGINS", "*"));
        refused("CORS_ORIGINS", Map.of("CORS_ORIGINS", "https://shop.example.com/"));
        refused("RATE_LIMIT_ADDRESS", Map.of("RATE_LIMIT_ADDRESS", "-1"));
        refused("RATE_LIMIT_USER", Map.of("RATE_LIMIT_USER", "many"));
        refused("MAIL_FROM", Map.of("SMTP_URL", "smtp://mail.example.com"));
        refused("MAIL_FROM", Map.of("SMTP_URL", "smtp://mail.example.com", "MAIL_FROM", "nobody"));
        refused("SMTP_URL", Map.of("SMTP_URL", "http://mail.example.com", "MAIL_FROM", "shop@example.com"));
        refused("SMTP_URL", Map.of("SMTP_URL", "smtp-clear://u:p@mail.example.com", "MAIL_FROM", "shop@example.com"));
        refused("SLACK_WEBHOOK_URL", Map.of("SLACK_WEBHOOK_URL", "http://hooks.slack.com/services/T/B/X"));
        refused("TWILIO_TOKEN", Map.of("TWILIO_ACCOUNT", "AC123", "ALERT_PHONES", "+96511111111"));
        refused(
                "ALERT_PHONES",
                Map.of("TWILIO_ACCOUNT", "AC123", "TWILIO_TOKEN", "t", "TWILIO_FROM", "+1", "ALERT_PHONES", "ops"));
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
