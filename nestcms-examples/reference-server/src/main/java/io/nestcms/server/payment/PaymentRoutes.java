package io.nestcms.server.payment;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.nestcms.access.Permission;
import io.nestcms.money.Money;
import io.nestcms.payment.CardToken;
import io.nestcms.payment.CartId;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.CreateResult;
import io.nestcms.payment.Customer;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentCursor;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentMethod;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.PaymentPage;
import io.nestcms.payment.PaymentQuery;
import io.nestcms.payment.PaymentRefusal;
import io.nestcms.payment.PaymentStatus;
import io.nestcms.payment.ProcessResult;
import io.nestcms.payment.service.Payments;
import io.nestcms.payment.service.SavedCards;
import io.nestcms.server.access.AuthRoutes;
import io.nestcms.server.http.Json;
import io.nestcms.server.http.Problem;
import io.nestcms.server.http.StrictJson;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The merchant's side of the payment API. Whoever calls sees the payments of their own name and no others. */
public final class PaymentRoutes {
    private static final String KEY = "Idempotency-Key";
    /** Counting reads the index entry of each. */
    private static final int MOST_COUNTED = 10_000;
    /** Rows of one table; a further one begins where it ends. */
    private static final int MOST_EXPORTED = 5_000;

    private static final int READ_AT_ONCE = 200;

    private final Payments payments;
    private final SavedCards cards;

    public PaymentRoutes(Payments payments, SavedCards cards) {
        this.payments = payments;
        this.cards = cards;
    }

    public void register(RoutesConfig routes, AuthRoutes auth) {
        routes.post("/payments/v2", auth.protect(Permission.WRITE, "payment", this::create));
        routes.get("/payments/v2", auth.protect(Permission.READ, "payment", this::list));
        routes.get("/payments/v2.csv", auth.protect(Permission.READ, "payment", this::export));
        routes.get("/payments/v2/{id}", auth.protect(Permission.READ, "payment", this::find));
        routes.post("/payments/v2/{id}/process", auth.protect(Permission.MODIFY, "payment", this::process));
        routes.post("/payments/v2/{id}/retry", auth.protect(Permission.MODIFY, "payment", this::retry));
        new FollowUpRoutes(payments, this).register(routes, auth);
        new SavedCardRoutes(cards).register(routes, auth);
    }

    private void create(Context context) {
        String merchant = AuthRoutes.caller(context).merchant();
        IdempotencyKey key = key(context, merchant);
        CreateResult result = payments.create(key, order(merchant, StrictJson.object(context)));
        Payment payment = result.fold(CreateResult.Created::payment, refused -> {
            throw refusal(refused.refusal()).asException();
        });
        if (result instanceof CreateResult.Created created && created.replayed()) {
            context.header("Idempotent-Replayed", "true");
        }
        context.header("Location", "/payments/v2/" + payment.id());
        Json.answer(context.status(201), PaymentJson.full(payment));
    }

    /** The caller's name for what this request is to do. */
    static IdempotencyKey key(Context context, String merchant) {
        String key = context.header(KEY);
        if (key == null || key.isBlank()) {
            throw Problem.field(
                            400, KEY, "is missing", "a name of your own for this request, so that it can be repeated")
                    .asException();
        }
        return new IdempotencyKey(merchant, key);
    }

    private static PaymentOrder order(String merchant, StrictJson.Fields body) {
        CartId cartId = MerchantCart.of(merchant, body.text("cartId"));
        Money amount = Money.of(body.text("amount"), body.text("currency"));
        String description = body.text("description");
        Customer customer = customer(body.object("customer"));
        String contractId = body.optionalText("contractId");
        ChargeMode mode = mode(body.optionalText("mode"));
        String payer = body.optionalText("payer");
        String card = body.optionalText("savedCard");
        boolean save = body.optionalFlag("saveCard");
        body.done();
        PaymentOrder.Builder order = PaymentOrder.builder(cartId, amount)
                .description(description)
                .customer(customer)
                .mode(mode);
        if (contractId != null) {
            order.contract(contractId);
        }
        if (payer != null) {
            order.payer(MerchantCart.payer(merchant, payer));
        }
        if (card != null) {
            if (payer == null) {
                throw Problem.field(422, "payer", "is missing", "whose card it is")
                        .asException();
            }
            order.method(PaymentMethod.savedCard(new CardToken(card)));
        }
        if (save) {
            order.saveCard();
        }
        return order.build();
    }

    private static ChargeMode mode(@Nullable String given) {
        if (given == null || given.equals("sale")) {
            return ChargeMode.SALE;
        }
        if (given.equals("auth")) {
            return ChargeMode.AUTHORIZE;
        }
        throw Problem.field(422, "mode", "is not known", "sale takes the money, auth holds it until it is captured")
                .asException();
    }

    private static Customer customer(StrictJson.Fields body) {
        String name = body.text("name");
        String email = body.text("email");
        String phone = body.optionalText("phone");
        String street = body.optionalText("street");
        String city = body.optionalText("city");
        String country = body.optionalText("country");
        body.done();
        return new Customer(name, email, phone, street, city, country);
    }

    private void process(Context context) {
        answer(context, payments.process(own(context).id()));
    }

    /** A further attempt of the same payment, after a decline, an expiry or a cancellation. */
    private void retry(Context context) {
        Payment own = own(context);
        answer(
                context,
                payments.retry(own.id(), key(context, AuthRoutes.caller(context).merchant())));
    }

    private static void answer(Context context, ProcessResult result) {
        result.fold(
                ready -> answer(context, 200, ready.payment(), ready.page().toString()),
                settled -> answer(context, 200, settled.payment(), null),
                unavailable -> {
                    throw Problem.unavailable(
                                    "service-unavailable",
                                    "Service temporarily unavailable",
                                    "the payment gateway cannot be reached; nothing was charged, the payment is kept:"
                                            + " call process again",
                                    unavailable.retryAfter())
                            .asException();
                },
                // nothing is sent again; the reconciler asks the gateway, and the state tells when it knows
                unknown -> answer(context, 202, unknown.payment(), null),
                refused -> {
                    throw refusal(refused.refusal()).asException();
                });
    }

    private static Context answer(Context context, int status, Payment payment, @Nullable String page) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", payment.id().value());
        json.put("status", payment.status().name());
        json.put("tranRef", payment.ref() == null ? null : payment.ref().value());
        json.put("redirectUrl", page);
        return Json.answer(context.status(status), json);
    }

    private void find(Context context) {
        Json.answer(context, PaymentJson.full(own(context)));
    }

    private void list(Context context) {
        onlyKnown(context, Set.of("cursor", "limit", "status", "count"), "cursor, limit, status and count are taken");
        PaymentQuery query = new PaymentQuery(
                AuthRoutes.caller(context).merchant(), status(context), cursor(context), number(context, "limit", 20));
        int most = number(context, "count", 0);
        if (most < 0 || most > MOST_COUNTED) {
            throw Problem.field(422, "count", "is out of range", "0 to " + MOST_COUNTED)
                    .asException();
        }
        ObjectNode page = PaymentJson.page(payments.list(query));
        if (most > 0) {
            page.put("count", payments.count(query, most));
        }
        Json.answer(context, page);
    }

    /** The list as a table. What does not fit is named by a {@code Link} header. */
    private void export(Context context) {
        onlyKnown(context, Set.of("cursor", "limit", "status"), "cursor, limit and status are taken");
        int limit = number(context, "limit", MOST_EXPORTED);
        if (limit < 1 || limit > MOST_EXPORTED) {
            throw Problem.field(422, "limit", "is out of range", "1 to " + MOST_EXPORTED)
                    .asException();
        }
        PaymentStatus status = status(context);
        PaymentCursor next = cursor(context);
        PaymentCsv table = new PaymentCsv();
        int left = limit;
        do {
            PaymentPage page = payments.list(new PaymentQuery(
                    AuthRoutes.caller(context).merchant(), status, next, Math.min(left, READ_AT_ONCE)));
            page.items().forEach(table::add);
            left -= page.items().size();
            next = page.next();
        } while (next != null && left > 0);
        if (next != null) {
            String rest = "/payments/v2.csv?limit=" + limit + "&cursor="
                    + URLEncoder.encode(next.token(), StandardCharsets.UTF_8)
                    + (status == null ? "" : "&status=" + status.name());
            context.header("Link", "<" + rest + ">; rel=\"next\"");
        }
        context.header("Content-Disposition", "attachment; filename=\"payments.csv\"");
        context.header("Cache-Control", "no-store");
        context.contentType(PaymentCsv.MEDIA_TYPE).result(table.toString());
    }

    private static void onlyKnown(Context context, Set<String> known, String rule) {
        if (!known.containsAll(context.queryParamMap().keySet())) {
            throw Problem.field(400, "query", "has an unknown parameter", rule).asException();
        }
    }

    private static @Nullable PaymentCursor cursor(Context context) {
        String given = context.queryParam("cursor");
        return given == null ? null : PaymentCursor.parse(given);
    }

    private static @Nullable PaymentStatus status(Context context) {
        String given = context.queryParam("status");
        if (given == null) {
            return null;
        }
        return Arrays.stream(PaymentStatus.values())
                .filter(status -> status.name().equals(given))
                .findFirst()
                .orElseThrow(
                        () -> Problem.field(400, "status", "is not known", "one of " + List.of(PaymentStatus.values()))
                                .asException());
    }

    private static int number(Context context, String name, int otherwise) {
        String given = context.queryParam(name);
        if (given == null) {
            return otherwise;
        }
        if (!given.matches("[0-9]{1,6}")) {
            throw Problem.field(400, name, "is not a number", "digits, at most six")
                    .asException();
        }
        return Integer.parseInt(given);
    }

    /** The payment that the path names; that of another merchant looks like none. */
    Payment own(Context context) {
        String merchant = AuthRoutes.caller(context).merchant();
        String id = context.pathParam("id");
        Optional<Payment> found =
                id.matches("[A-Za-z0-9_-]{1,64}") ? payments.find(new PaymentId(id)) : Optional.empty();
        return found.filter(payment -> payment.claim().key().scope().equals(merchant))
                .orElseThrow(() -> refusal(PaymentRefusal.NOT_FOUND).asException());
    }

    static Problem refusal(PaymentRefusal refusal) {
        return switch (refusal) {
            case KEY_REUSED ->
                Problem.field(422, KEY, "was used for another request", "one key, one request: take a new key");
            case KEY_IN_PROGRESS ->
                Problem.of(409, "key-in-progress", "A request with the same Idempotency-Key is running", null);
            case CART_TAKEN -> Problem.of(409, "cart-taken", "The cart has a payment already", null);
            case IN_PROGRESS -> Problem.of(409, "in-progress", "The payment is being worked on", null);
            case NOT_ALLOWED -> Problem.of(409, "not-allowed", "The payment's status does not allow it", null);
            case TOO_MUCH -> Problem.field(422, "amount", "is out of range", "above zero, at most what is left");
            case TOO_MANY -> Problem.of(409, "too-many", "The payment has as many as one payment may have", null);
            case ALREADY_SETTLED -> Problem.of(409, "already-settled", "The payment is over", null);
            case NOT_FOUND -> Problem.of(404, "not-found", "There is no such payment", null);
            case SECRET_MISSING ->
                Problem.of(422, "secret-missing", "This way to pay needs what the payer gives", null);
            case CARD_UNKNOWN, CARD_DELETED, CARD_EXPIRED ->
                Problem.of(409, "card-unusable", "The saved card cannot be charged", null);
            case PLAN_SPENT, PLAN_TOO_SOON, PLAN_OUT_OF_DATES, PLAN_OUT_OF_AMOUNTS, PLAN_OTHER_USE ->
                Problem.of(409, "outside-plan", "The charge is outside what was agreed for the saved card", null);
            case CART_UNKNOWN, CART_MISMATCH, AMOUNT_MISMATCH, CURRENCY_MISMATCH, REFERENCE_MISMATCH ->
                Problem.of(409, "contradiction", "The gateway and the order disagree", null);
        };
    }
}
