package io.nestcms.paytabs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.failure.InvalidInputException;
import java.net.URI;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PayTabsProfileTest {
    @ParameterizedTest
    @EnumSource(PayTabsRegion.class)
    void region_code_findsItAndItsHost(PayTabsRegion region) {
        assertThat(PayTabsRegion.ofCode(region.code())).isSameAs(region);
        assertThat(PayTabsProfile.builder(1, Fixtures.SERVER_KEY, region)
                        .build()
                        .baseUri())
                .isEqualTo(region.baseUri())
                .hasScheme("https")
                .hasPath("");
    }

    @Test
    void region_unknownCode_refused() {
        refused(() -> PayTabsRegion.ofCode("kwt"), "region");
    }

    @Test
    void profile_unfitParts_refusedWithTheirField() {
        PayTabsRegion region = PayTabsRegion.KUWAIT;
        URI plain = URI.create("http://shop.example/x");
        refused(() -> PayTabsProfile.builder(0, Fixtures.SERVER_KEY, region), "profile_id");
        refused(() -> PayTabsProfile.builder(1, "short", region), "serverKey");
        refused(() -> PayTabsProfile.builder(1, "with a line\nbreak", region), "serverKey");
        refused(() -> PayTabsProfile.builder(1, Fixtures.SERVER_KEY, URI.create("/path")), "baseUri");
        refused(() -> PayTabsProfile.builder(1, Fixtures.SERVER_KEY, URI.create("https://a/?q=1")), "baseUri");
        refused(() -> PayTabsProfile.builder(1, Fixtures.SERVER_KEY, plain).build(), "baseUri");
        refused(
                () -> PayTabsProfile.builder(1, Fixtures.SERVER_KEY, region)
                        .callback(plain)
                        .build(),
                "callback");
        refused(
                () -> PayTabsProfile.builder(1, Fixtures.SERVER_KEY, region)
                        .returnUrl(plain)
                        .build(),
                "return");
        refused(
                () -> PayTabsProfile.builder(1, Fixtures.SERVER_KEY, region)
                        .callback(URI.create("https://shop.example/" + "x".repeat(250))),
                "callback");
    }

    @Test
    void profile_plainHttpAllowed_taken() {
        URI sandbox = URI.create("http://sandbox:8090/");
        assertThat(PayTabsProfile.builder(1, Fixtures.SERVER_KEY, sandbox)
                        .plainHttp()
                        .callback(URI.create("http://server/callback"))
                        .build()
                        .baseUri())
                .isEqualTo(URI.create("http://sandbox:8090"));
    }

    @Test
    void profile_text_withoutKey() {
        PayTabsProfile profile = PayTabsProfile.builder(90417, Fixtures.SERVER_KEY, PayTabsRegion.SAUDI_ARABIA)
                .build();
        assertThat(profile).hasToString("PayTabsProfile[90417 at secure.paytabs.sa]");
        assertThatThrownBy(() -> PayTabsProfile.builder(1, "SECRET\u00e9SECRET", PayTabsRegion.KUWAIT))
                .hasMessageNotContaining("SECRET");
    }

    private static void refused(ThrowingCallable call, String field) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        InvalidInputException.class,
                        refused -> assertThat(refused.field()).isEqualTo(field));
    }
}
