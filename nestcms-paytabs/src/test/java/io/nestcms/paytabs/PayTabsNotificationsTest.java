package io.nestcms.paytabs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.TransactionState;
import io.nestcms.payment.gateway.GatewayNotification;
import io.nestcms.webhook.SignatureScheme;
import io.nestcms.webhook.SigningSecret;
import io.nestcms.webhook.Verification;
import io.nestcms.webhook.VerifiedWebhook;
import io.nestcms.webhook.WebhookRequest;
import io.nestcms.webhook.WebhookVerifier;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PayTabsNotificationsTest {
    private final PayTabsNotifications notifications =
            PayTabsNotifications.of(Fixtures.profile(URI.create("http://localhost")));

    @ParameterizedTest
    @CsvSource({
        "ipn-sale-authorised.json, 88119d63d6934b2b33c2805630b57425938cf2446e454faddb5fb8909bb2ad9a,"
                + " ORD-2026-000417, TST2632602000417, SALE, 250.00",
        "ipn-declined.json, f1f192b2bfd5195fa59fb366d0202d62d590d14d0355df48907b5ab48d0dd78d,"
                + " ORD-2026-000417, TST2632602000409, SALE, 250.00",
        "ipn-refund.json, 9781d4432f708316c810ae976ef53ef7ea79b29fabc5a4f61b161ab5f659a545,"
                + " ORD-2026-000417, TST2632702000462, REFUND, 75.50",
        "ipn-void.json, 0274e170a7ffc5da816812d2bff6c88a23bbaa98750ebc23bbe33ed08fc74a2c,"
                + " ORD-2026-000431, TST2632602000440, VOID, 420.00",
        "ipn-async-pending.json, 66b3a30f2a8b48f2eb29707241b77b1f6ea24c22396d62e506d691688ac6e4f7,"
                + " ORD-2026-000435, TST2632602000480, PAYMENT_REQUEST, 310.00"
    })
    void read_signedCallback_claim(
            String fixture, String signature, String cart, String ref, TransactionKind kind, String amount) {
        WebhookRequest request = WebhookRequest.builder(Fixtures.bytes(fixture))
                .header("Signature", signature)
                .header("Content-Type", "application/json")
                .build();
        assertThat(notifications.read(verified(SignatureScheme.payTabsCallback(), request)))
                .satisfies(told -> {
                    assertThat(told.cartId()).isEqualTo(new CartId(cart));
                    assertThat(told.ref()).isEqualTo(new TransactionRef(ref));
                    assertThat(told.kind()).isEqualTo(kind);
                    assertThat(told.cartAmount()).isEqualTo(Money.of(amount, "SAR"));
                    assertThat(told.state())
                            .isIn(TransactionState.APPROVED, TransactionState.DECLINED, TransactionState.PENDING);
                });
    }

    @Test
    void read_signedReturn_claimWithoutAmount() {
        JsonNode fields = Objects.requireNonNull(Json.read(Fixtures.bytes("return-form.json")));
        String form = fields.properties().stream()
                .map(field -> field.getKey() + "="
                        + URLEncoder.encode(field.getValue().textValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        WebhookRequest request = WebhookRequest.builder(form.getBytes(StandardCharsets.UTF_8))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .build();
        assertThat(notifications.read(verified(SignatureScheme.payTabsReturn(), request)))
                .isEqualTo(new GatewayNotification(
                        new TransactionRef("TST2632602000417"),
                        null,
                        Fixtures.CART,
                        TransactionKind.UNRECOGNISED,
                        TransactionState.APPROVED,
                        null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'{}'|profile_id",
                "'{\"profile_id\":7}'|profile_id",
                "'{\"profile_id\":\"90417\"}'|tran_ref",
                "'{\"profile_id\":90417,\"tran_ref\":\"T\"}'|cart_amount",
                "'{\"profile_id\":90417,\"tran_ref\":\"T\",\"cart_amount\":\"1.00\"}'|cart_currency",
                "'{\"profile_id\":90417,\"tran_ref\":\"T\",\"cart_amount\":\"1.005\",\"cart_currency\":\"SAR\"}'|body",
                "'{\"profile_id\":90417,\"profile_id\":90417}'|body",
                "'[]'|body",
                "''|body"
            })
    void callback_unfit_refusedWithItsField(String body, String field) {
        assertThatThrownBy(() -> notifications.callback(body.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        InvalidInputException.class,
                        refused -> assertThat(refused.field()).isEqualTo(field));
    }

    @Test
    void callback_ofAFollowUpMadeElsewhere_isTiedByItsOriginal() {
        String body = "{\"profile_id\":90417,\"cart_id\":\"Void reason / 17\",\"tran_ref\":\"TST2\","
                + "\"previous_tran_ref\":\"TST1\",\"tran_type\":\"Void\",\"cart_amount\":\"1.33\",\"cart_currency\":\"SAR\","
                + "\"payment_result\":{\"response_status\":\"A\"}}";
        assertThat(notifications.callback(body.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(new GatewayNotification(
                        new TransactionRef("TST2"),
                        new TransactionRef("TST1"),
                        null,
                        TransactionKind.VOID,
                        TransactionState.APPROVED,
                        Money.of("1.33", "SAR")));
    }

    @Test
    void browserReturn_unfit_refusedWithItsField() {
        assertThatThrownBy(() -> notifications.browserReturn(Map.of("tranRef", "TST1")))
                .isInstanceOfSatisfying(
                        InvalidInputException.class,
                        refused -> assertThat(refused.field()).isEqualTo("cartId"));
        assertThatThrownBy(() -> notifications.browserReturn(Map.of("cartId", "A", "tranRef", "")))
                .isInstanceOfSatisfying(
                        InvalidInputException.class,
                        refused -> assertThat(refused.field()).isEqualTo("tranRef"));
    }

    @Test
    void transaction_ofAFollowUpMadeElsewhere_itsOriginalAndStateReachable() {
        // the cart id is the dashboard's own: no cart of ours could even be called so
        String body = "{\"profile_id\":90417,\"cart_id\":\"Void reason / 17\",\"tran_ref\":\"TST2\","
                + "\"previous_tran_ref\":\"TST1\",\"tran_type\":\"Release\",\"original_tran_type\":\"Void\","
                + "\"cart_amount\":\"1.33\",\"cart_currency\":\"SAR\",\"tran_total\":\"1.33\",\"tran_currency\":\"SAR\","
                + "\"payment_result\":{\"response_status\":\"A\"},\"ipn_trace\":\"IPNS1.2.3\","
                + "\"paymentChannel\":\"Dashboard\"}";
        PayTabsTransaction told = notifications.transaction(body.getBytes(StandardCharsets.UTF_8));
        assertThat(told.previousRef()).contains(new TransactionRef("TST1"));
        assertThat(told.type()).isEqualTo(TransactionType.RELEASE);
        assertThat(told.askedType()).isEqualTo(TransactionType.VOID);
        assertThat(told.state()).isEqualTo(TransactionState.APPROVED);
        assertThat(told.cartId()).contains("Void reason / 17");
        assertThat(told.total()).contains(Money.of("1.33", "SAR"));
        assertThat(told.trace()).contains("IPNS1.2.3");
        assertThat(told.channel()).contains("Dashboard");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'{\"tran_ref\":\"TST1\"}'|profile_id",
                "'{\"profile_id\":7,\"tran_ref\":\"TST1\"}'|profile_id",
                "'{\"profile_id\":90417}'|tran_ref",
                "'{\"profile_id\":90417,\"tran_ref\":\"TST1\",\"tran_total\":\"1,0\",\"tran_currency\":\"SAR\"}'|body",
                "'[]'|body",
                "''|body"
            })
    void transaction_unfit_refusedWithItsField(String body, String field) {
        assertThatThrownBy(() -> notifications.transaction(body.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        InvalidInputException.class,
                        refused -> assertThat(refused.field()).isEqualTo(field));
    }

    @Test
    void transactionAndReturned_ofTheOtherScheme_refused() {
        VerifiedWebhook callback = verified(
                SignatureScheme.payTabsCallback(),
                WebhookRequest.builder(Fixtures.bytes("ipn-refund.json"))
                        .header("Signature", "9781d4432f708316c810ae976ef53ef7ea79b29fabc5a4f61b161ab5f659a545")
                        .header("Content-Type", "application/json")
                        .build());
        assertThat(notifications.transaction(callback).askedKind()).isEqualTo(TransactionKind.REFUND);
        assertThatThrownBy(() -> notifications.returned(callback)).isInstanceOf(InvalidInputException.class);
    }

    private static VerifiedWebhook verified(SignatureScheme scheme, WebhookRequest request) {
        Verification verification = WebhookVerifier.builder(scheme, List.of(SigningSecret.utf8(Fixtures.SERVER_KEY)))
                .build()
                .verify(request);
        assertThat(verification).isInstanceOf(Verification.Verified.class);
        return ((Verification.Verified) verification).webhook();
    }
}
