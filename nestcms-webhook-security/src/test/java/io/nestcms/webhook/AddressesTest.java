package io.nestcms.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.nestcms.webhook.Refusal.Reason;
import io.nestcms.webhook.TrustedProxies.Header;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
    private static final TrustedProxies XFF =
            TrustedProxies.of(List.of("10.0.0.0/8", "2001:db8:f::/48"), Header.X_FORWARDED_FOR);
    private static final TrustedProxies FORWARDED =
            TrustedProxies.of(List.of("10.0.0.0/8", "2001:db8:f::/48"), Header.FORWARDED);

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 0.0.0.0",
        "255.255.255.255, 255.255.255.255",
        "192.0.2.7, 192.0.2.7",
        "::, 0:0:0:0:0:0:0:0",
        "::1, 0:0:0:0:0:0:0:1",
        "1::, 1:0:0:0:0:0:0:0",
        "2001:DB8::a, 2001:db8:0:0:0:0:0:a",
        "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
        "::ffff:10.0.0.1, 10.0.0.1",
        "::FFFF:0a00:0001, 10.0.0.1",
        "0:0:0:0:0:ffff:10.0.0.1, 10.0.0.1",
        "64:ff9b::192.0.2.33, 64:ff9b:0:0:0:0:c000:221",
        "::10.0.0.1, 0:0:0:0:0:0:a00:1",
        "2001:db8::ffff:10.0.0.1, 2001:db8:0:0:0:ffff:a00:1",
        "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
    })
    void parse_addresses(String text, String expected) {
        assertThat(Objects.requireNonNull(IpAddress.parse(text))).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "localhost",
                "example.test",
                "127.1",
                "127.0.1",
                "2130706433",
                "0x7f.0.0.1",
                "0177.0.0.1",
                "01.2.3.4",
                "1.2.3.4.5",
                "1.2.3.",
                ".1.2.3",
                "1..2.3",
                "256.0.0.1",
                "1.2.3.-4",
                "1.2.3.4 ",
                " 1.2.3.4",
                "١.2.3.4",
                "fe80::1%eth0",
                "fe80::1%1",
                "[::1]",
                ":",
                ":::",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1::2::3",
                "1:2:3:4:5:6:7:8::",
                "::1:2:3:4:5:6:7:8",
                "12345::",
                "g::",
                ":1::",
                "1:",
                ":1",
                "::1.2.3",
                "::1.2.3.4:5",
                "1.2.3.4::",
                "1:2:3:4:5:6:7:1.2.3.4",
                "::ffff:010.0.0.1",
                "1234567890123456789012345678901234567890123456"
            })
    void parse_anythingElse_isNoAddress(String text) {
        assertThat(IpAddress.parse(text)).isNull();
    }

    @Test
    void hashCode_ofDifferentAddresses_differs() {
        assertThat(Objects.requireNonNull(IpAddress.parse("192.0.2.1")).hashCode())
                .isEqualTo(Objects.requireNonNull(IpAddress.parse("::ffff:192.0.2.1"))
                        .hashCode())
                .isNotEqualTo(
                        Objects.requireNonNull(IpAddress.parse("192.0.2.2")).hashCode());
    }

    @Property(tries = 2000)
    void parse_everyAddressThatTheJdkWrites(@ForAll @Size(16) byte[] bytes) throws UnknownHostException {
        InetAddress address = InetAddress.getByAddress(bytes);

        assertThat(IpAddress.parse(address.getHostAddress())).isEqualTo(IpAddress.of(address));
    }

    @Property(tries = 2000)
    void parse_anyText_givesWhatTheJdkGivesOrNothing(@ForAll String text) throws UnknownHostException {
        IpAddress address = IpAddress.parse(text);

        if (address != null) {
            // the JDK asks no name service for what is an address
            assertThat(IpAddress.of(InetAddress.getByName(text))).isEqualTo(address);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.0.0.0/8, 9.255.255.255, false",
        "192.0.2.128/25, 192.0.2.128, true",
        "192.0.2.128/25, 192.0.2.127, false",
        "192.0.2.4/30, 192.0.2.7, true",
        "192.0.2.4/30, 192.0.2.8, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "203.0.113.9, 203.0.113.9, true",
        "203.0.113.9/32, 203.0.113.8, false",
        "2001:db8::/32, 2001:db8:ffff::1, true",
        "2001:db8::/32, 2001:db9::, false",
        "2001:db8::/33, 2001:db8:8000::, false",
        "::/0, 2001:db8::1, true",
        "::/0, 203.0.113.9, false",
        "10.0.0.0/8, ::ffff:10.1.2.3, true",
        "::ffff:10.0.0.1, 10.0.0.1, true",
        "2001:db8::1/128, 2001:db8::1, true",
        "2001:db8::1/128, 2001:db8::2, false"
    })
    void allows_ranges(String block, String address, boolean expected) throws UnknownHostException {
        assertThat(IpAllowList.of(List.of(block)).allows(InetAddress.getByName(address)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/+8",
                "10.0.0.0/08",
                "10.0.0.0/8/8",
                "10.0.0.1/8",
                "::/129",
                "2001:db8::1/64",
                "example.test",
                "fe80::1%eth0/64",
                "10.0.0.0/1000",
                "10/8",
                "10.0.0.0/8 ",
                "10.0.0.0/٨"
            })
    void of_brokenBlock_isRefusedAtOnce(String block) {
        assertThatIllegalArgumentException().isThrownBy(() -> IpAllowList.of(List.of(block)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TrustedProxies.of(List.of(block), Header.X_FORWARDED_FOR));
    }

    @Test
    void of_emptyList_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> IpAllowList.of(List.of()));
    }

    @Test
    void check_standingAlone_looksAtTheSocketOnly() {
        IpAllowList list = IpAllowList.of(List.of("192.0.2.0/24"));

        assertThat(list.check(from("192.0.2.1"))).isEmpty();
        assertThat(list.check(from("198.51.100.1", "X-Forwarded-For", "192.0.2.1"))
                        .orElseThrow()
                        .reason())
                .isEqualTo(Reason.SOURCE_NOT_ALLOWED);
        assertThat(list.check(WebhookRequest.builder(new byte[1]).build())
                        .orElseThrow()
                        .reason())
                .isEqualTo(Reason.SOURCE_UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "203.0.113.9 | 192.0.2.1 | 203.0.113.9",
                "203.0.113.9 | 10.0.0.9, 192.0.2.1 | 203.0.113.9",
                "10.0.0.1 | 192.0.2.1 | 192.0.2.1",
                "10.0.0.1 | 192.0.2.66, 192.0.2.1 | 192.0.2.1",
                "10.0.0.1 | 192.0.2.66, 192.0.2.1, 10.0.0.7 | 192.0.2.1",
                "10.0.0.1 | evil, 192.0.2.1 | 192.0.2.1",
                "10.0.0.1 | 192.0.2.66 , , 192.0.2.1:8080 | 192.0.2.1",
                "10.0.0.1 | [2001:db8::1]:443 | 2001:db8:0:0:0:0:0:1",
                "10.0.0.1 | [2001:db8::1] | 2001:db8:0:0:0:0:0:1",
                "10.0.0.1 | [::1]:8 | 0:0:0:0:0:0:0:1",
                "10.0.0.1 | 192.0.2.1:8 | 192.0.2.1",
                "10.0.0.1 | 192.0.2.1:65535 | 192.0.2.1",
                "10.0.0.1 | :80 | -",
                "10.0.0.1 | 2001:db8::1 | 2001:db8:0:0:0:0:0:1",
                "10.0.0.1 | ::ffff:192.0.2.1 | 192.0.2.1",
                "::ffff:10.0.0.1 | 192.0.2.1 | 192.0.2.1",
                "2001:db8:f::1 | 192.0.2.1 | 192.0.2.1",
                "10.0.0.1 | 10.0.0.3, 10.0.0.2 | 10.0.0.3",
                "10.0.0.1 | 192.0.2.1, evil | -",
                "10.0.0.1 | unknown | -",
                "10.0.0.1 | fe80::1%eth0 | -",
                "10.0.0.1 | 192.0.2.1:port | -",
                "10.0.0.1 | 192.0.2.1: | -",
                "10.0.0.1 | 192.0.2.1:123456 | -",
                "10.0.0.1 | [192.0.2.1] | -",
                "10.0.0.1 | [2001:db8::1 | -",
                "10.0.0.1 | [2001:db8::1]443 | -",
                "10.0.0.1 | []:443 | -",
                "10.0.0.1 | , , | -",
                "10.0.0.1 | \"192.0.2.1 | -",
                "10.0.0.1 | 0x7f.0.0.1 | -"
            })
    void client_fromXForwardedFor(String peer, String header, String expected) {
        assertClient(XFF.client(from(peer, "x-forwarded-for", header)), expected);
        assertClient(XFF.client(from(peer, "Forwarded", "for=192.0.2.99")), peer.startsWith("203") ? peer : "-");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "10.0.0.1 | for=192.0.2.1 | 192.0.2.1",
                "10.0.0.1 | For=192.0.2.1;proto=https;by=10.0.0.1 | 192.0.2.1",
                "10.0.0.1 | for=192.0.2.66, for=192.0.2.1 | 192.0.2.1",
                "10.0.0.1 | for=\"[2001:db8::1]:443\" | 2001:db8:0:0:0:0:0:1",
                "10.0.0.1 | for=\"192.0.2.1:80\";host=\"a,b;c\" | 192.0.2.1",
                "10.0.0.1 | for=192.0.2.1, for=10.0.0.2;by=10.0.0.1 | 192.0.2.1",
                "10.0.0.1 | for=_hidden, for=192.0.2.1 | 192.0.2.1",
                "10.0.0.1 | for=_hidden | -",
                "10.0.0.1 | for=unknown | -",
                "10.0.0.1 | for=192.0.2.1;for=192.0.2.2 | -",
                "10.0.0.1 | proto=https | -",
                "10.0.0.1 | for=\"192.0.2.1 | -",
                "10.0.0.1 | for=\"192.0.2.1\\\" | -",
                "10.0.0.1 | for=\"192\\.0.2.1\" | -",
                "10.0.0.1 | for=\"192.0.2.1\"x | -",
                "10.0.0.1 | for= | -",
                "10.0.0.1 | =192.0.2.1 | -",
                "203.0.113.9 | for=192.0.2.1 | 203.0.113.9"
            })
    void client_fromForwarded(String peer, String header, String expected) {
        assertClient(FORWARDED.client(from(peer, "forwarded", header)), expected);
    }

    @Test
    void client_repeatedHeadersAreOneList() {
        WebhookRequest request =
                from("10.0.0.1", "X-Forwarded-For", "192.0.2.66", "X-Forwarded-For", "192.0.2.1, 10.0.0.4");

        assertClient(XFF.client(request), "192.0.2.1");
    }

    @Test
    void client_proxyThatSentNoHeader_orAFarTooLongOne_isNotKnown() {
        assertClient(XFF.client(from("10.0.0.1")), "-");
        assertClient(XFF.client(from("10.0.0.1", "X-Forwarded-For", "10.0.0.2,".repeat(64) + "192.0.2.1")), "-");
        assertClient(
                XFF.client(from("10.0.0.1", "X-Forwarded-For", "10.0.0.2,".repeat(63) + "192.0.2.1")), "192.0.2.1");
    }

    @Test
    void verify_behindProxies_usesTheClientForTheList_andForEvents() {
        Fixtures.Recorder heard = new Fixtures.Recorder();
        WebhookVerifier verifier = Fixtures.callbackVerifier()
                .proxies(XFF)
                .sources(IpAllowList.of(List.of("192.0.2.0/24")))
                .listener(heard)
                .build();

        assertThat(Fixtures.verified(verifier.verify(signedFrom("10.0.0.1", "192.0.2.1")))
                        .origin()
                        .source())
                .isEqualTo("192.0.2.1");
        assertThat(Fixtures.reason(verifier.verify(signedFrom("10.0.0.1", "192.0.2.1, 198.51.100.1"))))
                .isEqualTo(Reason.SOURCE_NOT_ALLOWED);
        assertThat(Fixtures.reason(verifier.verify(signedFrom("198.51.100.1", "192.0.2.1"))))
                .isEqualTo(Reason.SOURCE_NOT_ALLOWED);
        assertThat(Fixtures.reason(verifier.verify(signedFrom("10.0.0.1", "unknown"))))
                .isEqualTo(Reason.SOURCE_UNKNOWN);
        assertThat(heard.events)
                .extracting(event -> event.origin().source())
                .containsExactly(
                        "192.0.2.1",
                        "192.0.2.1",
                        "198.51.100.1",
                        "198.51.100.1",
                        "198.51.100.1",
                        "198.51.100.1",
                        "unknown",
                        "unknown");
    }

    @Test
    void owner_ofIpv6_isTheWholeSubnet() {
        IpAddress a = Objects.requireNonNull(IpAddress.parse("2001:db8:1:2:3:4:5:6"));

        assertThat(a.owner()).hasToString("2001:db8:1:2:0:0:0:0").hasSameHashCodeAs(a.owner());
        assertThat(a.owner()).isNotEqualTo(a);
        assertThat(Objects.requireNonNull(IpAddress.parse("192.0.2.1")).owner()).hasToString("192.0.2.1");
    }

    private static void assertClient(Optional<InetAddress> client, String expected) {
        assertThat(client.map(InetAddress::getHostAddress))
                .isEqualTo(expected.equals("-") ? Optional.empty() : Optional.of(expected));
    }

    private static WebhookRequest signedFrom(String peer, String forwardedFor) {
        byte[] body = Fixtures.paytabs("ipn-void.json");
        return from(
                body, peer, "Signature", Fixtures.hexMac(Fixtures.SERVER_KEY, body), "X-Forwarded-For", forwardedFor);
    }

    private static WebhookRequest from(String peer, String... headers) {
        return from(new byte[1], peer, headers);
    }

    private static WebhookRequest from(byte[] body, String peer, String... headers) {
        WebhookRequest.Builder builder = WebhookRequest.builder(body);
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        return builder.peer(Objects.requireNonNull(IpAddress.parse(peer)).toInetAddress())
                .build();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "192.0.2.1, 192.0.2.1",
                "::ffff:192.0.2.1, 192.0.2.1",
                "2001:db8:0:0:0:0:0:1, 2001:db8::1",
                "fe80::1%eth0, -",
                "localhost, -",
                "127.1, -",
                "'', -",
                "-, -"
            })
    void peerAddress_anythingButAnAddress_isUnknown(@Nullable String text, @Nullable String expected) {
        WebhookRequest request =
                WebhookRequest.builder(new byte[0]).peerAddress(text).build();

        assertThat(request.peer())
                .isEqualTo(
                        expected == null
                                ? null
                                : Objects.requireNonNull(IpAddress.parse(expected))
                                        .toInetAddress());
    }

    @Test
    void peerAddress_unreadable_replacesAnEarlierOne() {
        WebhookRequest request = WebhookRequest.builder(new byte[0])
                .peerAddress("192.0.2.1")
                .peerAddress("unknown")
                .build();

        assertThat(request.peer()).isNull();
    }

    @Test
    void of_proxies_areAskedForTheirWord() {
        TrustedProxies one = TrustedProxies.of(List.of("10.9.0.1"), Header.FORWARDED);

        assertThat(one.client(from("10.9.0.1", "Forwarded", "for=192.0.2.1")))
                .hasValue(Objects.requireNonNull(IpAddress.parse("192.0.2.1")).toInetAddress());
    }
}
