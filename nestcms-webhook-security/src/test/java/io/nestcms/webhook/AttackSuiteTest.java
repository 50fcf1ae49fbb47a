package io.nestcms.webhook;

import static io.nestcms.webhook.Fixtures.mac;
import static io.nestcms.webhook.Fixtures.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Forged, replayed, truncated, re-encoded, oversized and misdirected requests, made from a genuine one of every provider:
 * none may reach a handler, and each gets the same answer. The other half turns the question round: odd requests that are
 * genuine, of which none may be refused.
 */
class AttackSuiteTest {
    private static final int MEBIBYTE = 1024 * 1024;

    /** A change of a genuine request by somebody who does not have the key. */
    private record Attack(String name, BiChange change) {}

    private interface BiChange {
        SampleRequest apply(SampleProvider provider, SampleRequest genuine);
    }

    @TestFactory
    Stream<DynamicTest> attacks_areRefused() {
        return Arrays.stream(SampleProvider.values())
                .flatMap(provider -> attacks(provider).stream()
                        .map(attack ->
                                dynamicTest(provider + ": " + attack.name(), () -> assertRefused(provider, attack))));
    }

    @Test
    void suite_hasAtLeast200Attacks() {
        long count = Arrays.stream(SampleProvider.values())
                .mapToLong(provider -> attacks(provider).size())
                .sum();

        assertThat(count).isGreaterThanOrEqualTo(200);
    }

    private static void assertRefused(SampleProvider provider, Attack attack) {
        SampleRequest genuine = provider.signed(provider.body());
        SampleRequest attempt = attack.change().apply(provider, genuine);
        AtomicInteger handled = new AtomicInteger();

        Delivery delivery = provider.receiverWithPayload().build().handle(attempt.toRequest(), webhook -> {
            handled.incrementAndGet();
            return WebhookAnswer.ACCEPTED;
        });

        assertThat(delivery).as(provider + ": " + attack.name()).isInstanceOf(Delivery.Refused.class);
        assertThat(delivery.answer()).isEqualTo(WebhookAnswer.REFUSED);
        assertThat(handled).hasValue(0);
    }

    private static List<Attack> attacks(SampleProvider provider) {
        Stream<Attack> all = Stream.of(common(), provider.signsInTheBody() ? onForms() : onHeaders(), onTimes(provider))
                .flatMap(List::stream);
        return all.toList();
    }

    /** What can be done to every request. */
    private static List<Attack> common() {
        return List.of(
                attack(
                        "signed with another key",
                        (p, r) -> p.signed(p.body(), SampleProvider.OTHER_KEY, SampleProvider.NOW)),
                attack("signed with a key of spaces", (p, r) -> p.signed(p.body(), "-".repeat(32), SampleProvider.NOW)),
                attack("a byte appended", onBody(body -> concat(body, utf8("1")))),
                attack("a line end appended", onBody(body -> concat(body, utf8("\n")))),
                attack("the last byte cut off", onBody(body -> Arrays.copyOf(body, body.length - 1))),
                attack("cut in half", onBody(body -> Arrays.copyOf(body, body.length / 2))),
                attack("body left out", onBody(body -> new byte[0])),
                attack("byte order mark put before", onBody(body -> concat(utf8("\uFEFF"), body))),
                attack("one bit turned", onBody(AttackSuiteTest::turnBit)),
                attack("re-encoded in UTF-16", onBody(body -> recoded(body, StandardCharsets.UTF_16))),
                attack("letters turned to upper case", onBody(AttackSuiteTest::upperCase)),
                attack("body doubled", onBody(body -> concat(body, body))),
                attack("compressed", (p, r) -> r.withBody(gzip(r.body())).with("Content-Encoding", "gzip")),
                attack("said to be compressed", (p, r) -> r.with("Content-Encoding", "gzip")),
                attack("one byte over the limit", (p, r) -> r.withBody(Arrays.copyOf(r.body(), MEBIBYTE + 1))),
                attack("sixteen mebibytes", (p, r) -> r.withBody(new byte[16 * MEBIBYTE])),
                attack("from an address that is not allowed", (p, r) -> r.from("198.51.100.9")),
                attack(
                        "X-Forwarded-For of an allowed address",
                        (p, r) -> r.from("198.51.100.9").with("X-Forwarded-For", SampleProvider.PEER)),
                attack(
                        "Forwarded of an allowed address",
                        (p, r) -> r.from("198.51.100.9").with("Forwarded", "for=" + SampleProvider.PEER)),
                attack(
                        "X-Real-IP of an allowed address",
                        (p, r) -> r.from("2001:db8::9").with("X-Real-IP", SampleProvider.PEER)),
                attack("content type of another kind", (p, r) -> r.changing("Content-Type", type -> "text/html")),
                attack("content type left out", (p, r) -> r.without("Content-Type")),
                attack("content type twice", (p, r) -> r.with("content-type", p.contentType())),
                attack("a header name with a line end", (p, r) -> r.with("X-A\r\nX-B", "1")),
                attack("a header value with a line end", (p, r) -> r.with("X-A", "1\r\nX-B: 2")),
                attack("a hundred and one headers", (p, r) -> manyHeaders(r)),
                attack("a header of nine thousand characters", (p, r) -> r.with("X-A", "x".repeat(9000))));
    }

    private static List<Attack> onHeaders() {
        return List.of(
                attack("no signature", (p, r) -> r.without(p.signatureHeader())),
                attack("empty signature", onSignature(value -> "")),
                attack("blank signature", onSignature(value -> "   ")),
                attack("the word null", onSignature(value -> "null")),
                attack("signature cut in half", onSignature(value -> value.substring(0, value.length() / 2))),
                attack(
                        "last digit of the signature cut off",
                        onSignature(value -> value.substring(0, value.length() - 1))),
                attack("digits appended to the signature", onSignature(value -> value + "00")),
                attack("signature in quotation marks", onSignature(value -> '"' + value + '"')),
                attack(
                        "signature turned round",
                        onSignature(value -> new StringBuilder(value).reverse().toString())),
                attack(
                        "signature of zeros",
                        onSignature(value -> value.replaceAll("[0-9A-Za-z+/]{40,}=*", zeros(value)))),
                attack("line end in the signature", onSignature(value -> value + "\r\nX-A: 1")),
                attack(
                        "signature in characters of another script",
                        onSignature(value -> value.replace('1', '١') + "١")),
                attack("signature twice", (p, r) -> r.with(p.signatureHeader(), r.header(p.signatureHeader()))),
                attack("forged signature before the genuine one", (p, r) -> r.withFirst(p.signatureHeader(), "forged")),
                attack(
                        "forged signature after the genuine one",
                        (p, r) -> r.with(p.signatureHeader().toUpperCase(Locale.ROOT), "forged")),
                attack(
                        "header name with the long s",
                        (p, r) -> r.renaming(name -> name.replaceFirst("[sS]", "\u017f"))),
                attack(
                        "signature under another name",
                        (p, r) -> r.without(p.signatureHeader()).with("X-Signature", r.header(p.signatureHeader()))),
                attack(
                        "signature in the query",
                        (p, r) ->
                                r.without(p.signatureHeader()).withQuery("signature=" + r.header(p.signatureHeader()))),
                attack("hash without a key", onMac(body -> digest(body))),
                attack("hash of key and body", onMac(body -> digest(concat(utf8("guess"), body)))),
                attack(
                        "HMAC with the empty body's signature",
                        onMac(body -> mac("HmacSHA256", utf8("guess"), new byte[0]))),
                attack("HMAC of a weaker hash", onMac(body -> mac("HmacSHA1", utf8(SampleProvider.KEY), body))),
                attack(
                        "signature of another message",
                        (p, r) -> r.changing(
                                p.signatureHeader(),
                                value ->
                                        p.signed(utf8("{\"profile_id\":90417}")).header(p.signatureHeader()))),
                attack("amount raised", onText(text -> text.replace("250.00", "2500.00"))),
                attack("amount lowered", onText(text -> text.replace("250.00", "0.01"))),
                attack("profile of another merchant", onText(text -> text.replace("90417", "90418"))),
                attack("field repeated", onText(text -> text.replace("}", ",\"cart_amount\":\"1.00\"}"))),
                attack("spaces between the fields", onText(text -> text.replace(",", ", "))),
                attack(
                        "fields in another order",
                        onText(text ->
                                "{\"note\":\"caf\u00e9\"," + text.substring(1).replace(",\"note\":\"caf\u00e9\"", ""))),
                attack("letter written as an escape", onText(text -> text.replace("\u00e9", "\\u00e9"))),
                attack("letter composed otherwise", onText(text -> text.replace("\u00e9", "e\u0301"))),
                attack("re-encoded in Latin-1", onBody(body -> recoded(body, StandardCharsets.ISO_8859_1))),
                attack("slashes escaped", onText(text -> text.replace("ORD-1", "ORD\\/1"))),
                attack(
                        "sent as a form",
                        (p, r) -> r.withBody(utf8("payload=" + new String(r.body(), StandardCharsets.UTF_8)))),
                attack("signed by the key and of another merchant", (p, r) -> p.signed(utf8("{\"profile_id\":1}"))),
                attack(
                        "signed by the key, profile twice",
                        (p, r) -> p.signed(utf8("{\"profile_id\":90417,\"profile\\u005fid\":1}"))),
                attack("signed by the key, no profile", (p, r) -> p.signed(utf8("{\"cart_id\":\"ORD-1\"}"))),
                attack(
                        "signed by the key, nested very deep",
                        (p, r) -> p.signed(
                                utf8("{\"profile_id\":90417,\"a\":" + "[".repeat(1000) + "]".repeat(1000) + "}"))),
                attack("signed by the key, not JSON", (p, r) -> p.signed(utf8("<profile_id>90417</profile_id>"))));
    }

    private static List<Attack> onForms() {
        return List.of(
                attack("no signature", onText(text -> text.replaceAll("&signature=[0-9a-f]*", ""))),
                attack("empty signature", onText(text -> text.replaceAll("signature=[0-9a-f]*", "signature="))),
                attack(
                        "signature of zeros",
                        onText(text -> text.replaceAll("signature=[0-9a-f]*", "signature=" + "0".repeat(64)))),
                attack(
                        "signature cut in half",
                        onText(text -> text.replaceAll("signature=([0-9a-f]{32})[0-9a-f]*", "signature=$1"))),
                attack("signature twice", onText(text -> text + "&signature=" + "0".repeat(64))),
                attack("signature as an array", onText(text -> text.replace("signature=", "signature%5B%5D="))),
                attack(
                        "signature in the query",
                        (p, r) -> r.withBody(utf8(text(r).replaceAll("&signature=[0-9a-f]*", "")))
                                .withQuery("signature=" + text(r).replaceAll(".*signature=([0-9a-f]*).*", "$1"))),
                attack("status changed", onText(text -> text.replace("respStatus=A", "respStatus=D"))),
                attack(
                        "status in the query",
                        (p, r) -> r.withBody(utf8(text(r).replace("respStatus=A&", "")))
                                .withQuery("respStatus=A")),
                attack("status left out", onText(text -> text.replace("respStatus=A&", ""))),
                attack("status twice", onText(text -> text + "&respStatus=A")),
                attack("cart of another order", onText(text -> text.replace("ORD-1", "ORD-2"))),
                attack("field added", onText(text -> text + "&token=9C1E")),
                attack("field renamed", onText(text -> text.replace("tranRef", "tranref"))),
                attack("separator moved into a value", onText(text -> text.replace("&tranRef=", "%26tranRef%3D"))),
                attack("value split in two fields", onText(text -> text.replace("ORD-1", "ORD&x=-1"))),
                attack("plus turned into a space", onText(text -> text.replace("%2B", "+"))),
                attack("escaped twice", onText(text -> text.replace("%40", "%2540"))),
                attack("broken escape", onText(text -> text.replace("%40", "%4"))),
                attack("null byte appended to a value", onText(text -> text.replace("ORD-1", "ORD-1%00"))),
                attack("bytes that are not UTF-8", onText(text -> text.replace("ORD-1", "%FF"))),
                attack("separated by semicolons", onText(text -> text.replace('&', ';'))),
                attack(
                        "sent as JSON",
                        onText(text -> "{\"" + text.replace("=", "\":\"").replace("&", "\",\"") + "\"}")),
                attack("a thousand fields", onText(text -> text + "&a=".repeat(1000))));
    }

    private static List<Attack> onTimes(SampleProvider provider) {
        if (!provider.isTimed()) {
            return List.of();
        }
        return List.of(
                attack("sent again after six minutes", signedAt(Duration.ofMinutes(-6))),
                attack("sent again after a year", signedAt(Duration.ofDays(-365))),
                attack("signed for the future", signedAt(Duration.ofMinutes(6))),
                attack("signed a year ahead", signedAt(Duration.ofDays(365))),
                attack(
                        "time brought up to date",
                        (p, r) -> refreshed(
                                p.signed(p.body(), SampleProvider.KEY, SampleProvider.NOW.minusSeconds(600)), p)),
                attack("time with a sign", onTime("+")),
                attack("time with a leading zero", onTime("0")),
                attack("time that is no number", onTime("x")));
    }

    @TestFactory
    Stream<DynamicTest> replays_reachTheHandlerOnce() {
        return Arrays.stream(SampleProvider.values())
                .map(provider -> dynamicTest(provider.name(), () -> {
                    WebhookVerifier receiver = provider.receiverWithPayload().build();
                    SampleRequest genuine = provider.signed(provider.body());
                    AtomicInteger handled = new AtomicInteger();
                    List<SampleRequest> copies = List.of(
                            genuine,
                            genuine,
                            genuine.renaming(name -> name.toLowerCase(Locale.ROOT)),
                            genuine.with("X-Attempt", "2"),
                            genuine.from("192.0.2.77"));

                    for (SampleRequest copy : copies) {
                        Delivery delivery = receiver.handle(copy.toRequest(), webhook -> {
                            handled.incrementAndGet();
                            return WebhookAnswer.ACCEPTED;
                        });
                        assertThat(delivery.answer()).isEqualTo(WebhookAnswer.ACCEPTED);
                    }

                    assertThat(handled).hasValue(1);
                }));
    }

    @TestFactory
    Stream<DynamicTest> genuineOddOnes_arePassed() {
        return Arrays.stream(SampleProvider.values())
                .flatMap(provider -> genuine(provider).entrySet().stream()
                        .map(odd -> dynamicTest(provider + ": " + odd.getKey(), () -> {
                            Verification verification = provider.receiver()
                                    .build()
                                    .verify(odd.getValue().toRequest());
                            assertThat(Fixtures.verified(verification).body())
                                    .isEqualTo(odd.getValue().body());
                        })));
    }

    private static Map<String, SampleRequest> genuine(SampleProvider provider) {
        SampleRequest plain = provider.signed(provider.body());
        Map<String, SampleRequest> odd = new LinkedHashMap<>();
        odd.put("plain", plain);
        odd.put("names in lower case", plain.renaming(name -> name.toLowerCase(Locale.ROOT)));
        odd.put("names in upper case", plain.renaming(name -> name.toUpperCase(Locale.ROOT)));
        odd.put("content type with a charset", plain.changing("Content-Type", type -> type + "; charset=UTF-8"));
        odd.put("content type in capitals", plain.changing("Content-Type", type -> type.toUpperCase(Locale.ROOT)));
        odd.put("transfer encoding chunked", plain.with("Transfer-Encoding", "chunked"));
        odd.put("content encoding identity", plain.with("Content-Encoding", "identity"));
        odd.put(
                "headers of proxies",
                plain.with("X-Forwarded-For", "203.0.113.1, 198.51.100.2").with("Via", "1.1 a, 1.1 b"));
        odd.put(
                "other headers repeated",
                plain.with("X-Trace", "1").with("x-trace", "2").with("Cookie", ""));
        odd.put("unicode in a header", plain.with("X-Name", "مرحبا"));
        odd.put("address in the form of IPv6", plain.from("::ffff:192.0.2.10"));
        if (provider.signsInTheBody()) {
            putForms(odd, provider);
        } else {
            putBodies(odd, provider);
        }
        return odd;
    }

    private static void putBodies(Map<String, SampleRequest> odd, SampleProvider provider) {
        odd.put(
                "arabic",
                provider.signed(utf8("{\"profile_id\":90417,\"name\":\"محمد بن سلمان\",\"note\":\"﷼ ١٢٣\"}")));
        odd.put("emoji and private use", provider.signed(utf8("{\"a\":\"😀 \uE000 \uFFFD\"}")));
        odd.put("a single space", provider.signed(utf8(" ")));
        odd.put("a single zero", provider.signed(utf8("0")));
        odd.put("line ends of every kind", provider.signed(utf8("{\r\n\"a\":1,\r\"b\":2\n}\n\n")));
        odd.put("empty values", provider.signed(utf8("{\"a\":\"\",\"b\":null,\"c\":[],\"d\":{}}")));
        odd.put("repeated fields", provider.signed(utf8("{\"a\":1,\"a\":2}")));
        odd.put("bytes that are no text", provider.signed(new byte[] {0, (byte) 0xff, (byte) 0xfe, 10, 13, 0}));
        odd.put("one mebibyte", provider.signed(new byte[MEBIBYTE]));
        odd.put("byte order mark that was signed", provider.signed(utf8("\uFEFF{}")));
        if (!provider.signatureHeader().isEmpty()) {
            odd.put(
                    "spaces around the signature",
                    provider.signed(provider.body())
                            .changing(provider.signatureHeader(), value -> "  " + value + " \t"));
        }
    }

    private static void putForms(Map<String, SampleRequest> odd, SampleProvider provider) {
        odd.put("arabic", form(provider, Map.of("respMessage", "تمت الموافقة", "cartId", "طلب-١")));
        odd.put("emoji", form(provider, Map.of("respMessage", "😀", "cartId", "1")));
        odd.put("empty values", form(provider, Map.of("acquirerMessage", "", "cartId", "1", "acquirerRRN", "")));
        odd.put("the value zero", form(provider, Map.of("respCode", "0", "cartId", "1")));
        odd.put("every sign of ASCII", form(provider, Map.of("cartId", " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")));
        odd.put("line ends", form(provider, Map.of("respMessage", "a\r\nb\tc", "cartId", "1")));
        odd.put("unknown fields", form(provider, Map.of("zzz", "1", "AAA", "2", "_x", "3", "9", "4", "cartId", "1")));
        odd.put("fields in another order", form(provider, Map.of("b", "1", "a", "2"), text -> {
            List<String> pairs = Arrays.asList(text.split("&"));
            java.util.Collections.reverse(pairs);
            return String.join("&", pairs);
        }));
        odd.put(
                "escapes in lower case",
                form(
                        provider,
                        Map.of("cartId", "a/b?c"),
                        text -> text.replace("%2F", "%2f").replace("%3F", "%3f")));
        odd.put("spaces as escapes", form(provider, Map.of("respMessage", "a b c"), text -> text.replace("+", "%20")));
        odd.put(
                "letters escaped for no reason",
                form(provider, Map.of("respStatus", "A"), text -> text.replace("=A", "=%41")));
        odd.put("empty pairs", form(provider, Map.of("cartId", "1"), text -> "&&" + text + "&"));
        odd.put("a value of hundred thousand characters", form(provider, Map.of("respMessage", "x".repeat(100_000))));
    }

    private static SampleRequest form(SampleProvider provider, Map<String, String> fields) {
        return form(provider, fields, text -> text);
    }

    private static SampleRequest form(
            SampleProvider provider, Map<String, String> fields, UnaryOperator<String> change) {
        SampleRequest request = provider.signedForm(fields, SampleProvider.KEY);
        return request.withBody(utf8(change.apply(text(request))));
    }

    private static Attack attack(String name, BiChange change) {
        return new Attack(name, change);
    }

    private static BiChange onBody(UnaryOperator<byte[]> change) {
        return (provider, genuine) -> genuine.withBody(change.apply(genuine.body()));
    }

    private static BiChange onText(UnaryOperator<String> change) {
        return (provider, genuine) -> genuine.withBody(utf8(change.apply(text(genuine))));
    }

    private static BiChange onSignature(UnaryOperator<String> change) {
        return (provider, genuine) -> genuine.changing(provider.signatureHeader(), change);
    }

    /** Replaces the signature by one of the attacker's making, in every form a header may have. */
    private static BiChange onMac(UnaryOperator<byte[]> forge) {
        return (provider, genuine) -> {
            byte[] forged = forge.apply(genuine.body());
            String hex = HexFormat.of().formatHex(forged);
            String base64 = Base64.getEncoder().encodeToString(forged);
            BinaryOperator<String> replace = (value, to) -> value.replaceAll("[0-9A-Za-z+/]{43,}=*", to);
            return genuine.changing(
                    provider.signatureHeader(),
                    value -> replace.apply(value, value.matches(".*[0-9a-f]{64}.*") ? hex : base64.replace("$", "")));
        };
    }

    private static BiChange signedAt(Duration offset) {
        return (provider, genuine) ->
                provider.signed(provider.body(), SampleProvider.KEY, SampleProvider.NOW.plus(offset));
    }

    private static BiChange onTime(String prefix) {
        String time = Long.toString(SampleProvider.NOW.getEpochSecond());
        return (provider, genuine) -> Stream.of("webhook-timestamp", "X-Time", "Stripe-Signature")
                .reduce(
                        genuine,
                        (request, name) -> request.changing(name, value -> value.replace(time, prefix + time)),
                        (a, b) -> b);
    }

    private static SampleRequest refreshed(SampleRequest old, SampleProvider provider) {
        String then = Long.toString(SampleProvider.NOW.getEpochSecond() - 600);
        String now = Long.toString(SampleProvider.NOW.getEpochSecond());
        return Stream.of("webhook-timestamp", "X-Time", "Stripe-Signature")
                .reduce(old, (request, name) -> request.changing(name, value -> value.replace(then, now)), (a, b) -> b);
    }

    private static SampleRequest manyHeaders(SampleRequest request) {
        SampleRequest more = request;
        for (int i = 0; i < 101; i++) {
            more = more.with("X-" + i, "1");
        }
        return more;
    }

    private static byte[] turnBit(byte[] body) {
        byte[] changed = body.clone();
        changed[changed.length / 2] ^= 1;
        return changed;
    }

    private static byte[] upperCase(byte[] body) {
        return utf8(new String(body, StandardCharsets.UTF_8).toUpperCase(Locale.ROOT));
    }

    private static byte[] recoded(byte[] body, Charset charset) {
        return new String(body, StandardCharsets.UTF_8).getBytes(charset);
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private static byte[] gzip(byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static byte[] digest(byte[] content) {
        return Digests.sha256(content);
    }

    private static String zeros(String value) {
        return value.matches(".*[0-9a-f]{64}.*")
                ? "0".repeat(64)
                : Base64.getEncoder().encodeToString(new byte[64]);
    }

    private static String text(SampleRequest request) {
        return new String(request.body(), StandardCharsets.UTF_8);
    }
}
