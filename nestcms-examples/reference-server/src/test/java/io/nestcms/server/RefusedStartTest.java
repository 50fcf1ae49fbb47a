package io.nestcms.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is wrong with a setting or a file: exit 2 and one line with its name, its value and the rule. */
class RefusedStartTest {
    private static final String KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private static final String SERVER_KEY = "SXXXXXXXXX-XXXXXXXXXX-XXXXXXXXXX";

    @TempDir
    Path data;

    static Stream<Arguments> wrong() {
        return Stream.of(
                arguments("PORT=-99999999999 ", List.of("PORT", "-99999999999")),
                arguments("PORT=99999999999999999999999999 ", List.of("PORT", "99999999999999999999999999")),
                arguments("PORT=http ", List.of("PORT", "http")),
                arguments("PORT=70000 ", List.of("PORT", "70000")),
                arguments("SANDBOX_PORT=65535 ", List.of("SANDBOX_PORT", "65535")),
                arguments("SANDBOX_PORT=8079 ", List.of("SANDBOX_PORT", "8079", "PORT", "8080")),
                arguments("HOST=no.such.host.invalid ", List.of("HOST", "no.such.host.invalid")),
                arguments("HOST=192.0.2.1 ", List.of("HOST", "192.0.2.1")),
                arguments(
                        "PUBLIC_URL=https://***@pay.example.com ",
                        List.of("PUBLIC_URL", "https://me:secret@pay.example.com")),
                arguments(
                        "PUBLIC_URL=https://pay.example.com?*** ",
                        List.of("PUBLIC_URL", "https://pay.example.com?a=secret")),
                arguments("PUBLIC_URL=ftp://pay.example.com ", List.of("PUBLIC_URL", "ftp://pay.example.com")),
                arguments("PUBLIC_URL=pay ", List.of("PUBLIC_URL", "pay")),
                arguments("PAYTABS_REGION=KW ", payTabs("PAYTABS_REGION", "KW")),
                arguments("PAYTABS_SERVER_KEY=*** ", payTabs("PAYTABS_SERVER_KEY", "secret\u0001\nkey")),
                arguments("PAYTABS_PROFILE_ID=-1 ", payTabs("PAYTABS_PROFILE_ID", "-1")),
                arguments("PAYTABS_PROFILE_ID ", List.of("PAYTABS_BASE_URL", "https://api.example.com")),
                arguments("MONGODB_URI=mongo://***@db ", List.of("MONGODB_URI", "mongo://me:secret@db")),
                arguments(
                        "MONGODB_URI=mongodb://***@127.0.0.1:1/?*** ",
                        List.of("MONGODB_URI", "mongodb://me:secret@127.0.0.1:1/?serverSelectionTimeoutMS=300")),
                arguments(
                        "MONGODB_MAX_POOL_SIZE=many ",
                        List.of("MONGODB_URI", "mongodb://127.0.0.1:1/", "MONGODB_MAX_POOL_SIZE", "many")),
                arguments("MONGODB_URI ", List.of("MONGODB_DATABASE", "shop")),
                arguments("DEMO_PASSWORD ", List.of("DEMO_USERNAME", "shop")),
                arguments("DEMO_PASSWORD=*** ", List.of("DEMO_PASSWORD", "secret".repeat(50))),
                arguments("DEMO_PASSWORD=*** ", List.of("DEMO_PASSWORD", "secret")),
                arguments(
                        "DEMO_USERNAME=a?b? ",
                        List.of("DEMO_USERNAME", "a\u061cb\u0007", "DEMO_PASSWORD", "a long secret indeed")),
                arguments("WEBHOOK_SOURCES=, ", List.of("WEBHOOK_SOURCES", ",")),
                arguments("TRUSTED_PROXIES=10.0.0.1,,10.0.0.2 ", List.of("TRUSTED_PROXIES", "10.0.0.1,,10.0.0.2")),
                arguments("ALLOWED_SOURCES=, ", List.of("ALLOWED_SOURCES", ",")),
                arguments("RATE_LIMIT_USER=-99999999999 ", List.of("RATE_LIMIT_USER", "-99999999999")),
                arguments("METRICS_TOKEN=*** ", List.of("METRICS_TOKEN", "secret")),
                arguments("DRAIN_NOTICE=soon ", List.of("DRAIN_NOTICE", "soon")),
                arguments("DRAIN_NOTICE=PT1H ", List.of("DRAIN_NOTICE", "PT1H")),
                arguments("CONNECTIONS=0 ", List.of("CONNECTIONS", "0")),
                arguments("CONNECTIONS_PER_ADDRESS=-99999999999 ", List.of("CONNECTIONS_PER_ADDRESS", "-99999999999")),
                arguments("JWT_SECRET=*** ", List.of("JWT_SECRET", "secret?")),
                arguments("AUDIT_KEY=*** ", List.of("AUDIT_KEY", "secret")),
                arguments("CUSTOMER_LOOKUP_KEY ", List.of("CUSTOMER_KEY", KEY)),
                arguments(
                        "BACKUP_KEEP=-99999999999 ",
                        List.of("BACKUP_KEEP", "-99999999999", "BACKUP_DIR", "b", "BACKUP_KEY", KEY)),
                arguments("REDIS_URL=http://***@cache ", List.of("REDIS_URL", "http://me:secret@cache")));
    }

    private static List<String> payTabs(String name, String value) {
        Map<String, String> all = new HashMap<>(Map.of(
                "PAYTABS_PROFILE_ID", "1",
                "PAYTABS_SERVER_KEY", SERVER_KEY,
                "PAYTABS_REGION", "KWT",
                "PUBLIC_URL", "https://pay.example.com"));
        all.put(name, value);
        return all.entrySet().stream()
                .flatMap(entry -> Stream.of(entry.getKey(), entry.getValue()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void wrongSetting_exit2AndOneLine(String named, List<String> set) {
        Map<String, String> environment = embedded();
        for (int i = 0; i < set.size(); i += 2) {
            environment.put(set.get(i), set.get(i + 1));
        }
        assertThat(refused(environment)).startsWith("Not started. " + named).doesNotContain("secret");
    }

    private Map<String, String> embedded() {
        return new HashMap<>(Map.of("DATA_DIR", data.toString(), "PORT", "0", "SANDBOX_PORT", "0"));
    }

    /** The one line. */
    private static String refused(Map<String, String> environment) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Main.Start start = new Main.Start();
        int exit = Main.start(environment, start, new PrintStream(out, true, StandardCharsets.UTF_8));
        ReferenceServer started = start.server();
        if (started != null) {
            started.close();
        }
        String printed = out.toString(StandardCharsets.UTF_8);
        assertThat(exit).as(printed).isEqualTo(2);
        assertThat(printed.strip().lines()).as(printed).hasSize(1);
        assertThat(printed).contains(": ");
        return printed;
    }

    @Test
    void portTaken_named() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Map<String, String> environment = embedded();
            environment.put("PORT", Integer.toString(taken.getLocalPort()));
            assertThat(refused(environment)).contains("PORT=" + taken.getLocalPort());

            environment.put("PORT", "0");
            environment.put("SANDBOX_PORT", Integer.toString(taken.getLocalPort()));
            assertThat(refused(environment)).contains("SANDBOX_PORT=" + taken.getLocalPort());
        }
    }

    @Test
    void dataDirectory_aFile_named() throws Exception {
        Map<String, String> environment = embedded();
        environment.put(
                "DATA_DIR",
                Files.writeString(data.resolve("file"), "in the way").toString());
        assertThat(refused(environment)).contains(data.resolve("file").toString());
    }

    @Test
    void keyFile_damaged_named() throws Exception {
        for (String name : List.of("token-key", "audit-key", "sandbox-server-key", "demo-password", "node-name")) {
            Path file = data.resolve(name);
            for (byte[] damage : new byte[][] {{}, {'s', 'h', 'o', 'r', 't'}, {(byte) 0xff, (byte) 0xfe, 0, 1}}) {
                Files.write(file, damage);
                assertThat(refused(embedded())).as(name).contains(file.toString());
            }
            Files.delete(file);
        }
    }

    @Test
    void ledger_ofSomethingElse_named() throws Exception {
        Files.createDirectories(data.resolve("sandbox-ledger.jsonl"));
        assertThat(refused(embedded())).contains("sandbox-ledger.jsonl");
    }

    @Test
    void settings_printedWithoutSecrets() throws IOException {
        assertThat(Printed.settings(Map.of())).isEqualTo("  settings  none, all as usual");
        assertThat(Printed.settings(Map.of(
                        "PORT",
                        "9000",
                        "MONGODB_URI",
                        "mongodb://me:p@ss/word@db:27017/?authMechanismProperties=AWS_SESSION_TOKEN:secret",
                        "JWT_SECRET",
                        KEY,
                        "CUSTOMER_KEY",
                        "2026:" + KEY,
                        "PATH",
                        "/bin")))
                .isEqualTo("  settings  PORT=9000 MONGODB_URI=mongodb://***@db:27017/?*** JWT_SECRET=***"
                        + " CUSTOMER_KEY=***");
    }

    @Test
    void names_areThoseOfTheGuide() throws IOException {
        String guide = Files.readString(Path.of("../../docs/guides/reference-server.md"), StandardCharsets.UTF_8);
        Set<String> named = new TreeSet<>();
        guide.lines().filter(line -> line.startsWith("| `")).forEach(line -> {
            Matcher name = Pattern.compile("`([A-Z][A-Z_]+)`").matcher(line.substring(0, line.indexOf('|', 1)));
            while (name.find()) {
                named.add(name.group(1));
            }
        });
        assertThat(Printed.NAMES).containsExactlyInAnyOrderElementsOf(named);
    }
}
