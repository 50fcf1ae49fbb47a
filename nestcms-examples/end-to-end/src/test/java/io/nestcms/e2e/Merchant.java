package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** A merchant's program: speaks the API and nothing else. */
final class Merchant {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private final URI api;
    private final String token;

    private Merchant(URI api, String token) {
        this.api = api;
        this.token = token;
    }

    /** An answer with its JSON, which is missing when the body is empty. */
    record Answer(int status, JsonNode json, HttpResponse<String> raw) {
        String text(String field) {
            return json.path(field).asText();
        }

        String header(String name) {
            return raw.headers().firstValue(name).orElse("");
        }
    }

    static Merchant signIn(URI api, String name, String password) {
        Merchant stranger = new Merchant(api, "");
        ObjectNode body = JSON.createObjectNode().put("username", name).put("password", password);
        Answer answer = stranger.post("/auth/login", body.toString());
        assertThat(answer.status()).isEqualTo(200);
        return new Merchant(api, answer.text("accessToken"));
    }

    static Merchant stranger(URI api) {
        return new Merchant(api, "");
    }

    /** The same merchant at another address of the API: a token is good wherever its key is. */
    Merchant at(URI other) {
        return new Merchant(other, token);
    }

    static ObjectNode order(String cartId, String amount, String currency) {
        ObjectNode order = JSON.createObjectNode()
                .put("cartId", cartId)
                .put("amount", amount)
                .put("currency", currency)
                .put("description", "Website, first milestone");
        order.putObject("customer")
                .put("name", "Noura Al-Sabah")
                .put("email", "noura@example.com")
                .put("country", "KW");
        return order;
    }

    Answer create(String key, ObjectNode order) {
        return post("/payments/v2", order.toString(), "Idempotency-Key", key);
    }

    Answer process(String id) {
        return post("/payments/v2/" + id + "/process", "");
    }

    Answer find(String id) {
        return get("/payments/v2/" + id);
    }

    String status(String id) {
        return find(id).text("status");
    }

    Answer get(String path) {
        return send(request(path).GET().build());
    }

    Answer post(String path, String body, String... headers) {
        HttpRequest.Builder request = request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return send(request.build());
    }

    HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(api + path)).timeout(Duration.ofMinutes(1));
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    Answer send(HttpRequest request) {
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            String type = answer.headers().firstValue("Content-Type").orElse("");
            JsonNode json = type.contains("json") ? JSON.readTree(answer.body()) : JSON.missingNode();
            return new Answer(answer.statusCode(), json, answer);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
