package io.nestcms.paytabs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.paytabs.PayTabsOutcome.Accepted;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PayTabsClientTest {
    private final MockWebServer server = new MockWebServer();
    private PayTabsClient client;

    @BeforeEach
    void start() throws IOException {
        server.start();
        client = PayTabsClient.builder(Fixtures.profile(server.url("/").uri()))
                .timeouts(Fixtures.LONG)
                .build();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void charge_smallest_exactRequest() throws Exception {
        answer("payment-request-redirect.json");
        client.charge(Fixtures.charge()).execute();

        RecordedRequest request = request();
        assertThat(request.getMethod()).isEqualTo("POST");
        assertThat(request.getUrl().encodedPath()).isEqualTo("/payment/request");
        assertThat(request.getHeaders().get("Authorization")).isEqualTo(Fixtures.SERVER_KEY);
        assertThat(request.getHeaders().get("Content-Type")).isEqualTo("application/json");
        assertThat(body(request))
                .isEqualTo("{\"profile_id\":90417,\"tran_type\":\"sale\",\"tran_class\":\"ecom\","
                        + "\"cart_id\":\"ORD-2026-000417\",\"cart_currency\":\"SAR\",\"cart_amount\":250.00,"
                        + "\"cart_description\":\"Two concert tickets\",\"callback\":\"http://localhost/callback\","
                        + "\"return\":\"http://localhost/return\"}");
    }

    @Test
    void charge_people_sent() throws Exception {
        answer("payment-request-redirect.json");
        PayTabsContact contact = new PayTabsContact(
                "هدى سالم",
                "h@example.test",
                "+966550001122",
                "14 Olaya",
                "Riyadh",
                "01",
                "SA",
                "12211",
                "203.0.113.24");
        client.charge(ChargeRequest.builder(
                                ChargeRequest.Type.AUTH, Fixtures.CART, Money.of("250.00", "SAR"), "Two \"tickets\"")
                        .customer(contact)
                        .shipping(contact)
                        .customerRef("C-1")
                        .userDefined(1, "campaign")
                        .userDefined(9, "تذاكر")
                        .build())
                .execute();

        assertThat(body(request()))
                .contains("\"tran_type\":\"auth\"")
                .contains("\"cart_description\":\"Two \\\"tickets\\\"\"")
                .contains("\"customer_details\":{\"name\":\"هدى سالم\",\"email\":\"h@example.test\","
                        + "\"phone\":\"+966550001122\",\"street1\":\"14 Olaya\",\"city\":\"Riyadh\",\"state\":\"01\","
                        + "\"country\":\"SA\",\"zip\":\"12211\",\"ip\":\"203.0.113.24\"}")
                .contains("\"shipping_details\":{\"name\"")
                .contains("\"customer_ref\":\"C-1\"")
                .contains("\"user_defined\":{\"udf1\":\"campaign\",\"udf9\":\"تذاكر\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "KWD, 250, 250.000",
        "KWD, 0.125, 0.125",
        "BHD, 1.5, 1.500",
        "OMR, 12.345, 12.345",
        "JOD, 0.010, 0.010",
        "TND, 7, 7.000",
        "IQD, 5.000, 5.000",
        "JPY, 1000, 1000",
        "SAR, 9999999999.99, 9999999999.99",
        "SAR, 0.10, 0.10",
        "KWD, 9999999999, 9999999999.000",
        "USD, 1000000, 1000000.00"
    })
    void charge_amount_exactDigitsOfTheCurrency(String currency, String amount, String onTheWire) throws Exception {
        answer("payment-request-redirect.json");
        client.charge(ChargeRequest.builder(
                                ChargeRequest.Type.SALE, Fixtures.CART, Money.of(amount, currency), "Tickets")
                        .build())
                .execute();
        assertThat(body(request())).contains("\"cart_amount\":" + onTheWire + ",");
    }

    @ParameterizedTest
    @CsvSource({"SAR, 10000000000.00", "KWD, 0.005", "SAR, 0.00", "SAR, -1.00"})
    void charge_amountBeyondTheLimits_refusedBeforeSending(String currency, String amount) {
        assertThatThrownBy(() -> ChargeRequest.builder(
                        ChargeRequest.Type.SALE, Fixtures.CART, Money.of(amount, currency), "Tickets"))
                .isInstanceOfSatisfying(
                        InvalidInputException.class,
                        refused -> assertThat(refused.field()).isEqualTo("cart_amount"));
    }

    @Test
    void charge_redirect_page() {
        answer("payment-request-redirect.json");
        ChargeReply reply = accepted(client.charge(Fixtures.charge()).execute());
        assertThat(reply).isInstanceOfSatisfying(ChargeReply.Page.class, page -> {
            assertThat(page.page())
                    .isEqualTo(URI.create("https://secure.paytabs.sa/payment/page/5F3C0A9B82E64A7DB1E0C4D27A915E36"));
            assertThat(page.transaction().ref()).isEqualTo(new TransactionRef("TST2632602000417"));
            assertThat(page.transaction().state()).isEqualTo(TransactionState.OPEN);
            assertThat(page.transaction().cartAmount()).contains(Money.of("250.00", "SAR"));
            assertThat(page.transaction().total()).isEmpty();
        });
    }

    @Test
    void charge_completed_everyFieldRead() {
        answer("payment-completed-authorised.json");
        ChargeReply reply = accepted(client.charge(Fixtures.charge()).execute());
        PayTabsTransaction paid = reply.transaction();
        assertThat(reply).isInstanceOf(ChargeReply.Completed.class);
        assertThat(paid.kind()).isEqualTo(TransactionKind.SALE);
        assertThat(paid.type()).isEqualTo(TransactionType.SALE);
        assertThat(paid.typeText()).contains("Sale");
        assertThat(paid.state()).isEqualTo(TransactionState.APPROVED);
        assertThat(paid.total()).contains(Money.of("250.00", "SAR"));
        assertThat(paid.cartId()).contains("ORD-2026-000417");
        assertThat(paid.description()).contains("Two concert tickets");
        assertThat(paid.token()).contains("9C1E55A2B7F04D36E8A1704BC2D95F03");
        assertThat(paid.userDefined()).containsEntry("udf1", "campaign-11").containsEntry("udf3", "تذاكر");
        assertThat(paid.customer()).containsEntry("name", "Huda Salem");
        assertThat(paid.shipping()).containsEntry("city", "Riyadh");
        assertThat(paid.threeDSecure()).containsEntry("eci", "05").containsEntry("responseLevel", "3");
        assertThat(paid.trace()).contains("PMNT0402.6B02A4AE.00001A40");
        assertThat(paid.result()).hasValueSatisfying(result -> {
            assertThat(result.status()).isEqualTo("A");
            assertThat(result.code()).isEqualTo("G52817");
            assertThat(result.message()).isEqualTo("Authorised");
            assertThat(result.at()).isEqualTo(Instant.parse("2026-11-22T08:15:42Z"));
        });
        assertThat(paid.instrument()).hasValueSatisfying(instrument -> {
            assertThat(instrument.description()).isEqualTo("4111 11## #### 1111");
            assertThat(instrument.cardScheme()).isEqualTo("Visa");
            assertThat(instrument.expiry().getYear()).isEqualTo(2031);
        });
        assertThat(paid.others()).containsEntry("serviceId", "2").containsEntry("profileId", "90417");
        assertThat(paid.toString()).isEqualTo("PayTabsTransaction[TST2632602000417 SALE APPROVED]");
    }

    @Test
    void charge_declined_acceptedWithTheDecline() {
        answer("payment-declined.json");
        PayTabsTransaction tried =
                accepted(client.charge(Fixtures.charge()).execute()).transaction();
        assertThat(tried.state()).isEqualTo(TransactionState.DECLINED);
        assertThat(tried.result().orElseThrow().code()).isEqualTo("316");
    }

    @Test
    void charge_newFieldsNullsAndNewValues_tolerated() {
        answerText(
                200,
                "{\"tran_ref\":\"TST1\",\"previous_tran_ref\":null,\"tran_type\":\"AuthExt\",\"cart_id\":42,"
                        + "\"cart_amount\":250,\"cart_currency\":\"KWD\",\"tran_total\":\"250.000\",\"tran_currency\":\"KWD\","
                        + "\"payment_result\":{\"response_status\":\"Q\",\"response_code\":null,\"transaction_time\":\"noon\"},"
                        + "\"payment_info\":[],\"threeDSDetails\":\"none\",\"user_defined\":[],\"customer_details\":null,"
                        + "\"trace\":{\"id\":1},\"brand_new\":{\"a\":[1,2]},\"invoice_id\":1840233}");
        PayTabsTransaction read =
                accepted(client.charge(Fixtures.charge()).execute()).transaction();
        assertThat(read.kind()).isEqualTo(TransactionKind.EXTENSION);
        assertThat(read.type()).isEqualTo(TransactionType.AUTH_EXT);
        assertThat(read.typeText()).contains("AuthExt");
        assertThat(read.state()).isEqualTo(TransactionState.UNRECOGNISED);
        assertThat(read.result().orElseThrow().status()).isEqualTo("Q");
        assertThat(read.result().orElseThrow().at()).isNull();
        assertThat(read.cartId()).contains("42");
        assertThat(read.cartAmount()).contains(Money.of("250.000", "KWD"));
        assertThat(read.invoiceId()).contains("1840233");
        assertThat(read.previousRef()).isEmpty();
        assertThat(read.instrument()).isEmpty();
        assertThat(read.customer()).isEmpty();
        assertThat(read.userDefined()).isEmpty();
        assertThat(read.threeDSecure()).isEmpty();
        assertThat(read.trace()).isEmpty();
        assertThat(read.others()).containsEntry("brand_new", "{\"a\":[1,2]}").containsEntry("threeDSDetails", "none");
    }

    @Test
    void transactions_ofACart_allInOrder() throws Exception {
        answer("query-by-cart-id.json");
        List<PayTabsTransaction> all =
                accepted(client.transactions(Fixtures.CART).execute()).transactions();
        assertThat(all)
                .extracting(PayTabsTransaction::kind)
                .containsExactly(TransactionKind.SALE, TransactionKind.SALE, TransactionKind.REFUND);
        assertThat(all)
                .extracting(PayTabsTransaction::state)
                .containsExactly(TransactionState.DECLINED, TransactionState.APPROVED, TransactionState.APPROVED);
        assertThat(all.get(2).previousRef()).contains(all.get(1).ref());
        RecordedRequest request = request();
        assertThat(request.getUrl().encodedPath()).isEqualTo("/payment/query");
        assertThat(body(request)).isEqualTo("{\"profile_id\":90417,\"cart_id\":\"ORD-2026-000417\"}");
    }

    @Test
    void transactions_oneWithoutBrackets_listOfOne() {
        answer("query-by-tran-ref.json");
        assertThat(accepted(client.transactions(Fixtures.CART).execute()).transactions())
                .hasSize(1);
    }

    @Test
    void transaction_byReference_one() throws Exception {
        answer("query-by-tran-ref.json");
        PayTabsTransaction found = accepted(
                client.transaction(new TransactionRef("TST2632602000417")).execute());
        assertThat(found.state()).isEqualTo(TransactionState.APPROVED);
        assertThat(body(request())).isEqualTo("{\"profile_id\":90417,\"tran_ref\":\"TST2632602000417\"}");
    }

    @Test
    void transaction_anotherOneAnswered_indeterminate() {
        answer("query-by-tran-ref.json");
        assertThat(client.transaction(new TransactionRef("TST1")).execute())
                .isInstanceOf(PayTabsOutcome.Indeterminate.class);
    }

    @Test
    void call_startedTwice_refusedTheSecondTime() {
        answer("query-by-cart-id.json");
        PayTabsCall<CartTransactions> call = client.transactions(Fixtures.CART);
        call.execute();
        assertThatThrownBy(call::execute).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(call::start).isInstanceOf(IllegalStateException.class);
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void call_started_completesWithTheOutcome() throws Exception {
        answer("query-by-cart-id.json");
        assertThat(client.transactions(Fixtures.CART).start().get(30, TimeUnit.SECONDS))
                .isInstanceOf(Accepted.class);
    }

    @Test
    void calls_oneAfterTheOther_shareAConnection() throws Exception {
        for (int i = 0; i < 3; i++) {
            answer("query-by-cart-id.json");
            client.transactions(Fixtures.CART).execute();
            assertThat(request().getExchangeIndex()).isEqualTo(i);
        }
    }

    @Test
    void client_twoProfiles_sideBySide() throws Exception {
        PayTabsProfile other = PayTabsProfile.builder(
                        7, "SKOTHER-000000", server.url("/base/").uri())
                .build();
        try (PayTabsClient second = PayTabsClient.create(other)) {
            answer("query-by-cart-id.json");
            answer("query-by-cart-id.json");
            client.transactions(Fixtures.CART).execute();
            second.transactions(new CartId("B")).execute();
        }
        assertThat(request().getHeaders().get("Authorization")).isEqualTo(Fixtures.SERVER_KEY);
        RecordedRequest request = request();
        assertThat(request.getHeaders().get("Authorization")).isEqualTo("SKOTHER-000000");
        assertThat(request.getUrl().encodedPath()).isEqualTo("/base/payment/query");
        assertThat(body(request)).isEqualTo("{\"profile_id\":7,\"cart_id\":\"B\"}");
    }

    private void answer(String fixture) {
        answerText(200, Fixtures.text(fixture));
    }

    private void answerText(int status, String body) {
        server.enqueue(new MockResponse.Builder().code(status).body(body).build());
    }

    private RecordedRequest request() throws InterruptedException {
        RecordedRequest request = server.takeRequest(30, TimeUnit.SECONDS);
        assertThat(request).isNotNull();
        return request;
    }

    private static String body(RecordedRequest request) {
        return request.getBody().utf8();
    }

    private static <T> T accepted(PayTabsOutcome<T> outcome) {
        assertThat(outcome).isInstanceOf(Accepted.class);
        return ((Accepted<T>) outcome).value();
    }
}
