package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.math.BigDecimal;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The payer's side: card form, 3-D Secure, the way back to the merchant; for browsers and, with {@code /pay}, for curl. */
final class PayerPages {
    private static final Pattern EXPIRY = Pattern.compile("(\\d{1,2})\\s*/?\\s*(?:20)?(\\d{2})");
    private static final String FORM = "/payment/page";
    private static final String CHALLENGE = "/payment/wr";

    private final Settings settings;
    private final Serving serving;
    private final Acquirer acquirer;
    private final Ledger ledger;
    private final PageAddresses addresses;

    PayerPages(Settings settings, Serving serving, Acquirer acquirer, Ledger ledger, PageAddresses addresses) {
        this.settings = settings;
        this.serving = serving;
        this.acquirer = acquirer;
        this.ledger = ledger;
        this.addresses = addresses;
    }

    void register(RoutesConfig routes) {
        for (String path : new String[] {FORM, CHALLENGE}) {
            routes.get(path + "/{page}", ctx -> serving.serve(ctx, path, () -> onPage(ctx, this::show)));
            routes.post(path + "/{page}", ctx -> serving.serve(ctx, path, () -> onPage(ctx, t -> submit(ctx, t))));
            routes.post(path + "/{page}/pay", ctx -> serving.serve(ctx, path + "/pay", () -> payJson(ctx)));
        }
    }

    private Reply onPage(Context ctx, Function<Transaction, Reply> work) {
        Optional<Transaction> found = ledger.atPage(ctx.pathParam("page"));
        return found.isEmpty()
                ? Reply.html(404, Html.message("Page not found", "No payment has this address."))
                : work.apply(acquirer.current(found.get()));
    }

    private Reply show(Transaction t) {
        if (!t.isOpen()) {
            return finished(t);
        }
        if (acquirer.isClosed(t)) {
            return Reply.html(410, Html.message("Page expired", "This payment can no longer be made."));
        }
        return Reply.html(200, t.challenged() == null ? Html.cardForm(t, "") : Html.challenge(t));
    }

    private Reply submit(Context ctx, Transaction t) {
        if (!t.isOpen()) {
            return finished(t);
        }
        if ("cancel".equals(ctx.formParam("action"))) {
            return finished(acquirer.cancel(t));
        }
        if (t.challenged() != null) {
            return finished(acquirer.confirm(t, text(ctx.formParam("otp"))));
        }
        Optional<AsyncMethod> later = offered(t, text(ctx.formParam("method")));
        if (later.isPresent()) {
            return finished(acquirer.promise(t, later.get()));
        }
        try {
            String number = text(ctx.formParam("card-number"));
            Card card = card(number, text(ctx.formParam("expiry")), text(ctx.formParam("cvv")));
            Transaction paid = acquirer.pay(t, card, total(t, text(ctx.formParam("amount")), number));
            return paid.isOpen() ? onward(paid) : finished(paid);
        } catch (RefusedException e) {
            return Reply.html(422, Html.cardForm(t, e.text()));
        }
    }

    private Reply onward(Transaction t) {
        return acquirer.isClosed(t) ? show(t) : Reply.seeOther(PageAddresses.path(t));
    }

    /** Sends the browser back with the signed fields, or shows the result when the merchant wants nobody back. */
    private Reply finished(Transaction t) {
        String back = t.order().text("return");
        if (back == null || back.equals("none")) {
            return Reply.html(200, Html.result(t));
        }
        Map<String, String> fields = signedFields(t);
        if (t.order().flag("return_using_get")) {
            return Reply.seeOther(back + (back.contains("?") ? "&" : "?") + encoded(fields));
        }
        return Reply.html(200, Html.returnForm(t, back, fields));
    }

    private Reply payJson(Context ctx) {
        Transaction t = ledger.atPage(ctx.pathParam("page"))
                .map(acquirer::current)
                .orElseThrow(() -> new RefusedException(404, 2, "Page not found"));
        ObjectNode body = Json.parse(ctx.bodyAsBytes());
        if (!t.isOpen()) {
            return Reply.json(409, outcome(t));
        }
        return Reply.json(200, outcome(act(t, body)));
    }

    private Transaction act(Transaction t, ObjectNode body) {
        if ("cancel".equals(body.path("action").asText())) {
            return acquirer.cancel(t);
        }
        if (body.has("method")) {
            return acquirer.promise(
                    t,
                    offered(t, body.path("method").asText())
                            .orElseThrow(() -> RefusedException.invalid("Payment method not available")));
        }
        Transaction latest = t;
        if (t.challenged() == null) {
            String number = body.path("card").asText();
            Card card =
                    card(number, body.path("expiry").asText(), body.path("cvv").asText());
            latest = acquirer.pay(t, card, total(t, body.path("amount").asText(""), number));
        }
        return latest.isOpen() && body.has("otp")
                ? acquirer.confirm(latest, body.path("otp").asText())
                : latest;
    }

    private ObjectNode outcome(Transaction t) {
        ObjectNode json =
                Json.object().put("tran_ref", t.ref()).put("cart_id", t.order().cartId());
        Result result = t.result();
        if (result == null) {
            return json.put("next", "otp").put("redirect_url", addresses.of(t));
        }
        json.put("next", "return")
                .put("status", result.status().name())
                .put("code", result.code())
                .put("message", result.message());
        String back = t.order().text("return");
        if (back != null && !back.equals("none")) {
            Map<String, String> fields = signedFields(t);
            ObjectNode form = json.putObject("return");
            form.put("url", back).put("method", t.order().flag("return_using_get") ? "GET" : "POST");
            ObjectNode named = form.putObject("fields");
            fields.forEach(named::put);
            form.put("encoded", encoded(fields));
        }
        return json;
    }

    private static Optional<AsyncMethod> offered(Transaction t, String code) {
        return AsyncMethod.offered(t.order()).stream()
                .filter(method -> method.code().equals(code))
                .findFirst();
    }

    private Map<String, String> signedFields(Transaction t) {
        Map<String, String> fields = new TreeMap<>(Wire.returnFields(t));
        boolean unsigned = t.has(Status.E) && settings.assumes(Assumption.ERRORS_ARE_NOT_SIGNED);
        Signatures signatures = new Signatures(settings.serverKey(), settings.assumes(Assumption.ZERO_IS_NOT_SIGNED));
        fields.put("signature", unsigned ? "" : signatures.ofForm(fields));
        return fields;
    }

    private static String encoded(Map<String, String> fields) {
        StringBuilder out = new StringBuilder();
        fields.forEach((name, value) -> out.append(out.length() == 0 ? "" : "&")
                .append(Signatures.encode(name))
                .append('=')
                .append(Signatures.encode(value)));
        return out.toString();
    }

    private Card card(String number, String expiry, String cvv) {
        Matcher matcher = EXPIRY.matcher(expiry.strip());
        if (!matcher.matches()) {
            throw RefusedException.invalid("Invalid card expiry");
        }
        TestCards.checkCvv(cvv.strip());
        return TestCards.read(
                number,
                Integer.parseInt(matcher.group(1)),
                2000 + Integer.parseInt(matcher.group(2)),
                YearMonth.now(settings.clock().withZone(ZoneOffset.UTC)));
    }

    private static BigDecimal total(Transaction t, String typed, String number) {
        Tariff.checkFilter(t.order(), number);
        return Tariff.discounted(t.order(), Tariff.chosen(t.order(), typed), number);
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
