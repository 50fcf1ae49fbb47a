package io.nestcms.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.redis.contract.LocalRedis;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.RedisClient;

class RedisSettingsTest {
    @Test
    void url_ofEachForm_isRead() {
        RedisSettings one = RedisSettings.of("redis://u%40x:p%3A%2Fw+%25@db.example:7000/3");
        assertThat(one.kind()).isEqualTo(RedisSettings.Kind.ONE);
        assertThat(one.user()).contains("u@x");
        assertThat(one.password()).contains("p:/w+%");
        assertThat(one.database()).isEqualTo(3);
        assertThat(one.tls()).isFalse();
        assertThat(one.addresses()).containsExactly(new RedisSettings.Address("db.example", 7000));
        assertThat(one).hasToString("redis://***@db.example:7000/3");

        RedisSettings sentinel = RedisSettings.builder("rediss-sentinel://:pw@a,b:1/?master=nest")
                .sentinelLogin(null, "other")
                .build();
        assertThat(sentinel.kind()).isEqualTo(RedisSettings.Kind.SENTINEL);
        assertThat(sentinel.tls()).isTrue();
        assertThat(sentinel.user()).isEmpty();
        assertThat(sentinel.master()).isEqualTo("nest");
        assertThat(sentinel.addresses())
                .isEqualTo(Set.of(new RedisSettings.Address("a", 26379), new RedisSettings.Address("b", 1)));

        RedisSettings cluster = RedisSettings.of("redis-cluster://[::1]:7001,b");
        assertThat(cluster.kind()).isEqualTo(RedisSettings.Kind.CLUSTER);
        assertThat(cluster.addresses())
                .isEqualTo(Set.of(new RedisSettings.Address("::1", 7001), new RedisSettings.Address("b", 6379)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "http://u:SECRET@h",
                "redis://u:SECRET@",
                "redis://u:SECRET@h:0",
                "redis://u:SECRET@h:65536",
                "redis://u:SECRET@h:99999999",
                "redis://u:SECRET@h/x",
                "redis://u:SECRET@h,h2",
                "redis://u:SECRET%zz@h",
                "redis://u:@h",
                "redis://u:SECRET@h?x=1",
                "redis-sentinel://u:SECRET@h",
                "redis-sentinel://u:SECRET@h/?master=",
                "redis-cluster://u:SECRET@h/1",
                "redis-cluster://u:SECRET@h?master=a",
                "redis://u:SEC@RET@h h:1"
            })
    void url_ofAnotherForm_isRefusedWithoutItsSecret(String url) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> RedisSettings.of(url))
                .satisfies(refused -> {
                    assertThat(refused.field()).isEqualTo("url");
                    assertThat(refused.rule()).isNotEmpty();
                    assertThat(refused.getMessage()).doesNotContain("SEC").doesNotContain("RET");
                });
    }

    @Test
    void options_outOfRange_areRefused() {
        RedisSettings.Builder builder = RedisSettings.builder("redis://h");
        for (Runnable bad : new Runnable[] {
            () -> builder.pool(1),
            () -> builder.commandTimeout(Duration.ZERO),
            () -> builder.connectTimeout(Duration.ofMinutes(2)),
            () -> builder.poolWait(Duration.ofNanos(1)),
            () -> builder.sentinelLogin(null, "x"),
            () -> builder.tlsSockets((javax.net.ssl.SSLSocketFactory) javax.net.ssl.SSLSocketFactory.getDefault()),
            () -> NestRedis.builder(builder.build()).prefix("a{b"),
            () -> NestRedis.builder(builder.build()).pollEvery(Duration.ZERO)
        }) {
            assertThatExceptionOfType(InvalidInputException.class).isThrownBy(bad::run);
        }
    }

    @Test
    void connect_startsWhileRedisIsAway_andClosesWhatItMadeOnly() {
        LocalRedis mortal = LocalRedis.start();
        String gone = mortal.url();
        mortal.kill();
        for (String url : new String[] {
            gone, gone.replace("redis:", "redis-cluster:"), gone.replace("redis:", "redis-sentinel:") + "/?master=nest"
        }) {
            try (NestRedis redis = NestRedis.connect(RedisSettings.of(url))) {
                assertThatExceptionOfType(NestRedisException.class).isThrownBy(redis::ping);
            }
        }
        try (RedisClient given =
                RedisClient.create("127.0.0.1", LocalRedis.shared().port())) {
            NestRedis redis = NestRedis.builder(given).build();
            redis.ping();
            redis.close();
            redis.close();
            assertThatNoException().isThrownBy(() -> given.get("still open"));
            assertThatExceptionOfType(NestRedisException.class).isThrownBy(redis::ping);
        }
    }
}
