package io.nestcms.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.nestcms.event.contract.Mischief;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreakers;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What others pass in throws anything: whoever asks for a value gets it. */
class TieredCacheFaultsTest {
    private final AtomicLong nanos = new AtomicLong();

    private TieredCache.Builder<String, String> cache(CacheFormat<String> format, SharedCache shared) {
        return TieredCache.<String, String>builder(
                        "faults",
                        key -> key,
                        format,
                        shared,
                        CircuitBreakers.builder()
                                .build()
                                .create("cache", BreakerSettings.cache().build()))
                .ticker(nanos::get)
                .jitter(0);
    }

    /** Throws at every call but {@code listen}. */
    private static SharedCache throwing(Throwable anything) {
        return shared((name, given) -> {
            throw Mischief.sneak(anything);
        });
    }

    /** Holds one value, whatever it is asked for. */
    private static SharedCache holding(AtomicReference<byte[]> value) {
        return shared((name, given) -> {
            Optional<SharedCache.Kept> kept =
                    Optional.ofNullable(value.get()).map(it -> new SharedCache.Kept(it, Duration.ofSeconds(9)));
            return switch (name) {
                case "find" -> kept;
                case "lease" -> new SharedCache.Lease(kept, true);
                case "keep" -> {
                    value.set((byte[]) given[2]);
                    yield true;
                }
                default -> null;
            };
        });
    }

    private static SharedCache shared(BiFunction<String, Object[], Object> calls) {
        return (SharedCache) Proxy.newProxyInstance(
                SharedCache.class.getClassLoader(),
                new Class<?>[] {SharedCache.class},
                (proxy, method, given) ->
                        method.getName().equals("listen") ? (Runnable) () -> {} : calls.apply(method.getName(), given));
    }

    @ParameterizedTest
    @MethodSource("io.nestcms.event.contract.Mischief#all")
    void sharedTierThrowsAnything_valuesAreLoaded(Throwable anything) {
        TieredCache<String, String> cache =
                cache(CacheFormat.text(), throwing(anything)).build();

        assertThat(cache.get("a", Set.of("tag"), () -> "loaded")).isEqualTo("loaded");
        assertThat(cache.find("b")).isEmpty();
        assertThatCode(() -> cache.invalidateTag("tag")).doesNotThrowAnyException();
        assertThat(cache.get("a", Set.of("tag"), () -> "again")).isEqualTo("again");
    }

    @ParameterizedTest
    @MethodSource("io.nestcms.event.contract.Mischief#all")
    void formatThrowsAnythingAtWhatIsKept_valueIsLoadedAgain(Throwable anything) {
        CacheFormat<String> format =
                CacheFormat.of(String.class, text -> text.getBytes(StandardCharsets.UTF_8), bytes -> {
                    throw Mischief.sneak(anything);
                });
        AtomicReference<byte[]> kept = new AtomicReference<>();
        cache(CacheFormat.text(), holding(kept)).build().get("a", Set.of(), () -> "kept");
        assertThat(cache(CacheFormat.text(), holding(kept)).build().find("a")).contains("kept");
        TieredCache<String, String> cache = cache(format, holding(kept)).build();

        assertThat(cache.get("a", Set.of(), () -> "loaded")).isEqualTo("loaded");
        assertThat(cache.statistics().unreadable()).isPositive();
    }

    @ParameterizedTest
    @MethodSource("io.nestcms.event.contract.Mischief#all")
    void loadAheadOrItsExecutorThrowsAnything_whoeverAsksGetsTheValue(Throwable anything) {
        AtomicInteger ahead = new AtomicInteger();
        Executor executor = task -> {
            task.run();
            throw Mischief.sneak(anything);
        };
        TieredCache<String, String> cache = cache(CacheFormat.text(), throwing(anything))
                .timeToLive(Duration.ofSeconds(10))
                .refresh(
                        1,
                        key -> {
                            ahead.incrementAndGet();
                            throw Mischief.sneak(anything);
                        },
                        executor)
                .build();
        cache.get("a", Set.of(), () -> "first");
        for (int n = 0; n < 5; n++) {
            assertThat(cache.find("a")).contains("first");
        }

        cache.invalidate("a");

        assertThat(cache.get("a", Set.of(), () -> "second")).isEqualTo("second");
        assertThat(ahead).hasValue(1);
    }
}
