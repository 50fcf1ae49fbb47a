package io.nestcms.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cart ids of follow-ups, where queries list them, and the names that they get there. */
class FollowUpCartsTest {
    private static final String VISA = "4111111111111111";
    private PayTabsSandbox sandbox;
    private Merchant merchant;

    @BeforeEach
    void start() throws Exception {
        sandbox = PayTabsSandbox.builder().start();
        merchant = new Merchant(sandbox);
    }

    @AfterEach
    void stop() {
        merchant.close();
        sandbox.close();
    }

    @ParameterizedTest
    @CsvSource({
        "own-cart, false, true",
        "original-cart, true, false",
        "both, true, true",
        "nowhere, false, false",
    })
    void followUp_takesTheCartOfItsRequest_andIsListedAsSwitched(String under, boolean originals, boolean own)
            throws Exception {
        String sale = buy("sale");
        merchant.control("POST", "/faults", "{\"fault\":\"list-follow-ups\",\"under\":\"" + under + "\"}");
        JsonNode refund = merchant.order(merchant.followUp("refund", sale, "R-ORD-1", "40.00", "SAR"));
        String ref = refund.path("tran_ref").asText();
        assertThat(refund.path("cart_id").asText()).isEqualTo("R-ORD-1");
        assertThat(refs(merchant.queryCart("ORD-1"))).isEqualTo(originals ? List.of(ref, sale) : List.of(sale));
        assertThat(refs(merchant.queryCart("R-ORD-1"))).isEqualTo(own ? List.of(ref) : List.of());
        assertThat(merchant.queryRef(ref).path("previous_tran_ref").asText()).isEqualTo(sale);
        await().atMost(Duration.ofSeconds(20)).until(() -> merchant.notifications.size() == 2);
        assertThat(merchant.notifications).anySatisfy(n -> {
            assertThat(n.json().path("cart_id").asText()).isEqualTo("R-ORD-1");
            assertThat(n.json().path("previous_tran_ref").asText()).isEqualTo(sale);
        });
        assertThat(sandbox.ledger().totals("ORD-1").refunded())
                .as("the ledger's truth does not depend on what is listed")
                .isEqualByComparingTo("40");
    }

    @Test
    void byDefault_aQueryFindsACartByTheIdThatTheTransactionCarries() throws Exception {
        String sale = buy("sale");
        merchant.order(merchant.followUp("refund", sale, "R-ORD-1", "40.00", "SAR"));
        merchant.order(merchant.followUp("refund", sale, "ORD-1", "41.00", "SAR"));
        assertThat(merchant.queryCart("ORD-1")).hasSize(2);
        assertThat(merchant.queryCart("R-ORD-1")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"own-cart, 2", "original-cart, 2", "both, 2", "nowhere, 1"})
    void gatewayThatIgnoresTheOwnCart_showsTheOriginalsEverywhere(String under, int originals) throws Exception {
        String sale = buy("sale");
        merchant.control("POST", "/faults", "{\"fault\":\"list-follow-ups\",\"under\":\"" + under + "\"}");
        merchant.control(
                "POST", "/faults", "{\"fault\":\"assume\",\"assumption\":\"follow-ups-show-the-originals-cart\"}");
        JsonNode refund = merchant.order(merchant.followUp("refund", sale, "R-ORD-1", "40.00", "SAR"));
        assertThat(refund.path("cart_id").asText()).isEqualTo("ORD-1");
        assertThat(merchant.queryRef(refund.path("tran_ref").asText())
                        .path("cart_id")
                        .asText())
                .isEqualTo("ORD-1");
        assertThat(merchant.queryCart("ORD-1")).hasSize(originals);
        assertThat(merchant.queryCart("R-ORD-1")).isEmpty();
        await().atMost(Duration.ofSeconds(20)).until(() -> merchant.notifications.size() == 2);
        assertThat(merchant.notifications)
                .allSatisfy(n -> assertThat(n.json().path("cart_id").asText()).isEqualTo("ORD-1"));
    }

    @Test
    void refundOfACapture_belongsToTheCartOfTheAuthorisation() throws Exception {
        String auth = buy("auth");
        String capture = merchant.order(merchant.followUp("capture", auth, "P-1", "100.00", "SAR"))
                .path("tran_ref")
                .asText();
        merchant.order(merchant.followUp("refund", capture, "R-1", "30.00", "SAR"));
        CartTotals totals = sandbox.ledger().totals("ORD-1");
        assertThat(totals.charged()).isEqualByComparingTo("100");
        assertThat(totals.refunded()).isEqualByComparingTo("30");
        assertThat(sandbox.ledger().entries("ORD-1"))
                .extracting(LedgerEntry::cartId)
                .containsExactly("ORD-1", "P-1", "R-1");
        sandbox.switches().listFollowUps(FollowUpListing.BOTH);
        assertThat(merchant.queryCart("ORD-1"))
                .extracting(t -> t.path("cart_id").asText())
                .as("newest first")
                .containsExactly("R-1", "P-1", "ORD-1");
    }

    @Test
    void captureCalledSale_hasNothingButItsPreviousReference() throws Exception {
        String auth = buy("auth");
        sandbox.switches().assume(Assumption.CAPTURES_ARE_CALLED_SALE);
        JsonNode capture = merchant.order(merchant.followUp("capture", auth, "P-1", "60.00", "SAR"));
        JsonNode queried = merchant.queryRef(capture.path("tran_ref").asText());
        for (JsonNode told : List.of(capture, queried, merchant.queryCart("P-1").get(0))) {
            assertThat(told.path("tran_type").asText()).isEqualTo("Sale");
            assertThat(told.path("previous_tran_ref").asText()).isEqualTo(auth);
            assertThat(told.has("original_tran_type")).isFalse();
        }
        assertThat(sandbox.ledger().totals("ORD-1").charged()).isEqualByComparingTo("60");
        sandbox.switches().forgo(Assumption.CAPTURES_ARE_CALLED_SALE);
        assertThat(merchant.queryRef(capture.path("tran_ref").asText())
                        .path("tran_type")
                        .asText())
                .isEqualTo("Capture");
    }

    @ParameterizedTest
    @CsvSource({
        "release-for-a-part, Release, Void",
        "always-release, Release, Release",
        "always-void, Void, Void",
    })
    void void_isAnsweredAsVoid_andToldAsSwitched(String as, String part, String whole) throws Exception {
        merchant.control("POST", "/faults", "{\"fault\":\"name-voids\",\"as\":\"" + as + "\"}");
        assertVoid("1.33", "V-1", part);
        assertVoid("100.00", "V-2", whole);
    }

    private void assertVoid(String amount, String cart, String name) throws Exception {
        String auth = merchant.order(Merchant.withCard(
                        merchant.sale("ORD-" + cart, "100.00", "SAR").put("tran_type", "auth"), VISA))
                .path("tran_ref")
                .asText();
        JsonNode reply = merchant.order(merchant.followUp("void", auth, cart, amount, "SAR"));
        assertThat(reply.path("tran_type").asText()).isEqualTo("Void");
        assertThat(Merchant.outcome(reply)).isEqualTo("A");
        JsonNode queried = merchant.queryRef(reply.path("tran_ref").asText());
        assertThat(queried.path("tran_type").asText()).isEqualTo(name);
        assertThat(queried.path("original_tran_type").asText()).isEqualTo(name.equals("Release") ? "Void" : "");
        assertThat(queried.path("tran_total").asText()).isEqualTo(amount);
        assertThat(queried.path("cart_id").asText()).isEqualTo(cart);
        await().atMost(Duration.ofSeconds(20)).until(() -> sandbox.callbacksUnderWay() == 0);
        assertThat(merchant.notifications).anySatisfy(n -> {
            assertThat(n.json().path("cart_id").asText()).isEqualTo(cart);
            assertThat(n.json().path("tran_type").asText()).isEqualTo(name);
        });
    }

    private String buy(String type) throws Exception {
        return merchant.order(Merchant.withCard(
                        merchant.sale("ORD-1", "100.00", "SAR").put("tran_type", type), VISA))
                .path("tran_ref")
                .asText();
    }

    private static List<String> refs(JsonNode array) {
        List<String> refs = new ArrayList<>();
        array.forEach(t -> refs.add(t.path("tran_ref").asText()));
        return refs;
    }
}
