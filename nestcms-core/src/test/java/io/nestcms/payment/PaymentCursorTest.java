package io.nestcms.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.failure.InvalidInputException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaymentCursorTest {
    private final PaymentCursor cursor =
            new PaymentCursor(Instant.parse("2026-11-22T12:00:00.123456789Z"), new PaymentId("p-1"));

    @Test
    void token_comesBackAsItWas() {
        assertThat(PaymentCursor.parse(cursor.token())).isEqualTo(cursor);
        assertThat(cursor.token()).matches("[A-Za-z0-9_-]+");
    }

    @Test
    void token_anyCharacterChangedOrLeftOut_isRefused() {
        String token = cursor.token();
        for (int n = 0; n < token.length(); n++) {
            String changed = token.substring(0, n) + (token.charAt(n) == 'A' ? 'B' : 'A') + token.substring(n + 1);
            String cut = token.substring(0, n);
            assertThatThrownBy(() -> PaymentCursor.parse(changed))
                    .as(changed)
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("cursor");
            assertThatThrownBy(() -> PaymentCursor.parse(cut)).as(cut).isInstanceOf(InvalidInputException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "!", "AAAA", "0", "\u0661", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    void token_madeUp_isRefused(String token) {
        assertThatThrownBy(() -> PaymentCursor.parse(token)).isInstanceOf(InvalidInputException.class);
    }
}
