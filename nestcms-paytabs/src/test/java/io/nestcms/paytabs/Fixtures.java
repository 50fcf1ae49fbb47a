package io.nestcms.paytabs;

import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The example bodies and the profile that they belong to. */
final class Fixtures {
    static final long PROFILE_ID = 90417;
    static final String SERVER_KEY = "SKTEST0001-AAAAAAAAAA-BBBBBBBBBB";
    static final CartId CART = new CartId("ORD-2026-000417");
    static final PayTabsTimeouts SHORT = new PayTabsTimeouts(
            Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofMillis(300), Duration.ofSeconds(5));
    static final PayTabsTimeouts LONG = new PayTabsTimeouts(
            Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(30));

    static final List<String> ALL = Stream.of(
                    "capture",
                    "error-auth",
                    "error-duplicate",
                    "error-validation",
                    "invoice-new",
                    "invoice-status",
                    "ipn-async-pending",
                    "ipn-declined",
                    "ipn-refund",
                    "ipn-sale-authorised",
                    "ipn-void",
                    "payment-completed-authorised",
                    "payment-declined",
                    "payment-on-hold",
                    "payment-request-redirect",
                    "query-by-cart-id",
                    "query-by-tran-ref",
                    "refund-accepted",
                    "refund-declined",
                    "return-form",
                    "token-delete",
                    "token-query",
                    "void")
            .map(name -> name + ".json")
            .toList();

    private Fixtures() {}

    static byte[] bytes(String name) {
        try (InputStream in = Fixtures.class.getResourceAsStream("/fixtures/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static String text(String name) {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    static PayTabsProfile profile(URI base) {
        return PayTabsProfile.builder(PROFILE_ID, SERVER_KEY, base)
                .callback(URI.create("http://localhost/callback"))
                .returnUrl(URI.create("http://localhost/return"))
                .build();
    }

    static ChargeRequest charge() {
        return ChargeRequest.builder(ChargeRequest.Type.SALE, CART, Money.of("250.00", "SAR"), "Two concert tickets")
                .build();
    }
}
