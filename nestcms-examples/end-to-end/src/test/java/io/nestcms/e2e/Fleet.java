package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.sandbox.PayTabsSandbox;
import io.nestcms.server.Main;
import io.nestcms.testkit.ReplicaSet;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Nodes as they run in production: processes of the shipped main class, told all by the environment, on one replica set and one gateway. */
final class Fleet implements AutoCloseable {
    final PayTabsSandbox sandbox = PayTabsSandbox.builder().start();
    private final ReplicaSet set = ReplicaSet.builder().start();
    private final Path data;
    private final URI publicUrl;
    private final List<Process> nodes = new ArrayList<>();

    Fleet(Path data, URI publicUrl) {
        this.data = data;
        this.publicUrl = publicUrl;
    }

    /** Starts one more; it is ready when this returns. */
    Process start(String name, int port, Map<String, String> further) throws IOException {
        Path home = Files.createDirectories(data.resolve(name));
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx384m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("log").toFile());
        builder.environment().putAll(settings(name, port, home));
        builder.environment().putAll(further);
        Process node = builder.start();
        nodes.add(node);
        URI uri = URI.create("http://127.0.0.1:" + port);
        Stage.eventually().ignoreExceptions().until(() -> {
            assertThat(node.isAlive()).as(() -> log(name)).isTrue();
            return Merchant.stranger(uri).get("/health/readiness").status() == 200;
        });
        return node;
    }

    private Map<String, String> settings(String name, int port, Path home) {
        Map<String, String> settings = new HashMap<>();
        settings.put("PORT", Integer.toString(port));
        settings.put("PUBLIC_URL", publicUrl.toString());
        settings.put("DATA_DIR", home.toString());
        settings.put("MONGODB_URI", set.uri());
        settings.put("PAYTABS_PROFILE_ID", Long.toString(sandbox.profileId()));
        settings.put("PAYTABS_SERVER_KEY", sandbox.serverKey());
        settings.put("PAYTABS_REGION", "GLOBAL");
        settings.put("PAYTABS_BASE_URL", sandbox.baseUri().toString());
        settings.put("TRUSTED_PROXIES", "127.0.0.1");
        settings.put("DEMO_USERNAME", Stage.MERCHANT);
        settings.put("DEMO_PASSWORD", Stage.PASSWORD);
        settings.put("NODE_NAME", name);
        settings.put("JWT_SECRET", Base64.getEncoder().encodeToString(new byte[32]));
        return settings;
    }

    String log(String name) {
        try {
            return Files.readString(data.resolve(name).resolve("log"));
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    @Override
    public void close() {
        for (Process node : nodes) {
            Machine.end(node, Duration.ZERO);
        }
        sandbox.close();
        set.close();
    }
}
