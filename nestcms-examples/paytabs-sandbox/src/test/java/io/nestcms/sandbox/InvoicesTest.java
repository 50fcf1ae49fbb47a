package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InvoicesTest {
    private final MovableClock clock = new MovableClock();

    @TempDir
    private Path folder;

    private PayTabsSandbox sandbox;
    private Merchant merchant;

    @BeforeEach
    void start() throws Exception {
        sandbox = PayTabsSandbox.builder()
                .clock(clock)
                .ledgerFile(folder.resolve("l"))
                .start();
        merchant = new Merchant(sandbox);
    }

    @AfterEach
    void stop() {
        merchant.close();
        sandbox.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/payment/invoice/new", "/payment/new/invoice", "/payment/invoice"})
    void made_inEveryPath_paidThroughItsLink_refunded(String path) throws Exception {
        JsonNode made = merchant.ok(merchant.post(path, invoice()));
        long id = made.path("invoice_id").asLong();
        assertThat(status(id)).isEqualTo("pending");
        String page = open(made);
        assertThat(open(made)).as("the same page again").isEqualTo(page);
        JsonNode paid = merchant.pay(sandbox.baseUri() + page);
        assertThat(status(id)).isEqualTo("paid");
        JsonNode sale = merchant.queryRef(paid.path("tran_ref").asText());
        assertThat(sale.path("invoice_id").asLong()).isEqualTo(id);
        assertThat(sale.path("tran_total").asText()).isEqualTo("115.00");
        assertThat(merchant.get(made.path("invoice_link").asText()).statusCode())
                .isEqualTo(410);
        merchant.order(merchant.followUp("refund", paid.path("tran_ref").asText(), "ORD-1", "115.00", "SAR"));
        assertThat(status(id)).isEqualTo("refunded");
    }

    @Test
    void total_isComputedFromItsLines_orGiven() throws Exception {
        ObjectNode order = invoice();
        ObjectNode invoice = (ObjectNode) order.path("invoice");
        invoice.put("shipping_charges", 5).put("extra_discount", new java.math.BigDecimal("2.50"));
        var lines = invoice.putArray("line_items");
        lines.addObject().put("unit_cost", 10).put("quantity", 3).put("tax_total", new java.math.BigDecimal("1.50"));
        lines.addObject().put("total", 20);
        JsonNode made = merchant.ok(merchant.post("/payment/invoice/new", order));
        JsonNode details =
                merchant.ok(get("/payment/invoice/" + made.path("invoice_id").asLong() + "/details"));
        assertThat(details.path("cart_amount").asText()).isEqualTo("54.00");
        assertThat(details.at("/invoice/line_items")).hasSize(2);
        assertThat(details.at("/invoice/extra_discount").asText()).startsWith("2.5");
    }

    @Test
    void paymentRequest_withAnInvoice_redirects() throws Exception {
        JsonNode redirect = merchant.order(invoice());
        assertThat(redirect.path("redirect_url").asText()).contains("/payment/page/");
        merchant.pay(redirect.path("redirect_url").asText());
        assertThat(merchant.queryCart("ORD-1").get(0).path("invoice_id").asLong())
                .isPositive();
    }

    @Test
    void cancelled_bothWays_cannotBePaid() throws Exception {
        JsonNode one = merchant.ok(merchant.post("/payment/invoice/new", invoice()));
        JsonNode two =
                merchant.ok(merchant.post("/payment/invoice/new", invoice().put("cart_id", "ORD-2")));
        merchant.ok(merchant.post("/payment/invoice/cancel", named(one)));
        merchant.ok(merchant.send(HttpRequest.newBuilder(sandbox.baseUri()
                        .resolve("/payment/invoice/" + two.path("invoice_id").asLong() + "/cancel"))
                .header("Authorization", sandbox.serverKey())
                .PUT(HttpRequest.BodyPublishers.noBody())
                .build()));
        for (JsonNode made : new JsonNode[] {one, two}) {
            assertThat(status(made.path("invoice_id").asLong())).isEqualTo("cancelled");
            assertThat(merchant.get(made.path("invoice_link").asText()).statusCode())
                    .isEqualTo(410);
        }
        assertThat(merchant.post("/payment/invoice/cancel", named(one)).statusCode())
                .isEqualTo(400);
    }

    @Test
    void overTime_isOverdue_thenExpired() throws Exception {
        ObjectNode order = invoice();
        ((ObjectNode) order.path("invoice"))
                .put("due_date", "2026-11-22T12:00:00+03:00")
                .put("expiry_date", "2026-11-22T13:00:00+03:00");
        JsonNode made = merchant.ok(merchant.post("/payment/invoice/new", order));
        long id = made.path("invoice_id").asLong();
        assertThat(status(id)).isEqualTo("pending");
        clock.advance(Duration.ofHours(1));
        assertThat(status(id)).isEqualTo("overdue");
        clock.advance(Duration.ofHours(1));
        assertThat(status(id)).isEqualTo("expired");
        assertThat(merchant.get(made.path("invoice_link").asText()).statusCode())
                .isEqualTo(410);
    }

    @Test
    void paidInCash_isMarked_notCharged_andKeptOverARestart() throws Exception {
        JsonNode made = merchant.ok(merchant.post("/payment/invoice/new", invoice()));
        ObjectNode paid = named(made).put("invoice_currency", "SAR").put("pay_method", "cash");
        assertThat(merchant.post("/payment/invoice/paid", paid.put("invoice_total", 114))
                        .statusCode())
                .isEqualTo(400);
        JsonNode marked = merchant.ok(merchant.post("/payment/invoice/paid", paid.put("invoice_total", 115)));
        assertThat(marked.path("invoice_status").asText()).isEqualTo("paid");
        assertThat(marked.path("tran_ref").asText()).startsWith("TST");
        assertThat(sandbox.ledger().totals("ORD-1").charges()).isZero();
        stop();
        start();
        assertThat(status(made.path("invoice_id").asLong())).isEqualTo("paid");
    }

    @Test
    void sms_needsAPhone() throws Exception {
        JsonNode made = merchant.ok(merchant.post("/payment/invoice/new", invoice()));
        String path = "/payment/invoice/" + made.path("invoice_id").asLong() + "/sms";
        assertThat(merchant.post(path, named(made)).statusCode()).isEqualTo(400);
        ObjectNode phone = named(made);
        phone.putObject("customer_details").put("phone", "+966550001122");
        assertThat(merchant.ok(merchant.post(path, phone)).path("message").asText())
                .isNotEmpty();
    }

    @Test
    void wrongKey_orUnknownInvoice_isRefused() throws Exception {
        JsonNode made = merchant.ok(merchant.post("/payment/invoice/new", invoice()));
        HttpResponse<String> refused = merchant.send(HttpRequest.newBuilder(sandbox.baseUri()
                        .resolve("/payment/invoice/" + made.path("invoice_id").asLong() + "/status"))
                .build());
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(get("/payment/invoice/17/status").statusCode()).isEqualTo(400);
        String link = made.path("invoice_link").asText();
        assertThat(merchant.get(link.substring(0, link.length() - 3) + "xyz").statusCode())
                .isEqualTo(404);
    }

    @Test
    void payLink_isPaidAgainAndAgain() throws Exception {
        ObjectNode order = merchant.sale("SHIRT", "30.00", "SAR").put("link_title", "A shirt");
        order.remove("tran_type");
        JsonNode made = merchant.ok(merchant.post("/payment/link/create", order));
        for (int i = 0; i < 2; i++) {
            String page = merchant.get(made.path("link_url").asText())
                    .headers()
                    .firstValue("Location")
                    .orElseThrow();
            merchant.pay(sandbox.baseUri() + page);
        }
        assertThat(sandbox.ledger().totals("SHIRT").charges()).isEqualTo(2);
        String view = "/payment/link/view/" + sandbox.profileId() + "/"
                + made.path("link_id").asLong();
        assertThat(merchant.ok(get(view)).path("link_title").asText()).isEqualTo("A shirt");
        assertThat(merchant.ok(merchant.post(view, order)).path("link_id")).isEqualTo(made.path("link_id"));
        assertThat(get("/payment/link/view/1/" + made.path("link_id").asLong()).statusCode())
                .isEqualTo(401);
    }

    private ObjectNode invoice() {
        ObjectNode order = merchant.sale("ORD-1", "115.00", "SAR");
        order.putObject("invoice").put("lang", "en").put("total", 0);
        return order;
    }

    private ObjectNode named(JsonNode made) {
        return Merchant.MAPPER
                .createObjectNode()
                .put("profile_id", sandbox.profileId())
                .put("invoice_id", made.path("invoice_id").asLong());
    }

    private String open(JsonNode made) throws Exception {
        return merchant.get(made.path("invoice_link").asText())
                .headers()
                .firstValue("Location")
                .orElseThrow();
    }

    /** Asked in each of the three ways. */
    private String status(long id) throws Exception {
        String path = "/payment/invoice/" + id + "/status";
        ObjectNode named = Merchant.MAPPER
                .createObjectNode()
                .put("profile_id", sandbox.profileId())
                .put("invoice_id", id);
        String status = merchant.ok(get(path)).path("invoice_status").asText();
        assertThat(merchant.ok(merchant.post(path, named))
                        .path("invoice_status")
                        .asText())
                .isEqualTo(status);
        assertThat(merchant.ok(merchant.post("/payment/invoice/status", named))
                        .path("invoice_status")
                        .asText())
                .isEqualTo(status);
        return status;
    }

    private HttpResponse<String> get(String path) throws Exception {
        return merchant.send(HttpRequest.newBuilder(sandbox.baseUri().resolve(path))
                .header("Authorization", sandbox.serverKey())
                .build());
    }
}
