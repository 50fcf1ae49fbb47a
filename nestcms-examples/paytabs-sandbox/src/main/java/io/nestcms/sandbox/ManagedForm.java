package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Objects;

/** The browser library of managed forms, and the call it makes. Any origin may use them, as at the gateway. */
final class ManagedForm {
    private static final String SCRIPT = script();

    private final Settings settings;
    private final Serving serving;
    private final PaymentTokens tokens;
    private final References references;

    ManagedForm(Settings settings, Serving serving, PaymentTokens tokens, References references) {
        this.references = references;
        this.settings = settings;
        this.serving = serving;
        this.tokens = tokens;
    }

    void register(RoutesConfig routes) {
        routes.get("/payment/js/paylib.js", ctx -> serving.serve(ctx, "/payment/js/paylib.js", ManagedForm::library));
        routes.post(
                "/payment/js/token",
                ctx -> serving.serve(
                        ctx, "/payment/js/token", () -> hold(ctx).with("Access-Control-Allow-Origin", "*")));
    }

    private static Reply library() {
        return new Reply(200, Map.of("Content-Type", "text/javascript; charset=utf-8"), SCRIPT);
    }

    private Reply hold(Context ctx) {
        if (!settings.clientKey().equals(field(ctx, "key"))) {
            return refused(401, 1, "key", "Invalid client key");
        }
        try {
            TestCards.checkCvv(field(ctx, "cvv"));
            Card card = TestCards.read(
                    field(ctx, "number"),
                    number(field(ctx, "expmonth")),
                    number(field(ctx, "expyear")),
                    YearMonth.now(settings.clock().withZone(ZoneOffset.UTC)));
            return Reply.json(
                    200,
                    Json.object()
                            .put("error", false)
                            .put("token", tokens.hold(card))
                            .put("trace", trace()));
        } catch (RefusedException e) {
            return refused(400, e.code(), e.code() == 200 ? "number" : "", e.text());
        }
    }

    private Reply refused(int status, int code, String field, String text) {
        ObjectNode json = Json.object()
                .put("error", true)
                .put("errorCode", code)
                .put("errorField", field)
                .put("errorStatus", "E")
                .put("errorText", text)
                .put("status", status)
                .put("trace", trace());
        return Reply.json(status, json);
    }

    private String trace() {
        return references.trace("PMNT0202");
    }

    private static String field(Context ctx, String name) {
        return Objects.requireNonNullElse(ctx.formParam(name), "").strip();
    }

    private static int number(String text) {
        return text.matches("\\d{1,4}") ? Integer.parseInt(text) : 0;
    }

    private static String script() {
        try (InputStream in = ManagedForm.class.getResourceAsStream("paylib.js")) {
            return new String(Objects.requireNonNull(in, "paylib.js").readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("paylib.js cannot be read", e);
        }
    }
}
