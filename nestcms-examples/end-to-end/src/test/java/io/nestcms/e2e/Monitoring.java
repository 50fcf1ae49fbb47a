package io.nestcms.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** Prometheus and Alertmanager with the shipped files, of which addresses and waiting times are the test's own, and who is told. */
final class Monitoring implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Process> processes = new ArrayList<>();
    private final List<Message> messages = new CopyOnWriteArrayList<>();
    private final HttpServer receiver;
    private final URI prometheus;

    /** What a receiver was sent about an alert. */
    record Message(String receiver, String alert, String status) {}

    Monitoring(Path home, List<Integer> nodes, String token, int prometheusPort, int alertmanagerPort)
            throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            JsonNode sent = JSON.readTree(exchange.getRequestBody());
            for (JsonNode alert : sent.path("alerts")) {
                messages.add(new Message(
                        exchange.getRequestURI().getPath().substring(1),
                        alert.path("labels").path("alertname").asText(),
                        alert.path("status").asText()));
            }
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
        prometheus = URI.create("http://127.0.0.1:" + prometheusPort);
        Path shipped = Edge.shipped();
        Files.createDirectories(home);
        Files.writeString(home.resolve("metrics-token"), token);
        Files.writeString(
                home.resolve("rules.yml"),
                Files.readString(shipped.resolve("prometheus/rules.yml")).replaceAll("for: [0-9]+m", "for: 1s"));
        Files.writeString(
                home.resolve("prometheus.yml"),
                Files.readString(shipped.resolve("prometheus/prometheus.yml"))
                        .replace("interval: 15s", "interval: 1s")
                        .replace("127.0.0.1:9093", "127.0.0.1:" + alertmanagerPort)
                        .replaceAll(
                                "targets: \\[\"10.*\\]",
                                "targets: "
                                        + nodes.stream()
                                                .map(port -> "\"127.0.0.1:" + port + '"')
                                                .collect(Collectors.joining(",", "[", "]"))));
        Files.writeString(
                home.resolve("alertmanager.yml"),
                Files.readString(shipped.resolve("alertmanager/alertmanager.yml"))
                        .replace(
                                "127.0.0.1:9095",
                                "127.0.0.1:" + receiver.getAddress().getPort())
                        .replace("group_interval: 5m", "group_interval: 1s")
                        .replace("group_wait: 30s", "group_wait: 1s"));
        start(
                home,
                "prometheus-alertmanager",
                "--config.file=alertmanager.yml",
                "--storage.path=alerts",
                "--web.listen-address=127.0.0.1:" + alertmanagerPort,
                "--cluster.listen-address=");
        start(
                home,
                "prometheus",
                "--config.file=prometheus.yml",
                "--storage.tsdb.path=series",
                "--web.listen-address=127.0.0.1:" + prometheusPort);
        Stage.eventually().ignoreExceptions().until(() -> query("up").size() == nodes.size());
    }

    private void start(Path home, String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Machine.require(program).toString()));
        command.addAll(List.of(arguments));
        processes.add(new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve(program + ".log").toFile())
                .start());
    }

    /** What Prometheus answers to a query: a value for each series. */
    JsonNode query(String expression) throws IOException, InterruptedException {
        URI uri = prometheus.resolve("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        JsonNode json = JSON.readTree(answer.body());
        if (!json.path("status").asText().equals("success")) {
            throw new IOException(expression + ": " + json.path("error").asText());
        }
        return json.path("data").path("result");
    }

    /** What was told so far. */
    List<Message> messages() {
        return List.copyOf(messages);
    }

    @Override
    public void close() {
        for (Process process : processes) {
            Machine.end(process, Duration.ZERO);
        }
        receiver.stop(0);
    }
}
