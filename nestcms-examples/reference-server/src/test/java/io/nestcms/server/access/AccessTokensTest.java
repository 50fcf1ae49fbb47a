package io.nestcms.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class AccessTokensTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final Duration LIFE = Duration.ofMinutes(15);

    private static SecretKey key(int filler) {
        byte[] bytes = new byte[32];
        java.util.Arrays.fill(bytes, (byte) filler);
        return new SecretKeySpec(bytes, AccessTokens.MAC);
    }

    private static AccessTokens at(Instant now, SecretKey key) {
        return new AccessTokens(key, Clock.fixed(now, ZoneOffset.UTC), LIFE);
    }

    @Test
    void read_ownToken_namesTheMerchant() {
        String token = at(NOW, key(1)).issue("merchant");
        assertThat(at(NOW, key(1)).read(token)).contains(new Caller("merchant", NOW.plus(LIFE)));
    }

    @Test
    void read_expired_isNoToken() {
        String token = at(NOW, key(1)).issue("merchant");
        assertThat(at(NOW.plus(LIFE).minusSeconds(1), key(1)).read(token)).isPresent();
        assertThat(at(NOW.plus(LIFE), key(1)).read(token)).isEmpty();
    }

    @Test
    void read_anotherKeyOrNoSignature_isNoToken() {
        String token = at(NOW, key(1)).issue("merchant");
        assertThat(at(NOW, key(2)).read(token)).isEmpty();
        String none = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(at(NOW, key(1)).read(none + token.substring(token.indexOf('.'), token.lastIndexOf('.') + 1)))
                .isEmpty();
        assertThat(at(NOW, key(1)).read("")).isEmpty();
    }
}
