package io.nestcms.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.nestcms.webhook.Refusal.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderRulesTest {
    private static final HeaderRules JSON = HeaderRules.builder()
            .contentType("application/json")
            .contentType("Application/CloudEvents+JSON")
            .require("User-Agent")
            .single("X-Once")
            .build();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "APPLICATION/JSON",
                "application/json; charset=utf-8",
                "application/json ;charset=utf-8",
                " application/json ",
                "application/cloudevents+json"
            })
    void check_allowedType(String type) {
        assertThat(JSON.check(request("Content-Type", type, "user-agent", "IPN/1.0", "X-Once", "1")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/plain", "", "application/jsonp", "application", "application/json2", "application/jſon"})
    void check_typeThatIsNotAllowed(String type) {
        assertThat(reason(JSON, "Content-Type", type, "User-Agent", "x")).isEqualTo(Reason.CONTENT_TYPE_NOT_ALLOWED);
    }

    @Test
    void check_missingAndRepeated() {
        assertThat(reason(JSON, "User-Agent", "x")).isEqualTo(Reason.CONTENT_TYPE_NOT_ALLOWED);
        assertThat(reason(JSON, "Content-Type", "application/json")).isEqualTo(Reason.HEADER_MISSING);
        assertThat(reason(JSON, "Content-Type", "application/json", "User-Agent", "x", "content-TYPE", "text/plain"))
                .isEqualTo(Reason.HEADER_DUPLICATED);
        assertThat(reason(JSON, "Content-Type", "application/json", "User-Agent", "x", "x-once", "1", "X-Once", "1"))
                .isEqualTo(Reason.HEADER_DUPLICATED);
    }

    @ParameterizedTest
    @CsvSource({"gzip", "br", "'gzip, identity'", "\u0131dentity"})
    void check_encodedBody(String encoding) {
        assertThat(reason(HeaderRules.standard(), "Content-Encoding", encoding))
                .isEqualTo(Reason.CONTENT_ENCODING_NOT_ALLOWED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "IDENTITY", " identity ", "", " "})
    void check_bodyThatIsNotEncoded(String encoding) {
        assertThat(HeaderRules.standard().check(request("Content-Encoding", encoding)))
                .isEmpty();
    }

    @Test
    void check_encodedBodyBehindOneThatIsNot() {
        assertThat(reason(HeaderRules.standard(), "Content-Encoding", "identity", "content-encoding", "gzip"))
                .isEqualTo(Reason.CONTENT_ENCODING_NOT_ALLOWED);
    }

    /** As HTTP/2 servers hand them on that make no difference between them and headers. */
    @Test
    void check_pseudoHeaders_pass() {
        WebhookRequest request = request(
                ":method", "POST", ":scheme", "https", ":authority", "shop.example.test", ":path", "/hooks?a=1");

        assertThat(HeaderRules.standard().check(request)).isEmpty();
        for (String name : List.of(":", "::path", "a:path", ":pa th", "path:")) {
            assertThat(reason(HeaderRules.standard(), name, "x")).isEqualTo(Reason.HEADER_MALFORMED);
        }
    }

    @Test
    void check_limitsOfOnesOwn() {
        HeaderRules small =
                HeaderRules.builder().maxHeaders(2).maxValueLength(3).build();
        HeaderRules large =
                HeaderRules.builder().maxHeaders(101).maxValueLength(8193).build();
        WebhookRequest.Builder many = WebhookRequest.builder(new byte[1]);
        for (int i = 0; i < 101; i++) {
            many.header("X", "x".repeat(8193));
        }

        assertThat(small.check(request("a", "123", "b", "123"))).isEmpty();
        assertThat(reason(small, "a", "1234")).isEqualTo(Reason.HEADER_MALFORMED);
        assertThat(reason(small, "a", "1", "b", "1", "c", "1")).isEqualTo(Reason.HEADER_MALFORMED);
        assertThat(large.check(many.build())).isEmpty();
        assertThat(Fixtures.reason(
                        Fixtures.callbackVerifier().headers(small).build().verify(request("a", "1234"))))
                .isEqualTo(Reason.HEADER_MALFORMED);
        for (int wrong : new int[] {0, 10_001}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> HeaderRules.builder().maxHeaders(wrong));
        }
        for (int wrong : new int[] {0, 1_048_577}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> HeaderRules.builder().maxValueLength(wrong));
        }
        assertThat(HeaderRules.builder()
                        .maxHeaders(10_000)
                        .maxValueLength(1_048_576)
                        .build()
                        .check(request("a", "1")))
                .isEmpty();
        assertThat(HeaderRules.builder().maxHeaders(1).maxValueLength(1).build().check(request("a", "1")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0080",
                "",
                " ",
                "a b",
                "a:",
                "ſignature",
                "Signature\u212a",
                "a\r\nb",
                "a\0",
                "\"a\"",
                "(a)",
                "é"
            })
    void check_nameThatHttpDoesNotAllow(String name) {
        assertThat(reason(HeaderRules.standard(), name, "x")).isEqualTo(Reason.HEADER_MALFORMED);
    }

    @Test
    void check_everySignOfATokenIsAllowed() {
        assertThat(HeaderRules.standard().check(request("!#$%&'*+-.^_`|~09azAZ", "x")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nb", "a\nb", "a\0b", "\u001f", "\u007f"})
    void check_valueWithControlCharacters(String value) {
        assertThat(reason(HeaderRules.standard(), "X", value)).isEqualTo(Reason.HEADER_MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\tb", "ä", "عربي", "\u0080"})
    void check_valueThatIsAllowed(String value) {
        assertThat(HeaderRules.standard().check(request("X", value))).isEmpty();
    }

    @Test
    void check_sizes() {
        String[] many = new String[200];
        for (int i = 0; i < many.length; i += 2) {
            many[i] = "X-" + i;
            many[i + 1] = "x".repeat(8192);
        }
        WebhookRequest.Builder tooMany = WebhookRequest.builder(new byte[1]).header("one", "more");
        for (int i = 0; i < many.length; i += 2) {
            tooMany.header(many[i], many[i + 1]);
        }

        assertThat(HeaderRules.standard().check(request(many))).isEmpty();
        assertThat(HeaderRules.standard().check(tooMany.build()).orElseThrow().reason())
                .isEqualTo(Reason.HEADER_MALFORMED);
        assertThat(reason(HeaderRules.standard(), "X", "x".repeat(8193))).isEqualTo(Reason.HEADER_MALFORMED);
    }

    @Test
    void request_headersInAnyCase_andInOrder() {
        WebhookRequest request = WebhookRequest.builder(new byte[] {1, 2})
                .headers(Map.of("X-A", List.of("1", "2")))
                .header("x-a", "3")
                .build();

        assertThat(request.headers("X-a")).containsExactly("1", "2", "3");
        assertThat(request.header("x-A")).isEqualTo("1");
        assertThat(request.header("X-B")).isNull();
        assertThat(request.headers("X-B")).isEmpty();
        assertThat(request.headerCount("x-a")).isEqualTo(3);
        assertThat(request.header("\u212a-a")).isNull();
        assertThat(request).hasToString("WebhookRequest[2 bytes, 3 headers]");
    }

    @Test
    void request_bodyIsACopy_inAndOut() {
        byte[] body = {1, 2, 3};
        WebhookRequest request = WebhookRequest.builder(body).build();
        body[0] = 9;
        request.body()[1] = 9;

        assertThat(request.body()).containsExactly(1, 2, 3);
        assertThat(request.bodyBuffer().isReadOnly()).isTrue();
        assertThat(request.bodyBuffer().remaining()).isEqualTo(3);
        assertThat(request.bodyLength()).isEqualTo(3);
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.query()).isEmpty();
        assertThat(request.tenant()).isEmpty();
        assertThat(request.peer()).isNull();
    }

    @Test
    void request_fromAStream_readsNoMoreThanOneByteOverTheLimit() throws IOException {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 'x';
            }
        };

        assertThat(WebhookRequest.builder(endless, 1000).build().bodyLength()).isEqualTo(1001);
        assertThat(WebhookRequest.builder(endless, 1).build().bodyLength()).isEqualTo(2);
        assertThat(WebhookRequest.builder(new ByteArrayInputStream(new byte[7]), 1000)
                        .build()
                        .bodyLength())
                .isEqualTo(7);
        assertThatIllegalArgumentException().isThrownBy(() -> WebhookRequest.builder(endless, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> WebhookRequest.builder(endless, Integer.MAX_VALUE));
    }

    @Test
    void request_nullParts_areRefused() {
        WebhookRequest.Builder builder = WebhookRequest.builder(new byte[1]);

        assertThatNullPointerException().isThrownBy(() -> builder.header(null, "x"));
        assertThatNullPointerException().isThrownBy(() -> builder.header("x", null));
        assertThat(builder.query(null).build().query()).isEmpty();
    }

    @Test
    void verify_bodyLimits() {
        WebhookVerifier.Builder builder = Fixtures.callbackVerifier();

        assertThatIllegalArgumentException().isThrownBy(() -> builder.maxBodyBytes(0));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.maxBodyBytes(Integer.MAX_VALUE));
        assertThat(builder.maxBodyBytes(1).build().maxBodyBytes()).isEqualTo(1);
    }

    private static Reason reason(HeaderRules rules, String... headers) {
        return rules.check(request(headers)).orElseThrow().reason();
    }

    private static WebhookRequest request(String... headers) {
        WebhookRequest.Builder builder = WebhookRequest.builder(new byte[1]);
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        return builder.build();
    }

    @Test
    void header_caseOfLettersOnly_isIgnored() {
        WebhookRequest request =
                WebhookRequest.builder(new byte[1]).header("azAZ-^~", "1").build();

        assertThat(request.header("AZaz-^~")).isEqualTo("1");
        assertThat(request.header("azAZ-~~")).isNull();
        assertThat(request.header("azAZ-^^")).isNull();
        assertThat(Ascii.equalsIgnoreCase("@[", "`{")).isFalse();
    }

    @Test
    void verify_rulesOfTheVerifier_areAsked() {
        byte[] body = Fixtures.utf8("{}");
        WebhookVerifier verifier = Fixtures.callbackVerifier()
                .headers(HeaderRules.builder().require("X-Wanted").build())
                .build();
        WebhookRequest.Builder request =
                WebhookRequest.builder(body).header("Signature", Fixtures.hexMac(Fixtures.SERVER_KEY, body));

        assertThat(Fixtures.reason(verifier.verify(request.build()))).isEqualTo(Reason.HEADER_MISSING);
        VerifiedWebhook webhook = Fixtures.verified(
                verifier.verify(request.header("x-wanted", "1").build()));
        assertThat(webhook.bodyBuffer().remaining()).isEqualTo(2);
        assertThat(webhook).hasToString("VerifiedWebhook[paytabs-callback, 2 bytes]");
    }
}
