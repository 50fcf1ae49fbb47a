package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CallbacksTest {
    private PayTabsSandbox sandbox;
    private Merchant merchant;

    @BeforeEach
    void start() throws Exception {
        Duration pause = Duration.ofMillis(5);
        sandbox = PayTabsSandbox.builder()
                .callbackDelays(pause, pause, pause, pause)
                .start();
        merchant = new Merchant(sandbox);
    }

    @AfterEach
    void stop() {
        merchant.close();
        sandbox.close();
    }

    @Test
    void refused_isTriedAgainUntil2xx_withTheSameBytes() throws Exception {
        merchant.answer(500, 302, 503);
        buy("ORD-1");
        settled(4);
        assertThat(merchant.notifications).allSatisfy(told -> {
            assertThat(told.body()).isEqualTo(merchant.notifications.get(0).body());
            assertThat(told.signature()).isEqualTo(merchant.hmac(told.body()));
        });
        assertThat(outcomes()).containsExactly("refused", "refused", "refused", "delivered");
    }

    @Test
    void alwaysRefused_isGivenUpAfterFiveTries() throws Exception {
        merchant.answer(500, 500, 500, 500, 500);
        buy("ORD-1");
        settled(5);
        assertThat(sandbox.deliveries().get(4).finalTry()).isTrue();
        assertThat(sandbox.deliveries()).extracting(Delivery::attempt).containsExactly(1, 2, 3, 4, 5);
    }

    @Test
    void lost_neverArrives() throws Exception {
        sandbox.faults().nextCallbacks(1, CallbackFault.lose());
        buy("ORD-1");
        buy("ORD-2");
        settled(1);
        assertThat(merchant.notifications.get(0).json().path("cart_id").asText())
                .isEqualTo("ORD-2");
        assertThat(outcomes()).contains("lost", "delivered");
    }

    @Test
    void duplicate_arrivesThreeTimes() throws Exception {
        sandbox.faults().nextCallbacks(1, CallbackFault.duplicate(3));
        buy("ORD-1");
        settled(3);
        assertThat(merchant.notifications.get(2).body())
                .isEqualTo(merchant.notifications.get(0).body());
    }

    @Test
    void wrongSignature_isOfAnotherKey() throws Exception {
        sandbox.faults().nextCallbacks(1, CallbackFault.wrongSignature());
        buy("ORD-1");
        settled(1);
        Merchant.Notification told = merchant.notifications.get(0);
        assertThat(told.signature()).matches("[0-9a-f]{64}").isNotEqualTo(merchant.hmac(told.body()));
    }

    @Test
    void reordered_arriveNewestFirst() throws Exception {
        merchant.control("POST", "/faults", "{\"fault\":\"callback-reorder\",\"count\":2}");
        buy("ORD-1");
        assertThat(merchant.notifications).isEmpty();
        buy("ORD-2");
        settled(2);
        assertThat(sandbox.deliveries())
                .extracting(
                        d -> sandbox.ledger().entry(d.tranRef()).orElseThrow().cartId())
                .containsExactly("ORD-2", "ORD-1");
        assertThat(merchant.notifications.get(0).json().path("cart_id").asText())
                .isEqualTo("ORD-2");
    }

    @Test
    void delayed_arrivesAll() throws Exception {
        sandbox.faults().nextCallbacks(1, CallbackFault.delay(Duration.ofMillis(20)));
        buy("ORD-1");
        settled(1);
        assertThat(outcomes()).containsExactly("delivered");
    }

    @Test
    void unreachable_isGivenUp() throws Exception {
        var order = merchant.sale("ORD-1", "10.00", "SAR").put("callback", "http://127.0.0.1:1/none");
        merchant.pay(merchant.order(order).path("redirect_url").asText());
        await().atMost(Duration.ofSeconds(20)).until(() -> sandbox.deliveries().size() == 5);
        assertThat(outcomes()).containsOnly("unreachable");
    }

    private void buy(String cartId) throws Exception {
        merchant.pay(merchant.order(merchant.sale(cartId, "10.00", "SAR"))
                .path("redirect_url")
                .asText());
    }

    private void settled(int arrived) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> merchant.notifications.size() >= arrived && sandbox.callbacksUnderWay() == 0);
        assertThat(merchant.notifications).hasSize(arrived);
    }

    private List<String> outcomes() {
        return sandbox.deliveries().stream().map(Delivery::outcome).toList();
    }
}
