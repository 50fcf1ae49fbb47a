package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Sandbox and server, each a process of its own, and what the run may do to them. */
final class ChaosStage implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PROFILE = "90417";
    private static final String KEY = "SCHAOSRUN0-AAAAAAAAAA-BBBBBBBBBB";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Path data;
    private final Setting setting;
    private final URI shop;
    private final URI gateway;
    private final URI control;
    private final Process sandbox;
    private final AtomicReference<@Nullable Process> server = new AtomicReference<>();

    /**
     * How the two are set up.
     *
     * @param seed where all chance comes from
     * @param sandbox further arguments of the sandbox
     * @param shop the last arguments of {@link ChaosShop}
     */
    record Setting(long seed, List<String> sandbox, List<String> shop) {}

    ChaosStage(Path data, Setting setting) throws IOException {
        this.data = data;
        this.setting = setting;
        Set<Integer> ports = freePorts(new java.util.Random(setting.seed()), 3);
        List<URI> addresses = ports.stream()
                .map(port -> URI.create("http://127.0.0.1:" + port))
                .toList();
        this.shop = addresses.get(0);
        this.gateway = addresses.get(1);
        this.control = addresses.get(2);
        List<String> arguments = new ArrayList<>(List.of(
                "--port=" + gateway.getPort(),
                "--control-port=" + control.getPort(),
                "--profile=" + PROFILE,
                "--key=" + KEY,
                "--ledger=" + data.resolve("ledger.jsonl"),
                "--seed=" + setting.seed(),
                "--list-follow-ups=own-cart"));
        arguments.addAll(setting.sandbox());
        this.sandbox = start("sandbox.log", "io.nestcms.sandbox.SandboxMain", arguments);
        Stage.eventually().ignoreExceptions().until(() -> {
            assertThat(sandbox.isAlive()).isTrue();
            return control("GET", "/faults", null).has("left");
        });
        startServer();
    }

    /** Below the numbers that the system gives to outgoing connections: a port must stay free while its server is dead. */
    static Set<Integer> freePorts(RandomGenerator random, int count) throws IOException {
        Set<Integer> ports = new TreeSet<>();
        while (ports.size() < count) {
            int port = random.nextInt(20_000, 32_000);
            try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                ports.add(probe.getLocalPort());
            } catch (java.net.BindException taken) {
                continue;
            }
        }
        return ports;
    }

    URI shop() {
        return shop;
    }

    void startServer() throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                data.resolve("server").toString(), Integer.toString(shop.getPort()), gateway.toString(), PROFILE, KEY));
        arguments.addAll(setting.shop());
        Process started = start("server.log", ChaosShop.class.getName(), arguments);
        server.set(started);
        Stage.eventually().ignoreExceptions().until(() -> {
            assertThat(started.isAlive()).isTrue();
            return Merchant.stranger(shop).get("/health/liveness").status() == 200;
        });
    }

    /** SIGKILL: no hook, no flush. */
    void killServer() {
        Process running = server.getAndSet(null);
        if (running != null) {
            kill(running);
        }
    }

    private static void kill(Process process) {
        process.destroyForcibly().onExit().orTimeout(1, TimeUnit.MINUTES).join();
    }

    private Process start(String log, String main, List<String> arguments) throws IOException {
        File file = data.resolve(log).toFile();
        Files.createDirectories(data.resolve("server"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(file))
                .start();
    }

    /** What the server's listeners heard so far, each time that it lived. */
    Set<String> heard() {
        Path file = data.resolve("server").resolve("heard");
        try {
            return Files.exists(file) ? new HashSet<>(Files.readAllLines(file)) : Set.of();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** Asks for a fault. */
    void fault(ObjectNode fault) {
        control("POST", "/faults", fault);
    }

    JsonNode faults() {
        return control("GET", "/faults", null);
    }

    void clearFaults() {
        control("DELETE", "/faults", null);
    }

    /** The gateway finds out what became of a transaction. */
    void settle(String ref, String status) {
        control(
                "POST",
                "/transactions/" + ref + "/settle",
                JSON.createObjectNode().put("status", status));
    }

    /** All transactions of the gateway. */
    JsonNode ledger() {
        return control("GET", "/ledger.json", null);
    }

    /** The transactions of one cart. */
    JsonNode ledger(String cartId) {
        return control("GET", "/ledger.json?cart_id=" + cartId, null);
    }

    private JsonNode control(String method, String path, @Nullable ObjectNode body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(control + path))
                .timeout(Duration.ofMinutes(1))
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as("%s %s", method, path).isEqualTo(200);
            return JSON.readTree(answer.body());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    @Override
    public void close() {
        killServer();
        kill(sandbox);
    }
}
