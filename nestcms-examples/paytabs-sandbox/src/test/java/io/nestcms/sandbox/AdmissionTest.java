package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private final MovableClock clock = new MovableClock();

    @Test
    void sameOrderInsideTheWindow_isADuplicate_afterItItIsNot() throws Exception {
        try (PayTabsSandbox sandbox = PayTabsSandbox.builder().clock(clock).start();
                Merchant merchant = new Merchant(sandbox)) {
            merchant.order(merchant.sale("ORD-1", "10.00", "SAR"));
            clock.advance(Duration.ofSeconds(119));
            HttpResponse<String> second = merchant.post("/payment/request", merchant.sale("ORD-1", "10.00", "SAR"));
            assertThat(second.statusCode()).isEqualTo(409);
            assertThat(Merchant.MAPPER.readTree(second.body()).path("code").asInt())
                    .isEqualTo(4);
            merchant.order(merchant.sale("ORD-1", "10.01", "SAR"));
            merchant.order(merchant.sale("ORD-2", "10.00", "SAR"));
            clock.advance(Duration.ofSeconds(1));
            merchant.order(merchant.sale("ORD-1", "10.00", "SAR"));
            assertThat(sandbox.ledger().entries("ORD-1")).hasSize(3);
        }
    }

    @Test
    void restarted_stillKnowsTheLastRequests(@org.junit.jupiter.api.io.TempDir java.nio.file.Path folder)
            throws Exception {
        for (int start = 0; start < 2; start++) {
            try (PayTabsSandbox sandbox = PayTabsSandbox.builder()
                            .clock(clock)
                            .ledgerFile(folder.resolve("l"))
                            .start();
                    Merchant merchant = new Merchant(sandbox)) {
                assertThat(merchant.post("/payment/request", merchant.sale("ORD-1", "10.00", "SAR"))
                                .statusCode())
                        .isEqualTo(start == 0 ? 200 : 409);
            }
        }
    }

    @Test
    void switchedOff_nothingIsADuplicate() throws Exception {
        try (PayTabsSandbox sandbox = PayTabsSandbox.builder()
                        .duplicates(DuplicateRule.OFF, Duration.ofMinutes(2))
                        .start();
                Merchant merchant = new Merchant(sandbox)) {
            merchant.order(merchant.sale("ORD-1", "10.00", "SAR"));
            merchant.order(merchant.sale("ORD-1", "10.00", "SAR"));
            assertThat(sandbox.ledger().entries("ORD-1")).hasSize(2);
        }
    }

    @Test
    void oneRequestTooMany_is429Code5_untilTheMinuteIsOver() throws Exception {
        try (PayTabsSandbox sandbox = PayTabsSandbox.builder()
                        .clock(clock)
                        .requestsPerMinute(2)
                        .start();
                Merchant merchant = new Merchant(sandbox)) {
            merchant.order(merchant.sale("ORD-1", "10.00", "SAR"));
            merchant.order(merchant.sale("ORD-2", "10.00", "SAR"));
            HttpResponse<String> third = merchant.post("/payment/request", merchant.sale("ORD-3", "10.00", "SAR"));
            assertThat(third.statusCode()).isEqualTo(429);
            assertThat(Merchant.MAPPER.readTree(third.body()).path("code").asInt())
                    .isEqualTo(5);
            assertThat(merchant.queryCart("ORD-3")).isEmpty();
            clock.advance(Duration.ofMinutes(1));
            merchant.order(merchant.sale("ORD-3", "10.00", "SAR"));
            assertThat(sandbox.ledger().entries()).hasSize(3);
        }
    }

    @Test
    void aboveTheMerchantsLimit_isCode325() throws Exception {
        try (PayTabsSandbox sandbox = PayTabsSandbox.builder()
                        .merchantLimit(new java.math.BigDecimal(5000))
                        .start();
                Merchant merchant = new Merchant(sandbox)) {
            merchant.order(merchant.sale("ORD-1", "5000.00", "SAR"));
            HttpResponse<String> refused = merchant.post("/payment/request", merchant.sale("ORD-2", "5000.01", "SAR"));
            assertThat(Merchant.MAPPER.readTree(refused.body()).path("code").asInt())
                    .isEqualTo(325);
        }
    }

    @Test
    void unpaidPage_expires() throws Exception {
        try (PayTabsSandbox sandbox = PayTabsSandbox.builder().clock(clock).start();
                Merchant merchant = new Merchant(sandbox)) {
            String page = merchant.order(merchant.sale("ORD-1", "10.00", "SAR"))
                    .path("redirect_url")
                    .asText();
            clock.advance(Duration.ofMinutes(20));
            assertThat(merchant.get(page).body()).contains("name=\"respStatus\" value=\"X\"");
            assertThat(sandbox.ledger().entries("ORD-1").get(0).status()).isEqualTo("X");
        }
    }
}
