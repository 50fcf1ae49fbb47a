package io.nestcms.paytabs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.paytabs.PayTabsOutcome.Accepted;
import io.nestcms.paytabs.PayTabsOutcome.Indeterminate;
import io.nestcms.paytabs.PayTabsOutcome.Rejected;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The calls beside new payments and queries: what goes out, and what their answers are read as. */
class PayTabsApiTest {
    private static final TransactionRef SALE = new TransactionRef("TST2632602000417");
    private static final Money AMOUNT = Money.of("75.50", "SAR");

    private final MockWebServer server = new MockWebServer();
    private PayTabsClient client;

    @BeforeEach
    void start() throws IOException {
        server.start();
        client = client("payment/invoice/new");
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "refund, refund-accepted.json, REFUND, APPROVED",
        "refund, refund-declined.json, REFUND, DECLINED",
        "capture, capture.json, CAPTURE, APPROVED",
        "void, void.json, VOID, APPROVED",
        "release, capture.json, CAPTURE, APPROVED",
        "authext, capture.json, CAPTURE, APPROVED"
    })
    void followUp_answered_transaction(String type, String fixture, TransactionKind kind, TransactionState state)
            throws Exception {
        String body = Fixtures.text(fixture);
        TransactionRef original = new TransactionRef(body.replaceAll("(?s).*previous_tran_ref\": \"(\\w+)\".*", "$1"));
        answer(200, body);
        PayTabsTransaction done =
                accepted(client.followUp(followUp(type, original)).execute());
        assertThat(done.kind()).isEqualTo(kind);
        assertThat(done.state()).isEqualTo(state);
        assertThat(done.previousRef()).contains(original);
        sent(
                "POST /payment/request",
                "{\"profile_id\":90417,\"tran_type\":\"" + type + "\",\"tran_class\":\"ecom\",\"tran_ref\":\""
                        + original
                        + "\",\"cart_id\":\"ORD-2026-000417\",\"cart_currency\":\"SAR\",\"cart_amount\":75.50,"
                        + "\"cart_description\":\"One ticket returned\"}");
    }

    @Test
    void followUp_ofAnotherOriginal_indeterminate() {
        answer(200, Fixtures.text("refund-accepted.json"));
        assertThat(client.followUp(followUp("refund", new TransactionRef("TST1")))
                        .execute())
                .isInstanceOf(Indeterminate.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"payment-request-redirect.json", "token-delete.json"})
    void followUp_withoutResult_indeterminate(String fixture) {
        answer(200, Fixtures.text(fixture));
        assertThat(client.followUp(followUp("refund", SALE)).execute()).isInstanceOf(Indeterminate.class);
    }

    @Test
    void token_known_details() throws Exception {
        answer(200, Fixtures.text("token-query.json"));
        TokenDetails saved =
                accepted(client.token("9C1E55A2B7F04D36E8A1704BC2D95F03").execute());
        assertThat(saved.token()).isEqualTo("9C1E55A2B7F04D36E8A1704BC2D95F03");
        assertThat(saved.firstRef()).isEqualTo(SALE);
        assertThat(saved.instrument().description()).isEqualTo("4111 11## #### 1111");
        assertThat(saved.customer()).containsEntry("city", "Riyadh");
        assertThat(saved.trace()).isEqualTo("PMNT0403.6B02BDA1.00001AE8");
        assertThat(saved).hasToString("TokenDetails[of TST2632602000417]");
        sent("POST /payment/token", "{\"profile_id\":90417,\"token\":\"9C1E55A2B7F04D36E8A1704BC2D95F03\"}");
    }

    @Test
    void deleteToken_codeZero_done() throws Exception {
        answer(200, Fixtures.text("token-delete.json"));
        assertThat(client.deleteToken("9C1E").execute())
                .isEqualTo(new Accepted<>(
                        new Acknowledgement("Token deleted", null, "PMNT0403.6B02BDA1.00001AEF", Map.of())));
        sent("POST /payment/token/delete", "{\"profile_id\":90417,\"token\":\"9C1E\"}");
    }

    @Test
    void deleteToken_refused_rejected() {
        answer(400, "{\"code\":2,\"message\":\"Unknown token\",\"trace\":\"T\"}");
        assertThat(client.deleteToken("9C1E").execute()).isInstanceOf(Rejected.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "{\"code\":null}"})
    void deleteToken_nothingSaid_indeterminate(String body) {
        answer(200, body);
        assertThat(client.deleteToken("9C1E").execute()).isInstanceOf(Indeterminate.class);
    }

    @Test
    void createInvoice_answered_link() throws Exception {
        answer(200, Fixtures.text("invoice-new.json"));
        assertThat(client.createInvoice(invoice()).execute())
                .isEqualTo(new Accepted<>(new InvoiceLink(
                        1840233,
                        URI.create(
                                "https://secure.paytabs.sa/payment/request/invoice/1840233/7B1D4E90A3C24F5E8D6602F19C37AB54"),
                        "PMNT0405.6B02A44B.00001AF6",
                        Map.of())));
        RecordedRequest request = server.takeRequest(30, TimeUnit.SECONDS);
        assertThat(request.getUrl().encodedPath()).isEqualTo("/payment/invoice/new");
        assertThat(request.getBody().utf8()).contains("\"invoice\":{\"line_items\":[");
    }

    @Test
    void createInvoice_otherPath_used() throws Exception {
        answer(200, Fixtures.text("invoice-new.json"));
        try (PayTabsClient other = client("payment/new/invoice")) {
            other.createInvoice(invoice()).execute();
        }
        assertThat(server.takeRequest(30, TimeUnit.SECONDS).getUrl().encodedPath())
                .isEqualTo("/payment/new/invoice");
    }

    @Test
    void createInvoice_withoutInvoice_refused() {
        assertThatThrownBy(() -> client.createInvoice(Fixtures.charge())).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> client("../admin")).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void invoiceStatus_paid_bothWays() throws Exception {
        InvoiceStatus paid = new InvoiceStatus(
                InvoiceStatus.State.PAID,
                "paid",
                new TransactionRef("TST2632602000499"),
                TransactionState.APPROVED,
                "Authorised",
                "PMNT0405.6B02BDA1.00001AFD",
                Map.of());
        answer(200, Fixtures.text("invoice-status.json"));
        assertThat(client.invoiceStatus(1840233).execute()).isEqualTo(new Accepted<>(paid));
        sent("GET /payment/invoice/1840233/status", "");
        answer(200, Fixtures.text("invoice-status.json"));
        assertThat(client.invoiceStatusByPost(1840233).execute()).isEqualTo(new Accepted<>(paid));
        sent("POST /payment/invoice/status", "{\"profile_id\":90417,\"invoice_id\":1840233}");
    }

    @ParameterizedTest
    @CsvSource({"pending, PENDING", "Overdue, OVERDUE", "archived, UNRECOGNISED"})
    void invoiceStatus_notPaid_stateAndText(String text, InvoiceStatus.State state) {
        answer(200, "{\"invoice_status\":\"" + text + "\",\"tran_ref\":null,\"tran_status\":\"\"}");
        assertThat(client.invoiceStatus(1).execute())
                .isEqualTo(new Accepted<>(new InvoiceStatus(state, text, null, null, null, null, Map.of())));
    }

    @Test
    void cancelInvoice_codeAsText_done() throws Exception {
        answer(200, "{\"code\":\"0\",\"message\":\"Cancelled\",\"trace\":\"PMNT1\"}");
        assertThat(client.cancelInvoice(5).execute())
                .isEqualTo(new Accepted<>(new Acknowledgement("Cancelled", null, "PMNT1", Map.of())));
        sent("POST /payment/invoice/cancel", "{\"profile_id\":90417,\"invoice_id\":5}");
    }

    @Test
    void markInvoicePaid_answered_reference() throws Exception {
        answer(200, "{\"code\":null,\"message\":\"Paid\",\"tran_ref\":\"TST9\",\"trace\":\"PMNT1\"}");
        InvoicePayment payment = new InvoicePayment(5, AMOUNT, InvoicePayment.Method.POINT_OF_SALE, "At the door");
        assertThat(client.markInvoicePaid(payment).execute())
                .isEqualTo(new Accepted<>(new Acknowledgement("Paid", new TransactionRef("TST9"), "PMNT1", Map.of())));
        sent(
                "POST /payment/invoice/paid",
                "{\"profile_id\":90417,\"invoice_id\":5,\"invoice_currency\":\"SAR\",\"invoice_total\":75.50,"
                        + "\"pay_method\":\"pointofsale\",\"pay_description\":\"At the door\"}");
    }

    @Test
    void textInvoice_answered_done() throws Exception {
        answer(200, "{\"message\":\"Sent\"}");
        assertThat(client.textInvoice(5, "+966550001122").execute())
                .isEqualTo(new Accepted<>(new Acknowledgement("Sent", null, null, Map.of())));
        sent(
                "POST /payment/invoice/5/sms",
                "{\"profile_id\":90417,\"customer_details\":{\"phone\":\"+966550001122\"}}");
    }

    @Test
    void createLink_answered_linkWithEveryField() throws Exception {
        answer(200, "{\"link_id\":77,\"link_url\":\"https://secure.paytabs.sa/l/77\",\"active\":true}");
        PayLinkRequest request = new PayLinkRequest("Tickets", AMOUNT, Map.of("donation_mode", "true"));
        PayLink link = accepted(client.createLink(request).execute());
        assertThat(link.id()).isEqualTo("77");
        assertThat(link.url()).isEqualTo(URI.create("https://secure.paytabs.sa/l/77"));
        assertThat(link.fields()).containsEntry("active", "true");
        sent(
                "POST /payment/link/create",
                "{\"profile_id\":90417,\"link_title\":\"Tickets\",\"cart_currency\":\"SAR\",\"cart_amount\":75.50,"
                        + "\"donation_mode\":true}");
    }

    @Test
    void link_viewed_fields() throws Exception {
        answer(200, "{\"id\":\"ab-7\",\"link_title\":\"Tickets\"}");
        assertThat(accepted(client.link("ab-7").execute()).fields()).containsEntry("link_title", "Tickets");
        sent("GET /payment/link/view/90417/ab-7", "");
        assertThatThrownBy(() -> client.link("../x")).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void invoice_viewed_everyFieldKept() throws Exception {
        answer(
                200,
                "{\"invoice_id\":5,\"invoice_status\":\"pending\",\"invoice_link\":\"https://secure.paytabs.sa/i/5\","
                        + "\"invoice\":{\"total\":1}}");
        InvoiceView view = accepted(client.invoice(5).execute());
        assertThat(view.id()).isEqualTo("5");
        assertThat(view.status()).isEqualTo("pending");
        assertThat(view.link()).isEqualTo(URI.create("https://secure.paytabs.sa/i/5"));
        assertThat(view.fields()).containsEntry("invoice", "{\"total\":1}");
        sent("GET /payment/invoice/5/details", "");
        assertThatThrownBy(() -> client.invoice(0))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("invoice_id");
    }

    @Test
    void cancelInvoiceByPut_answered_done() throws Exception {
        answer(200, "{\"message\":\"Cancelled\"}");
        assertThat(client.cancelInvoiceByPut(5).execute())
                .isEqualTo(new Accepted<>(new Acknowledgement("Cancelled", null, null, Map.of())));
        sent("PUT /payment/invoice/5/cancel", "{\"profile_id\":90417,\"invoice_id\":5}");
    }

    @Test
    void valuPlans_answered_offersOfAllProducts() throws Exception {
        answer(
                200,
                "{\"code\":0,\"message\":\"ok\",\"valuResponse\":{\"productList\":[{\"tenureList\":["
                        + "{\"tenorMonth\":3,\"emi\":\"334.00\",\"adminFees\":0},{\"tenorMonth\":\"6\",\"emi\":171.5}]},{}]}}");
        ValuPlans offered = accepted(
                client.valuPlans(Money.of("1000.00", "EGP"), "01000000000").execute());
        assertThat(offered.plans()).extracting(ValuPlans.Plan::months).containsExactly(3L, 6L);
        assertThat(offered.plans()).extracting(ValuPlans.Plan::instalment).containsExactly("334.00", "171.5");
        assertThat(offered.plans().get(0).fields()).containsEntry("adminFees", "0");
        assertThat(offered.fields()).containsKeys("message", "valuResponse");
        sent(
                "POST /payment/info/valu/inquiry",
                "{\"profile_id\":90417,\"cart_amount\":1000.00,\"cart_currency\":\"EGP\","
                        + "\"customer_details\":{\"phone\":\"01000000000\"}}");
    }

    @ParameterizedTest
    @CsvSource({"0, true", "'\"0\"', true", "101, false", "null, false", "'\"none\"', false"})
    void valuPlans_responseCode_zeroIsSuccess(String code, boolean success) {
        answer(200, "{\"valuResponse\":{\"responseCode\":" + code + ",\"productList\":[]}}");
        ValuPlans offered = accepted(
                client.valuPlans(Money.of("1000.00", "EGP"), "01000000000").execute());
        assertThat(offered.isSuccess()).isEqualTo(success);
    }

    @Test
    void answers_ofNothingButAMessage_noAnswersOfUndocumentedForm() {
        String said = "{\"code\":0,\"message\":\"Invoice not found\",\"trace\":\"T\"}";
        answer(200, said);
        assertThat(client.invoice(5).execute()).isInstanceOf(Indeterminate.class);
        answer(200, said);
        assertThat(client.link("L1").execute()).isInstanceOf(Indeterminate.class);
        answer(200, said);
        assertThat(client.valuPlans(AMOUNT, "01000000000").execute()).isInstanceOf(Indeterminate.class);
    }

    @Test
    void answers_unknownFields_keptAndReachableAtEveryDepth() {
        answer(
                200,
                "{\"tran_ref\":\"TST1\",\"new\":{\"a\":1},\"payment_result\":{\"response_status\":\"A\",\"risk\":{\"score\":7},"
                        + "\"transaction_time\":\"noon\"},\"payment_info\":{\"expiryMonth\":\"13\",\"expiryYear\":2031,"
                        + "\"wallet\":[1]},\"threeDSDetails\":{\"acs\":{\"id\":3}},\"customer_details\":{\"geo\":[2]}}");
        PayTabsTransaction read =
                accepted(client.transaction(new TransactionRef("TST1")).execute());
        assertThat(read.others()).containsExactly(Map.entry("new", "{\"a\":1}"));
        assertThat(read.result().orElseThrow().others())
                .containsExactlyInAnyOrderEntriesOf(Map.of("risk", "{\"score\":7}", "transaction_time", "\"noon\""));
        assertThat(read.instrument().orElseThrow().expiry()).isNull();
        assertThat(read.instrument().orElseThrow().others())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("expiryMonth", "\"13\"", "expiryYear", "2031", "wallet", "[1]"));
        assertThat(read.threeDSecure()).containsEntry("acs", "{\"id\":3}");
        assertThat(read.customer()).containsEntry("geo", "[2]");

        answer(200, "{\"message\":\"Sent\",\"sent\":{\"to\":1}}");
        assertThat(accepted(client.textInvoice(5, "+966500000000").execute()).others())
                .containsEntry("sent", "{\"to\":1}");
        answer(200, "{\"invoice_status\":\"paid\",\"tran_status\":\"E\",\"by\":[1]}");
        InvoiceStatus status = accepted(client.invoiceStatus(5).execute());
        assertThat(status.others()).containsExactly(Map.entry("by", "[1]"));
        assertThat(status.transactionState()).isEqualTo(TransactionState.UNRECOGNISED);
        answer(200, "{\"invoice_id\":5,\"invoice_link\":\"https://a.example/5\",\"qr\":{\"b\":2}}");
        assertThat(accepted(client.createInvoice(invoice()).execute()).others()).containsEntry("qr", "{\"b\":2}");
        answer(200, "{\"tran_ref\":\"TST1\",\"token\":\"T9\",\"uses\":[3]}");
        assertThat(accepted(client.token("T9").execute()).others()).containsEntry("uses", "[3]");
    }

    @Test
    void valuPlans_otherForm_noPlansAndEverythingKept() {
        answer(200, "{\"valuResponse\":{\"productList\":\"none\"},\"trace\":\"T\"}");
        ValuPlans offered = accepted(
                client.valuPlans(Money.of("1000.00", "EGP"), "01000000000").execute());
        assertThat(offered.plans()).isEmpty();
        assertThat(offered.fields()).containsEntry("valuResponse", "{\"productList\":\"none\"}");
    }

    @Test
    void valuPlans_outsideTheLimits_fieldIsNamed() {
        Money amount = Money.of("1000.00", "EGP");
        assertThatThrownBy(() -> client.valuPlans(amount, "1"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("phone");
        assertThatThrownBy(() -> client.valuPlans(Money.of("0.00", "EGP"), "01000000000"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("cart_amount");
    }

    @Test
    void sadadTransaction_answered_transaction() throws Exception {
        answer(200, Fixtures.text("query-by-tran-ref.json"));
        TransactionRef ref = new TransactionRef(
                Fixtures.text("query-by-tran-ref.json").replaceAll("(?s).*?\"tran_ref\": \"(\\w+)\".*", "$1"));
        assertThat(accepted(client.sadadTransaction(ref).execute()).ref()).isEqualTo(ref);
        sent("POST /payment/apm/sadad/ifs/inquiry", "{\"profile_id\":90417,\"tran_ref\":\"" + ref + "\"}");
    }

    private PayTabsClient client(String invoicePath) {
        return PayTabsClient.builder(Fixtures.profile(server.url("/").uri()))
                .timeouts(Fixtures.LONG)
                .invoicePath(invoicePath)
                .build();
    }

    private static ChargeRequest invoice() {
        return ChargeRequest.builder(ChargeRequest.Type.SALE, Fixtures.CART, AMOUNT, "Tickets")
                .invoice(InvoiceDetails.builder(InvoiceDetails.Line.of("Ticket", AMOUNT, 1))
                        .build())
                .build();
    }

    private static FollowUpRequest followUp(String type, TransactionRef original) {
        String description = "One ticket returned";
        return switch (type) {
            case "capture" -> FollowUpRequest.capture(original, Fixtures.CART, AMOUNT, description);
            case "void" -> FollowUpRequest.voiding(original, Fixtures.CART, AMOUNT, description);
            case "authext" -> FollowUpRequest.extension(original, Fixtures.CART, AMOUNT, description);
            case "release" -> FollowUpRequest.release(original, Fixtures.CART, AMOUNT, description);
            default -> FollowUpRequest.refund(original, Fixtures.CART, AMOUNT, description);
        };
    }

    private void answer(int status, String body) {
        server.enqueue(new MockResponse.Builder().code(status).body(body).build());
    }

    private void sent(String line, String body) throws InterruptedException {
        RecordedRequest request = server.takeRequest(30, TimeUnit.SECONDS);
        assertThat(request.getMethod() + " " + request.getUrl().encodedPath()).isEqualTo(line);
        assertThat(request.getBody() == null ? "" : request.getBody().utf8()).isEqualTo(body);
        assertThat(request.getHeaders().get("Authorization")).isEqualTo(Fixtures.SERVER_KEY);
    }

    private static <T> T accepted(PayTabsOutcome<T> outcome) {
        assertThat(outcome).isInstanceOf(Accepted.class);
        return ((Accepted<T>) outcome).value();
    }
}
