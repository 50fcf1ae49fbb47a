package io.nestcms.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.failure.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class FieldCipherTest {
    private static final NamedKey FIRST = key("2026-01", 1);
    private static final NamedKey SECOND = key("2026-02", 2);
    private static final NamedKey LOOKUP = key("lookup", 3);

    private final FieldCipher cipher = FieldCipher.builder(FIRST, LOOKUP).build();

    private static NamedKey key(String id, int fill) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) fill);
        return NamedKey.of(id, secret);
    }

    @Test
    void open_sealed_givesTheValue() {
        for (String value : new String[] {"", "huda@example.test", "تذاكر", "x".repeat(10_000)}) {
            byte[] sealed = cipher.seal(value, "payments/1.email");

            assertThat(cipher.open(sealed, "payments/1.email")).isEqualTo(value);
        }
    }

    @Test
    void seal_twice_isDifferentAndHidesTheValue() {
        byte[] one = cipher.seal("huda@example.test", "c");
        byte[] other = cipher.seal("huda@example.test", "c");

        assertThat(one).isNotEqualTo(other);
        assertThat(new String(one, StandardCharsets.ISO_8859_1)).doesNotContain("huda");
    }

    @Test
    void open_anyBitChanged_isRefused() {
        byte[] sealed = cipher.seal("250.000", "c");
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] changed = sealed.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);

            assertThatThrownBy(() -> cipher.open(changed, "c")).isInstanceOf(CipherException.class);
        }
    }

    @Test
    void open_cutAnywhere_isRefused() {
        byte[] sealed = cipher.seal("250.000", "c");
        for (int length = 0; length < sealed.length; length++) {
            byte[] cut = Arrays.copyOf(sealed, length);

            assertThatThrownBy(() -> cipher.open(cut, "c")).isInstanceOf(CipherException.class);
        }
    }

    @Test
    void open_movedToAnotherPlace_isRefused() {
        byte[] sealed = cipher.seal("huda@example.test", "payments/1.email");

        assertThatThrownBy(() -> cipher.open(sealed, "payments/2.email"))
                .isInstanceOf(CipherException.class)
                .hasMessageContaining("changed or moved");
    }

    @Test
    void rotateTo_newKey_sealsWithItAndOpensBoth() {
        byte[] old = cipher.seal("a", "c");

        cipher.rotateTo(SECOND);

        assertThat(cipher.currentKeyId()).isEqualTo("2026-02");
        assertThat(cipher.open(old, "c")).isEqualTo("a");
        assertThat(cipher.open(cipher.seal("b", "c"), "c")).isEqualTo("b");
        FieldCipher without = FieldCipher.builder(SECOND, LOOKUP).build();
        assertThatThrownBy(() -> without.open(old, "c"))
                .isInstanceOf(CipherException.class)
                .hasMessageContaining("key that is not known");
        assertThat(FieldCipher.builder(SECOND, LOOKUP).alsoOpens(FIRST).build().open(old, "c"))
                .isEqualTo("a");
    }

    @Test
    void rotateTo_nameOfAnotherKey_isRefused() {
        assertThatThrownBy(() -> cipher.rotateTo(key("2026-01", 9)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("one name, one key");
    }

    @Test
    void builder_lookupKeyAsCurrent_isRefused() {
        assertThatThrownBy(() -> FieldCipher.builder(key("a", 3), LOOKUP)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void lookupHash_equalValues_areEqualPerField() {
        assertThat(cipher.lookupHash("a@b.test", "email")).isEqualTo(cipher.lookupHash("a@b.test", "email"));
        assertThat(cipher.lookupHash("a@b.test", "email")).isNotEqualTo(cipher.lookupHash("a@b.test", "phone"));
        assertThat(cipher.lookupHash("a@b.test", "email")).isNotEqualTo(cipher.lookupHash("c@b.test", "email"));
    }

    @Test
    void namedKey_badForms_areRefusedWithoutTheSecret() {
        String secret = Base64.getEncoder().encodeToString(new byte[31]);
        assertThatThrownBy(() -> NamedKey.parse("a:" + secret))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("31 bytes")
                .hasMessageNotContaining(secret);
        assertThatThrownBy(() -> NamedKey.parse(secret)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> NamedKey.parse("a:not base64!")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> NamedKey.parse("a b:" + secret)).isInstanceOf(InvalidInputException.class);
        assertThat(FIRST.toString() + cipher).doesNotContain("AQEB").contains("2026-01");
    }
}
