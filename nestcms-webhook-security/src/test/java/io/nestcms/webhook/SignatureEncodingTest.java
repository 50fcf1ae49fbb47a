package io.nestcms.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureEncodingTest {
    @Property
    void decode_whatWasEncoded(@ForAll SignatureEncoding encoding, @ForAll byte[] signature) {
        assertThat(encoding.decode(encoding.encode(signature))).isEqualTo(signature);
    }

    @Property
    void decode_anyText_isBase64InOneFormOnly(@ForAll String text) {
        byte[] decoded = SignatureEncoding.BASE64.decode(text);

        if (decoded != null) {
            assertThat(SignatureEncoding.BASE64.encode(decoded)).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "QQ=",
                "QQ",
                "QR==",
                "QUE",
                "QUF=",
                "QUFB=",
                "====",
                "=",
                "Q===",
                "QQ==QQ==",
                "QUF-",
                "QUF_",
                " QUFB",
                "QUFB\n",
                "QU=B"
            })
    void decode_otherFormsOfBase64(String text) {
        assertThat(SignatureEncoding.BASE64.decode(text)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "0g", "0x00", " 00", "0 ", "-1", "٠٠", "G0", "@0", "/0", ":0", "`0"})
    void decode_notHexadecimal(String text) {
        assertThat(SignatureEncoding.HEX.decode(text)).isNull();
    }

    @ParameterizedTest
    @EnumSource(SignatureEncoding.class)
    void decode_empty(SignatureEncoding encoding) {
        assertThat(encoding.decode("")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"09afAF", "00ff7f"})
    void decode_hexadecimalInEitherCase(String text) {
        assertThat(SignatureEncoding.HEX.decode(text)).hasSize(3);
    }
}
