package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sandbox as a process of its own, killed between two payments. */
class SandboxProcessTest {
    private static final String KEY = "SPROCESS01-AAAAAAAAAA-BBBBBBBBBB";

    @TempDir
    private Path folder;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private record Running(Process process, URI base, List<String> lines) {}

    @Test
    void killed_keepsWhatItAnswered() throws Exception {
        String ref;
        Running first = start("--port=0");
        try {
            JsonNode paid = request(first.base(), "ORD-1");
            assertThat(paid.at("/payment_result/response_status").asText()).isEqualTo("A");
            ref = paid.path("tran_ref").asText();
            assertThat(String.join("\n", first.lines())).doesNotContain(KEY);
        } finally {
            first.process().destroyForcibly().waitFor(60, TimeUnit.SECONDS);
        }
        Running second = start("--port=" + first.base().getPort());
        try {
            ObjectNode query =
                    Merchant.MAPPER.createObjectNode().put("profile_id", 5).put("tran_ref", ref);
            assertThat(post(second.base().resolve("/payment/query"), query)
                            .at("/payment_result/response_status")
                            .asText())
                    .isEqualTo("A");
        } finally {
            second.process().destroy();
            assertThat(second.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void wrongArgument_endsWithStatus2() throws Exception {
        Process process = new ProcessBuilder(command("--prot=1"))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(folder.resolve("out")).content().contains("'--prot=1'", "control-port");
    }

    private List<String> command(String... more) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                "io.nestcms.sandbox.SandboxMain"));
        command.addAll(List.of(more));
        return command;
    }

    private Running start(String port) throws Exception {
        List<String> command = command(
                port, "--control-port=0", "--profile=5", "--key=" + KEY, "--ledger=" + folder.resolve("ledger"));
        Process process = new ProcessBuilder(command)
                .redirectError(folder.resolve("err").toFile())
                .start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        List<String> lines = CompletableFuture.supplyAsync(() -> {
                    List<String> read = new ArrayList<>();
                    try {
                        while (read.size() < 6) {
                            read.add(String.valueOf(out.readLine()));
                        }
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                    return read;
                })
                .get(60, TimeUnit.SECONDS);
        String[] first = lines.get(0).split(" +");
        return new Running(process, URI.create(first[first.length - 1]), lines);
    }

    private JsonNode request(URI base, String cartId) throws Exception {
        ObjectNode order = Merchant.MAPPER
                .createObjectNode()
                .put("profile_id", 5)
                .put("tran_type", "sale")
                .put("tran_class", "ecom")
                .put("cart_id", cartId)
                .put("cart_currency", "SAR")
                .put("cart_amount", 10)
                .put("cart_description", "Tickets");
        return post(base.resolve("/payment/request"), Merchant.withCard(order, "4111111111111111"));
    }

    private JsonNode post(URI uri, JsonNode body) throws Exception {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(uri)
                        .timeout(Duration.ofSeconds(30))
                        .header("Authorization", KEY)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                        .build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        return Merchant.MAPPER.readTree(response.body());
    }
}
