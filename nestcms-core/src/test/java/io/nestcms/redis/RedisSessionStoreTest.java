package io.nestcms.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nestcms.access.RefreshToken;
import io.nestcms.access.Session;
import io.nestcms.access.SessionId;
import io.nestcms.access.SessionStore;
import io.nestcms.access.SessionStoreException;
import io.nestcms.access.contract.SessionStoreContract;
import io.nestcms.crypto.FieldCipher;
import io.nestcms.crypto.NamedKey;
import io.nestcms.redis.contract.LocalRedis;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

class RedisSessionStoreTest extends SessionStoreContract {
    private final String prefix = "t" + UUID.randomUUID() + ':';
    private final NestRedis redis = NestRedis.builder(
                    RedisSettings.builder(LocalRedis.shared().url())
                            .commandTimeout(Duration.ofSeconds(10))
                            .connectTimeout(Duration.ofSeconds(10))
                            .poolWait(Duration.ofSeconds(10))
                            .build())
            .prefix(prefix)
            .build();
    private final SessionStore store = redis.sessions(SESSIONS_OF_USER, cipher(1));

    private static FieldCipher cipher(int fill) {
        return FieldCipher.builder(key("k" + fill, fill), key("lookup", 99)).build();
    }

    private static NamedKey key(String id, int fill) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) fill);
        return NamedKey.of(id, bytes);
    }

    @AfterEach
    void end() {
        redis.close();
    }

    @Override
    protected SessionStore store() {
        return store;
    }

    @Test
    void open_keepsNoSecretAndNoWordOfTheClient_andEndsByItself() {
        Instant now = Instant.now();
        SessionId id = new SessionId("u1", "s1");
        RefreshToken token = RefreshToken.first(id, new SecureRandom());
        store.open(Session.begin(id, now, Session.Limits.standard(), "192.0.2.7", "Browser"), token, now);

        try (RedisClient raw =
                RedisClient.create("127.0.0.1", LocalRedis.shared().port())) {
            String stored = raw.hget(prefix + "sessions:u1", "s1");
            assertThat(stored).contains(token.hash()).doesNotContain("192.0.2.7");
            for (String secret : Arrays.copyOfRange(token.text().split("~"), 2, 4)) {
                assertThat(stored).doesNotContain(secret);
            }
            assertThat(raw.pttl(prefix + "sessions:u1"))
                    .isBetween(1L, Duration.ofDays(30).toMillis());
        }
        assertThat(redis.sessions(3, cipher(2)).find(id, now).orElseThrow().address())
                .isEmpty();
        assertThat(redis.sessions(3, cipher(1)).find(id, now).orElseThrow().address())
                .isEqualTo("192.0.2.7");
    }

    @Test
    void redisAway_saysSo() {
        redis.close();
        assertThatExceptionOfType(SessionStoreException.class)
                .isThrownBy(() -> store.find(new SessionId("u", "s"), Instant.EPOCH));
        assertThatExceptionOfType(SessionStoreException.class).isThrownBy(() -> store.endAll("u"));
    }
}
