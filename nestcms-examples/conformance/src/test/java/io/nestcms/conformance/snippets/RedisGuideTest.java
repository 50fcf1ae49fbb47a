package io.nestcms.conformance.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.nestcms.cache.CacheFormat;
import io.nestcms.cache.TieredCache;
import io.nestcms.limit.LimitAnswer;
import io.nestcms.limit.RequestLimit;
import io.nestcms.limit.RequestLimits;
import io.nestcms.metrics.CacheMetrics;
import io.nestcms.redis.NestRedis;
import io.nestcms.redis.RedisSettings;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The snippets of docs/guides/redis.md. They run without Redis, which costs hits only. */
class RedisGuideTest {
    private final MeterRegistry registry = new SimpleMeterRegistry();

    private static String titleOf(String id) {
        return "title of " + id;
    }

    @Test
    void caches() {
        String url = "redis://127.0.0.1:1";
        NestRedis redis = NestRedis.connect(RedisSettings.of(url));
        TieredCache<String, String> titles = redis.cache("titles", (String id) -> id, CacheFormat.text())
                .timeToLive(Duration.ofSeconds(30))
                .build();
        new CacheMetrics(titles).bindTo(registry);

        String title = titles.get("a1", Set.of("article-a1"), () -> titleOf("a1"));
        titles.invalidateTag("article-a1"); // after the change is stored

        assertThat(title).isEqualTo("title of a1");
        assertThat(titles.find("a1")).isEmpty();
        assertThat(registry.get("nestcms.cache.loads")
                        .tag("result", "done")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
        redis.close();
    }

    @Test
    void limits() {
        try (NestRedis redis = NestRedis.connect(RedisSettings.of("redis://127.0.0.1:1"))) {
            RequestLimits limits = redis.requestLimits();
            RequestLimit signIn = new RequestLimit("sign-in", 5, Duration.ofMinutes(1));

            LimitAnswer answer = limits.take(signIn, "192.0.2.1");

            assertThat(answer.isAllowed()).isTrue();
            assertThat(answer.remaining()).isEqualTo(4);
        }
    }
}
