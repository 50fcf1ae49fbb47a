package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The merchant's side: {@code payment/request} and {@code payment/query}. */
final class ApiRoutes {
    private final Settings settings;
    private final Serving serving;
    private final PaymentRequests requests;
    private final Acquirer acquirer;
    private final Ledger ledger;
    private final Wire wire;
    private final PageAddresses addresses;

    ApiRoutes(
            Settings settings, Serving serving, Acquirer acquirer, Ledger ledger, Wire wire, PageAddresses addresses) {
        this.settings = settings;
        this.serving = serving;
        this.requests = new PaymentRequests(settings, acquirer, ledger);
        this.acquirer = acquirer;
        this.ledger = ledger;
        this.wire = wire;
        this.addresses = addresses;
    }

    void register(RoutesConfig routes) {
        post(routes, "/payment/request", this::request);
        post(routes, "/payment/query", this::query);
        post(routes, "/payment/token", this::token);
        post(routes, "/payment/token/delete", this::deleteToken);
    }

    private void post(RoutesConfig routes, String path, Function<ObjectNode, JsonNode> work) {
        routes.post(path, ctx -> serving.serve(ctx, path, () -> Reply.json(200, work.apply(authenticated(ctx)))));
    }

    private ObjectNode authenticated(Context ctx) {
        String key = ctx.header("Authorization");
        byte[] given = (key == null ? "" : key).getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(given, settings.serverKey().getBytes(StandardCharsets.UTF_8))) {
            throw unauthenticated();
        }
        String type = ctx.contentType();
        if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            throw RefusedException.invalid("Request must be in JSON format");
        }
        ObjectNode body = Json.parse(ctx.bodyAsBytes());
        if (!body.path("profile_id").asText().equals(String.valueOf(settings.profileId()))) {
            throw unauthenticated();
        }
        return body;
    }

    private static RefusedException unauthenticated() {
        return new RefusedException(401, 1, "Authentication failed. Check authentication header.");
    }

    private JsonNode request(ObjectNode body) {
        Transaction latest = requests.request(body);
        return wire.requested(latest, addresses.of(latest));
    }

    private JsonNode query(ObjectNode body) {
        String ref = body.path("tran_ref").asText("");
        String cart = body.path("cart_id").asText("");
        if (ref.isEmpty() == cart.isEmpty()) {
            throw RefusedException.invalid("Either tran_ref or cart_id is required");
        }
        if (cart.isEmpty()) {
            return ledger.find(ref)
                    .map(t -> wire.queried(acquirer.current(t)))
                    .orElseThrow(() -> RefusedException.invalid("Transaction not found"));
        }
        List<Transaction> ofCart = ledger.ofCart(cart);
        ArrayNode array = Json.MAPPER.createArrayNode();
        ofCart.forEach(t -> array.add(wire.queried(acquirer.current(t))));
        return array;
    }

    private JsonNode token(ObjectNode body) {
        String token = body.path("token").asText("");
        return wire.token(token, ofToken(token));
    }

    private JsonNode deleteToken(ObjectNode body) {
        String token = body.path("token").asText("");
        ofToken(token);
        ledger.deleteToken(token);
        return wire.error(0, "Token deleted");
    }

    private Transaction ofToken(String token) {
        return ledger.ofToken(token).orElseThrow(() -> RefusedException.invalid("Invalid token"));
    }
}
