package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shipped files of Prometheus and Alertmanager, asked of their own checkers. */
class MonitoringFilesTest {
    private static final Path RULES = Edge.shipped().resolve("prometheus/rules.yml");
    private static final Path ROUTES = Edge.shipped().resolve("alertmanager/alertmanager.yml");

    @Test
    void rules_fireWhenTheyShould() {
        assertThat(Machine.run(
                        "promtool",
                        List.of(
                                "test",
                                "rules",
                                RULES.resolveSibling("rules-test.yml").toString())))
                .contains("SUCCESS");
    }

    @Test
    void configurations_areAccepted(@TempDir Path copy) throws IOException {
        for (String file : List.of("rules.yml", "prometheus.yml")) {
            Files.copy(RULES.resolveSibling(file), copy.resolve(file));
        }
        Files.writeString(copy.resolve("metrics-token"), "token");

        assertThat(Machine.run(
                        "promtool",
                        List.of(
                                "check",
                                "config",
                                copy.resolve("prometheus.yml").toString())))
                .contains("12 rules found");
        assertThat(Machine.run("amtool", List.of("check-config", ROUTES.toString())))
                .contains("3 receivers");
    }

    @ParameterizedTest
    @CsvSource({
        "payments, critical, payments-on-call",
        "payments, warning, payments",
        "platform, critical, platform",
        "platform, warning, platform"
    })
    void whoIsTold(String team, String severity, String receiver) {
        String told = Machine.run(
                "amtool",
                List.of("config", "routes", "test", "--config.file=" + ROUTES, "team=" + team, "severity=" + severity));

        assertThat(told.lines()).contains(receiver);
    }

    @Test
    void everyAlert_hasItsTestAndItsRunbook() throws IOException {
        String tests = Files.readString(RULES.resolveSibling("rules-test.yml"));
        String guide = Files.readString(Path.of("..", "..", "docs", "guides", "production.md"));
        Matcher alert = Pattern.compile("- alert: (\\w+)").matcher(Files.readString(RULES));
        int count = 0;
        while (alert.find()) {
            assertThat(tests).contains("alertname: " + alert.group(1));
            assertThat(guide).contains(alert.group(1));
            count++;
        }
        assertThat(count).isEqualTo(12);
    }
}
