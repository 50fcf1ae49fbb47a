package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/** The merchant's side: {@code payment/request}, {@code payment/query}, saved cards, and what two methods tell of themselves. */
final class ApiRoutes {
    private final Settings settings;
    private final Serving serving;
    private final MerchantAccess access;
    private final PaymentRequests requests;
    private final Acquirer acquirer;
    private final Ledger ledger;
    private final Appearance appearance;
    private final Wire wire;
    private final PageAddresses addresses;
    private final References references;

    ApiRoutes(
            Settings settings,
            Serving serving,
            MerchantAccess access,
            PaymentRequests requests,
            Acquirer acquirer,
            Ledger ledger,
            Appearance appearance,
            Wire wire,
            PageAddresses addresses,
            References references) {
        this.settings = settings;
        this.serving = serving;
        this.access = access;
        this.requests = requests;
        this.acquirer = acquirer;
        this.ledger = ledger;
        this.appearance = appearance;
        this.wire = wire;
        this.addresses = addresses;
        this.references = references;
    }

    void register(RoutesConfig routes) {
        post(routes, "/payment/request", this::request);
        post(routes, "/payment/query", this::query);
        post(routes, "/payment/token", this::token);
        post(routes, "/payment/token/delete", this::deleteToken);
        post(routes, "/payment/apm/sadad/ifs/request", this::sadadBill);
        post(routes, "/payment/apm/sadad/ifs/inquiry", this::sadad);
        post(routes, "/payment/info/valu/inquiry", this::valu);
    }

    private void post(RoutesConfig routes, String path, Function<ObjectNode, JsonNode> work) {
        routes.post(path, ctx -> serving.serve(ctx, path, () -> Reply.json(200, work.apply(access.body(ctx)))));
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
                    .map(acquirer::current)
                    .filter(this::isShown)
                    .map(wire::queried)
                    .orElseThrow(() -> RefusedException.invalid("Transaction not found"));
        }
        List<Transaction> ofCart = appearance.listed(cart).stream()
                .map(acquirer::current)
                .filter(this::isShown)
                .toList();
        if (ofCart.isEmpty() && settings.assumes(Assumption.UNKNOWN_CART_IS_AN_ERROR)) {
            throw RefusedException.invalid("Transaction not found");
        }
        ArrayNode array = Json.MAPPER.createArrayNode();
        ofCart.forEach(t -> array.add(wire.listed(t)));
        return array;
    }

    /** A SADAD bill without a page: its number at once, the money later. */
    private JsonNode sadadBill(ObjectNode body) {
        Transaction bill = requests.sadadBill(body);
        Result result = Objects.requireNonNull(bill.result(), "result");
        return Json.object()
                .put("biller_id", "902")
                .put("sadad_number", result.code())
                .put("cart_id", bill.order().cartId())
                .put("tran_ref", bill.ref())
                .put("expire_date", String.valueOf(bill.expiresAt()))
                .put("invoice_id", bill.order().rest().path("invoice_id").asLong());
    }

    /** A payment for which SADAD was offered, as a query shows it. */
    private JsonNode sadad(ObjectNode body) {
        return ledger.find(body.path("tran_ref").asText(""))
                .filter(ApiRoutes::isSadad)
                .map(acquirer::current)
                .map(wire::queried)
                .orElseThrow(() -> RefusedException.invalid("Transaction not found"));
    }

    private static boolean isSadad(Transaction t) {
        return t.order().isFrom(Origin.SADAD) || AsyncMethod.offered(t.order()).contains(AsyncMethod.SADAD);
    }

    /** Plans without interest: the fields are those that PayTabs' shop plugin reads, the rest of the answer is not published. */
    private JsonNode valu(ObjectNode body) {
        BigDecimal amount = body.path("cart_amount").decimalValue();
        if (!body.path("cart_currency").asText().equals("EGP")) {
            throw new RefusedException(400, 206, "Currency not available");
        }
        if (amount.signum() <= 0
                || body.path("customer_details").path("phone").asText("").isEmpty()) {
            throw RefusedException.invalid("cart_amount and customer_details.phone are required");
        }
        ObjectNode answer = Json.object();
        ArrayNode plans = answer.putObject("valuResponse")
                .put("responseCode", 0)
                .putArray("productList")
                .addObject()
                .putArray("tenureList");
        for (int months : new int[] {3, 6, 12, 24}) {
            BigDecimal monthly = amount.divide(BigDecimal.valueOf(months), 2, RoundingMode.UP);
            plans.addObject().put("tenorMonth", months).put("emi", monthly.toPlainString());
        }
        return answer.put("trace", references.trace("PMNT0406"));
    }

    private boolean isShown(Transaction t) {
        return !appearance.isGone(t) && isDecidedOrShownOpen(t);
    }

    private boolean isDecidedOrShownOpen(Transaction t) {
        return !t.isOpen() || !settings.assumes(Assumption.UNPAID_PAGE_IS_AN_ERROR);
    }

    private JsonNode token(ObjectNode body) {
        String token = body.path("token").asText("");
        return wire.token(ofToken(token));
    }

    private JsonNode deleteToken(ObjectNode body) {
        String token = body.path("token").asText("");
        ofToken(token);
        ledger.deleteToken(token);
        return wire.error(0, "Token deleted");
    }

    private Transaction ofToken(String token) {
        return ledger.savedWith(token);
    }
}
