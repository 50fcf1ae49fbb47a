package io.nestcms.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.limit.RequestLimit;
import io.nestcms.limit.RequestLimits;
import io.nestcms.limit.contract.RequestLimitsContract;
import io.nestcms.redis.contract.LocalRedis;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreakers;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedisRequestLimitsTest extends RequestLimitsContract {
    private final String prefix = "t" + UUID.randomUUID() + ':';
    private final NestRedis redis = node();
    private final RequestLimits limits = redis.requestLimits();

    private NestRedis node() {
        CircuitBreakers breakers = CircuitBreakers.builder().build();
        breakers.create(
                NestRedis.LIMIT_BREAKER,
                BreakerSettings.cache().ignoreSlowCalls().build());
        return NestRedis.builder(RedisSettings.builder(LocalRedis.shared().url())
                        .commandTimeout(Duration.ofSeconds(10))
                        .connectTimeout(Duration.ofSeconds(10))
                        .poolWait(Duration.ofSeconds(10))
                        .build())
                .prefix(prefix)
                .breakers(breakers)
                .build();
    }

    @AfterEach
    void end() {
        redis.close();
    }

    @Override
    protected RequestLimits limits() {
        return limits;
    }

    @Test
    @SuppressWarnings("try") // closed in the middle, as the test wants it
    void take_onTwoNodes_countsTogether_andWithoutRedisEachLimitsByItself() {
        RequestLimit two = new RequestLimit("two", 2, Duration.ofHours(1));
        try (NestRedis other = node()) {
            RequestLimits elsewhere = other.requestLimits();
            assertThat(limits.take(two, "a").isAllowed()).isTrue();
            assertThat(elsewhere.take(two, "a").remaining()).isZero();
            assertThat(limits.take(two, "a").isAllowed()).isFalse();

            other.close();
            assertThat(elsewhere.take(two, "a").remaining()).isEqualTo(1);
            assertThat(elsewhere.take(two, "a").remaining()).isZero();
            assertThat(elsewhere.take(two, "a").isAllowed()).isFalse();
        }
    }
}
