package io.nestcms.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.nestcms.webhook.Refusal.Reason;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonScanTest {
    private static final String BROKEN = "not JSON: a broken escape or character";

    private static final PayloadRules PLAIN = PayloadRules.json().build();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                " \t\r\n{ } \n",
                "{\"a\":1}",
                "{\"a\":-0}",
                "{\"a\":0.5e+10,\"b\":1E-2,\"c\":12.75}",
                "{\"\":\"\"}",
                "{\"a\":[],\"b\":[ ],\"c\":[1,2 , 3],\"d\":{ }}",
                "{\"a\":true,\"b\":false,\"c\":null}",
                "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\\uD800\"}",
                "{\"مبلغ\":\"دينار é 😀 ﷼\"}",
                "{\"a\":1,\"a\":2}",
                "{ \"a\" : 1 , \"b\" : [ 2 , 3 ] }",
                "{\"a\":\"\u007f\u0080\u07ff\u0800\uffff\"}"
            })
    void check_wellFormed(String json) {
        assertThat(check(json)).isEqualTo("passes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[]",
                "1",
                "\"a\"",
                "null",
                "{",
                "}",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{,}",
                "{\"a\":1 \"b\":2}",
                "{a:1}",
                "{'a':1}",
                "{\"a\":01}",
                "{\"a\":+1}",
                "{\"a\":.5}",
                "{\"a\":1.}",
                "{\"a\":1e}",
                "{\"a\":1e+}",
                "{\"a\":-}",
                "{\"a\":--1}",
                "{\"a\":0x1}",
                "{\"a\":NaN}",
                "{\"a\":Infinity}",
                "{\"a\":tru}",
                "{\"a\":True}",
                "{\"a\":nul",
                "{\"a\":[1,]}",
                "{\"a\":[,1]}",
                "{\"a\":[1 2]}",
                "{\"a\":[1}",
                "{\"a\":\"b}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12\"}",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\":\"\\",
                "{\"a\":\"tab\there\"}",
                "{\"a\":\"line\nhere\"}",
                "{\"a\":\"\u0000\"}",
                "{}{}",
                "{} x",
                "{}]",
                "{1:2}",
                "{\"a\":1,,\"b\":2}",
                "\uFEFF{}",
                "{\"a\"::1}",
                "{\"a\":1//\n}",
                "{\"a\":/**/1}",
                "{\"a\":1;}",
                "{null:1}",
                "{\"a\":\"b\"\"c\"}",
                "{\"a\":١}",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "{\"a\":-",
                "{\"a\":0",
                "{\"a\":0.",
                "{\"a\":1e",
                "{\"a\":1e+",
                "{\"a\":true",
                "{\"a\":1,",
                "{\"a\":[",
                "{\"a\":[1",
                "{\"a\":[1,"
            })
    void check_malformed(String json) {
        assertThat(check(json)).isEqualTo("PAYLOAD_MALFORMED");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "80",
                "bf",
                "c0af",
                "c1bf",
                "c2",
                "c241",
                "e08080",
                "e09fbf",
                "e0a0",
                "e0a041",
                "eda080",
                "edbfbf",
                "f0808080",
                "f08fbfbf",
                "f0908080",
                "f09080",
                "f4908080",
                "f5808080",
                "ff",
                "fe",
                "e282",
                "f09f98",
                "c280",
                "dfbf",
                "e0a080",
                "ed9fbf",
                "eebfbf",
                "f48fbfbf",
                "f3bfbfbf"
            })
    void check_stringThatIsNotUtf8(String hex) {
        byte[] text = HexFormat.of().parseHex(hex);
        byte[] json = ("{\"a\":\"" + new String(text, StandardCharsets.ISO_8859_1) + "\"}")
                .getBytes(StandardCharsets.ISO_8859_1);
        boolean isUtf8 = new String(text, StandardCharsets.UTF_8).indexOf('\ufffd') < 0;

        assertThat(check(json)).isEqualTo(isUtf8 ? "passes" : "PAYLOAD_MALFORMED");
        if (!isUtf8) {
            assertThat(detail(json)).isEqualTo(BROKEN);
        }
    }

    /** What ends in the middle of an escape or a character is told from what ends behind one. */
    @ParameterizedTest
    @CsvSource({
        "5c, true",
        "5c75, true",
        "5c7530303431, false",
        "5c75303034, true",
        "5c6e, false",
        "c3, true",
        "c3a9, false",
        "e2, true",
        "e282, true",
        "e282ac, false",
        "f09f98, true",
        "f09f9880, false"
    })
    void check_textThatEndsWithin(String hex, boolean broken) {
        String start = "{\"a\":\"";
        byte[] end = HexFormat.of().parseHex(hex);
        byte[] json = (start + new String(end, StandardCharsets.ISO_8859_1)).getBytes(StandardCharsets.ISO_8859_1);

        assertThat(detail(json)).isEqualTo(broken ? BROKEN : "not JSON: a string without an end");
    }

    @Property(tries = 300)
    void check_anyText_asAString(@ForAll String text) {
        StringBuilder json = new StringBuilder("{\"a\":\"");
        for (char c : text.toCharArray()) {
            json.append(String.format("\\u%04x", (int) c));
        }
        json.append("\"}");

        assertThat(check(json.toString())).isEqualTo("passes");
    }

    @Property(tries = 2000)
    void check_anyBytes_endInAnAnswer(@ForAll byte[] body) {
        assertThat(check(body)).isIn("passes", "PAYLOAD_MALFORMED", "PAYLOAD_TOO_DEEP", "FIELD_DUPLICATED");
    }

    @Test
    void check_depth() {
        PayloadRules shallow = PayloadRules.json().maxDepth(3).build();

        assertThat(shallow.check(request("{\"a\":[{}]}"))).isEmpty();
        assertThat(shallow.check(request("{\"a\":[[[]]]}")).orElseThrow().reason())
                .isEqualTo(Reason.PAYLOAD_TOO_DEEP);
        assertThat(shallow.check(request("{\"a\":[[]],\"b\":[[]],\"c\":{\"d\":{}}}")))
                .isEmpty();
        assertThat(check("{\"a\":" + "[".repeat(31) + "]".repeat(31) + "}")).isEqualTo("passes");
        assertThat(check("{\"a\":" + "[".repeat(32) + "]".repeat(32) + "}")).isEqualTo("PAYLOAD_TOO_DEEP");
        assertThat(check("{\"a\":" + "[".repeat(500_000))).isEqualTo("PAYLOAD_TOO_DEEP");
    }

    /** Deeper than the scan keeps in one number, in objects and arrays in turn. */
    @Test
    void check_depthOfAnything_underEveryRule() {
        PayloadRules deep = PayloadRules.json().maxDepth(512).build();
        for (int depth : new int[] {62, 63, 64, 65, 66, 127, 128, 129, 130, 255, 511}) {
            String open = "";
            String close = "";
            for (int i = 0; i < depth; i++) {
                open += i % 3 == 0 ? "{\"a\":" : "[";
                close = (i % 3 == 0 ? "}" : "]") + close;
            }
            String json = "{\"x\":[1," + open + "1" + close + ",{}],\"p\":1}";
            Reason expected = depth + 2 > 512 ? Reason.PAYLOAD_TOO_DEEP : null;

            assertThat(deep.check(request(json)).map(Refusal::reason).orElse(null))
                    .isEqualTo(expected);
            assertThat(reasonOf(PayloadRules.json().maxDepth(Math.min(512, depth + 2)), json))
                    .isEqualTo(expected);
            assertThat(reasonOf(PayloadRules.json().maxDepth(Math.min(512, depth + 1)), json))
                    .isEqualTo(Reason.PAYLOAD_TOO_DEEP);
            String swapped = close.startsWith("}") ? "]" + close.substring(1) : "}" + close.substring(1);
            assertThat(reasonOf(PayloadRules.json().maxDepth(512), json.replace(close + ",{}]", swapped + ",{}]")))
                    .isEqualTo(expected == null ? Reason.PAYLOAD_MALFORMED : expected);
        }
    }

    private static Reason reasonOf(PayloadRules.Builder rules, String json) {
        return rules.build().check(request(json)).map(Refusal::reason).orElse(null);
    }

    /** The same text is read in the same way where something in it is wanted and where nothing is. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"b\":[1, {\"c\" : \"d\"} ,[ ] , { } ]}",
                "{ \"b\" : tru }",
                "{\"b\":1,}",
                "{\"b\":[1,]}",
                "{\"b\":[1}",
                "{\"b\":{]}",
                "{\"b\":[}]",
                "{\"b\":{\"c\":1]}",
                "{\"b\" 1}",
                "{\"b\":1 2}",
                "{b:1}",
                "{\"b\":\"\\u00e9\u00e9\"}",
                "{\"b\\u0062\":nul",
                "{\"b\":[[[[",
                "{,}"
            })
    void check_wantedOrNot_isReadAlike(String object) {
        PayloadRules wanted = PayloadRules.json().require("a.[1]").build();

        for (String json : new String[] {
            "{\"a\":[1," + object + "]}",
            "{\"a\":[1,2," + object + "]}",
            "{\"a\":[1," + object + "],\"z\":" + object + "}"
        }) {
            assertThat(wanted.check(request(json))).isEqualTo(PLAIN.check(request(json)));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"r\":{\"s\":\"A\"}} | passes",
                "{\"r\":{\"s\":0}} | passes",
                "{\"r\":{\"s\":\"\"}} | passes",
                "{\"r\":{\"s\":[]}} | passes",
                "{\"x\":{\"s\":1},\"r\":{\"x\":2,\"s\":1}} | passes",
                "{\"\\u0072\":{\"\\u0073\":\"A\"}} | passes",
                "{\"r\":{\"s\":null}} | FIELD_MISSING",
                "{\"r\":{}} | FIELD_MISSING",
                "{\"r\":1} | FIELD_MISSING",
                "{\"r\":[{\"s\":1}]} | FIELD_MISSING",
                "{\"s\":1} | FIELD_MISSING",
                "{\"r.s\":1} | FIELD_MISSING",
                "{\"R\":{\"s\":1}} | FIELD_MISSING",
                "{} | FIELD_MISSING",
                "{\"r\":{\"s\":1},\"r\":{\"s\":2}} | FIELD_DUPLICATED",
                "{\"r\":{\"s\":1,\"s\":2}} | FIELD_DUPLICATED",
                "{\"r\":{\"s\":1,\"\\u0073\":2}} | FIELD_DUPLICATED",
                "{\"r\":1,\"r\":{\"s\":1}} | FIELD_DUPLICATED"
            })
    void check_requiredField(String json, String expected) {
        PayloadRules rules = PayloadRules.json().require("r.s").build();

        assertThat(rules.check(request(json))
                        .map(refusal -> refusal.reason().name())
                        .orElse("passes"))
                .isEqualTo(expected);
    }

    @Test
    void check_severalProfilesAndFields() {
        PayloadRules rules = PayloadRules.json()
                .profile("profile_id", Set.of("1", "2"))
                .require("profile_id")
                .require("a")
                .build();

        assertThat(rules.check(request("{\"profile_id\":2,\"a\":1}"))).isEmpty();
        assertThat(rules.check(request("{\"profile_id\":3,\"a\":1}"))
                        .orElseThrow()
                        .reason())
                .isEqualTo(Reason.PROFILE_MISMATCH);
        assertThat(rules.check(request("{\"profile_id\":\"\\u0032\",\"a\":1}"))).isEmpty();
        assertThat(rules.check(request("{\"profile_id\":true,\"a\":1}"))
                        .orElseThrow()
                        .reason())
                .isEqualTo(Reason.PROFILE_MISMATCH);
    }

    @Test
    void builder_wrongValues_areRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadRules.json().maxDepth(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadRules.json().maxDepth(513));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadRules.json().profile("profile_id", Set.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadRules.json().require("a..b").build());
        assertThat(PayloadRules.json().maxDepth(512).build().check(request("{}")))
                .isEmpty();
        assertThat(PayloadRules.json().maxDepth(1).build().check(request("{}"))).isEmpty();
    }

    @Test
    void unescape_everyEscape() {
        byte[] json = Fixtures.utf8("\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00E9x");

        assertThat(JsonText.unescape(json, 0, json.length)).isEqualTo("\"\\/\b\f\n\r\té" + "x");
    }

    private static String check(String json) {
        return check(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String check(byte[] json) {
        return PLAIN.check(WebhookRequest.builder(json).build())
                .map(refusal -> refusal.reason().name())
                .orElse("passes");
    }

    private static WebhookRequest request(String json) {
        return WebhookRequest.builder(Fixtures.utf8(json)).build();
    }

    @Test
    void check_refusal_saysWhatIsWrong() {
        assertThat(detail("{\"a\":\"\u0000\"}")).isEqualTo("not JSON: a control character in a string");
        assertThat(detail("{\"a\":\"\\x\"}")).isEqualTo(BROKEN);
        assertThat(detail("{\"a\":\"b")).isEqualTo("not JSON: a string without an end");
        assertThat(detail("{\"a\":nul")).isEqualTo("not JSON: an unknown word");
        assertThat(detail("{\"a\":null")).isEqualTo("not JSON: the text ends too early");
    }

    @Test
    void check_secondElementOfMore_isTheOneAskedFor() {
        PayloadRules rules = PayloadRules.json().profile("a.[1]", Set.of("20")).build();

        assertThat(rules.check(WebhookRequest.builder(Fixtures.utf8("{\"a\":[10,20,30,40]}"))
                        .build()))
                .isEmpty();
        assertThat(rules.check(WebhookRequest.builder(Fixtures.utf8("{\"a\":[20,10,20,20]}"))
                        .build()))
                .isPresent();
    }

    private static String detail(String json) {
        return detail(Fixtures.utf8(json));
    }

    private static String detail(byte[] json) {
        return PayloadRules.json()
                .build()
                .check(WebhookRequest.builder(json).build())
                .orElseThrow()
                .detail();
    }
}
