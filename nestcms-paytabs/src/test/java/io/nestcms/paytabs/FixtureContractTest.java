package io.nestcms.paytabs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nestcms.payment.TransactionRef;
import io.nestcms.paytabs.PayTabsOutcome.Accepted;
import io.nestcms.paytabs.PayTabsOutcome.Indeterminate;
import io.nestcms.paytabs.PayTabsOutcome.Misconfigured;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every example body, read by the call or the reader that it belongs to. */
class FixtureContractTest {
    private static final Function<PayTabsClient, PayTabsCall<?>> CHARGE = client -> client.charge(Fixtures.charge());
    private static final Function<PayTabsClient, PayTabsCall<?>> REFUND =
            client -> client.followUp(FollowUpRequest.refund(
                    new TransactionRef("TST2632602000417"),
                    Fixtures.CART,
                    Fixtures.charge().amount(),
                    "Back"));

    /** What is called, the status that it is answered with, and the outcome. */
    private record Expectation(Function<PayTabsClient, PayTabsCall<?>> call, int status, Class<?> outcome) {}

    private static final Map<String, Expectation> ANSWERS = new TreeMap<>(Map.ofEntries(
            Map.entry("payment-request-redirect.json", new Expectation(CHARGE, 200, Accepted.class)),
            Map.entry("payment-completed-authorised.json", new Expectation(CHARGE, 200, Accepted.class)),
            Map.entry("payment-declined.json", new Expectation(CHARGE, 200, Accepted.class)),
            Map.entry("payment-on-hold.json", new Expectation(CHARGE, 200, Accepted.class)),
            Map.entry("error-auth.json", new Expectation(CHARGE, 401, Misconfigured.class)),
            Map.entry("error-validation.json", new Expectation(CHARGE, 400, Misconfigured.class)),
            Map.entry("error-duplicate.json", new Expectation(CHARGE, 409, Indeterminate.class)),
            Map.entry(
                    "capture.json",
                    new Expectation(
                            client -> client.followUp(FollowUpRequest.capture(
                                    new TransactionRef("TST2632602000445"),
                                    Fixtures.CART,
                                    Fixtures.charge().amount(),
                                    "Part")),
                            200,
                            Accepted.class)),
            Map.entry(
                    "void.json",
                    new Expectation(
                            client -> client.followUp(FollowUpRequest.voiding(
                                    new TransactionRef("TST2632602000433"),
                                    Fixtures.CART,
                                    Fixtures.charge().amount(),
                                    "Off")),
                            200,
                            Accepted.class)),
            Map.entry("refund-accepted.json", new Expectation(REFUND, 200, Accepted.class)),
            Map.entry("refund-declined.json", new Expectation(REFUND, 200, Accepted.class)),
            Map.entry(
                    "query-by-tran-ref.json",
                    new Expectation(
                            client -> client.transaction(new TransactionRef("TST2632602000417")), 200, Accepted.class)),
            Map.entry(
                    "query-by-cart-id.json",
                    new Expectation(client -> client.transactions(Fixtures.CART), 200, Accepted.class)),
            Map.entry("token-query.json", new Expectation(client -> client.token("9C1E"), 200, Accepted.class)),
            Map.entry("token-delete.json", new Expectation(client -> client.deleteToken("9C1E"), 200, Accepted.class)),
            Map.entry(
                    "invoice-new.json",
                    new Expectation(
                            client -> client.createInvoice(ChargeRequest.builder(
                                            ChargeRequest.Type.SALE,
                                            Fixtures.CART,
                                            Fixtures.charge().amount(),
                                            "Tickets")
                                    .invoice(InvoiceDetails.builder(InvoiceDetails.Line.of(
                                                    "Ticket", Fixtures.charge().amount(), 1))
                                            .build())
                                    .build()),
                            200,
                            Accepted.class)),
            Map.entry("invoice-status.json", new Expectation(client -> client.invoiceStatus(1), 200, Accepted.class))));

    static Stream<String> answers() {
        return ANSWERS.keySet().stream();
    }

    static Stream<String> notifications() {
        return Fixtures.ALL.stream().filter(name -> name.startsWith("ipn-"));
    }

    @Test
    void fixtures_all_covered() {
        assertThat(Stream.of(answers(), notifications(), Stream.of("return-form.json"))
                        .flatMap(names -> names))
                .containsExactlyInAnyOrderElementsOf(Fixtures.ALL);
    }

    @ParameterizedTest
    @MethodSource("answers")
    void answer_outcome(String fixture) throws Exception {
        Expectation expected = ANSWERS.get(fixture);
        try (MockWebServer server = new MockWebServer()) {
            server.start();
            server.enqueue(new MockResponse.Builder()
                    .code(expected.status())
                    .body(Fixtures.text(fixture))
                    .build());
            try (PayTabsClient client =
                    PayTabsClient.create(Fixtures.profile(server.url("/").uri()))) {
                assertThat(expected.call().apply(client).execute()).isInstanceOf(expected.outcome());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("notifications")
    void notification_readAsItsFieldsSay(String fixture) {
        JsonNode json = Objects.requireNonNull(Json.read(Fixtures.bytes(fixture)));
        assertThat(new PayTabsNotifications(Fixtures.PROFILE_ID).callback(Fixtures.bytes(fixture)))
                .satisfies(read -> {
                    assertThat(read.cartId().value())
                            .isEqualTo(json.get("cart_id").textValue());
                    assertThat(read.ref().value())
                            .isEqualTo(json.get("tran_ref").textValue());
                    assertThat(read.cartAmount().amountText())
                            .isEqualTo(json.get("cart_amount").textValue());
                });
    }

    @Test
    void browserReturn_readAsItsFieldsSay() {
        Map<String, String> fields = new TreeMap<>();
        Objects.requireNonNull(Json.read(Fixtures.bytes("return-form.json")))
                .properties()
                .forEach(field -> fields.put(field.getKey(), field.getValue().textValue()));
        assertThat(new PayTabsNotifications(Fixtures.PROFILE_ID)
                        .browserReturn(fields)
                        .ref()
                        .value())
                .isEqualTo("TST2632602000417");
    }
}
