package io.nestcms.webhook;

import static org.assertj.core.api.Assertions.fail;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.nestcms.webhook.TrustedProxies.Header;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Texts that claim to be addresses, ranges or the headers of proxies. */
class AddressFuzzTest {
    private static final List<String> PROXIES = List.of("10.0.0.0/8", "2001:db8::/32");
    private static final TrustedProxies XFF = TrustedProxies.of(PROXIES, Header.X_FORWARDED_FOR);
    private static final TrustedProxies FORWARDED = TrustedProxies.of(PROXIES, Header.FORWARDED);

    @FuzzTest(maxExecutions = 5_000_000, maxDuration = "3h")
    void parse_anyText_isAnAddressOrNone(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        IpAddress address = IpAddress.parse(text);
        if (address != null && !address.equals(IpAddress.parse(address.toString()))) {
            fail("an address is not read as it was written: " + text);
        }
        range(text);
        IpAddress proxy = Objects.requireNonNull(IpAddress.parse("10.0.0.1"));
        WebhookRequest request = WebhookRequest.builder(new byte[0])
                .header("X-Forwarded-For", text)
                .header("Forwarded", text)
                .peer(proxy.toInetAddress())
                .build();
        XFF.client(request);
        FORWARDED.client(request);
    }

    private static void range(String text) {
        CidrBlock block;
        try {
            block = CidrBlock.parse(text);
        } catch (IllegalArgumentException configuration) {
            return; // a mistake in the configuration is thrown, with this type and no other
        }
        if (!block.contains(block.network())) {
            fail("a range without its first address: " + text);
        }
    }
}
