package io.nestcms.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nestcms.cache.CacheFormat;
import io.nestcms.cache.Confidential;
import io.nestcms.cache.TaggedCache;
import io.nestcms.cache.TieredCache;
import io.nestcms.cache.contract.TaggedCacheContract;
import io.nestcms.crypto.FieldCipher;
import io.nestcms.crypto.NamedKey;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.redis.contract.Cable;
import io.nestcms.redis.contract.LocalRedis;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.BreakerState;
import io.nestcms.resilience.CircuitBreakers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.params.SetParams;

class TieredCacheTest extends TaggedCacheContract {
    private static final CacheFormat<Integer> NUMBERS = CacheFormat.of(
            Integer.class,
            number -> number.toString().getBytes(StandardCharsets.UTF_8),
            bytes -> Integer.valueOf(new String(bytes, StandardCharsets.UTF_8)));

    private final LocalRedis server = LocalRedis.shared();
    private final String prefix = "t" + UUID.randomUUID() + ':';
    private final List<AutoCloseable> open = new ArrayList<>();
    private final CircuitBreakers breakers = patient();
    private final AtomicLong time = new AtomicLong(-1_000_000_000_000L);
    private final AtomicInteger loads = new AtomicInteger();
    private final ExecutorService threads = Executors.newFixedThreadPool(8);
    private final TieredCache<String, Integer> cache = node().build();

    /** On a busy machine a slow answer is no reason to do without Redis. */
    private static CircuitBreakers patient() {
        CircuitBreakers breakers = CircuitBreakers.builder().build();
        breakers.create(
                NestRedis.CACHE_BREAKER,
                BreakerSettings.cache().ignoreSlowCalls().build());
        return breakers;
    }

    private NestRedis redis(int port, CircuitBreakers breakers) {
        NestRedis redis = NestRedis.builder(RedisSettings.builder("redis://127.0.0.1:" + port)
                        .commandTimeout(Duration.ofSeconds(10))
                        .connectTimeout(Duration.ofSeconds(10))
                        .poolWait(Duration.ofSeconds(10))
                        .build())
                .prefix(prefix)
                .breakers(breakers)
                .build();
        open.add(redis);
        // a cache that hears nothing yet makes it listen; the test's own find it listening
        redis.cache("none", (String key) -> key, NUMBERS).build();
        within(() -> assertThat(redis.isListening()).isTrue());
        return redis;
    }

    /** A node of its own on the shared server; its values do not end by themselves unless the test moves the time. */
    private TieredCache.Builder<String, Integer> node() {
        return redis(server.port(), patient())
                .cache("numbers", (String key) -> key, NUMBERS)
                .ticker(time::get);
    }

    @AfterEach
    void end() throws Exception {
        threads.shutdownNow();
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @Override
    protected TaggedCache<String, Integer> cache() {
        return cache;
    }

    private static void within(Runnable assertion) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(assertion::run);
    }

    @Test
    void get_onAnotherNode_findsWhatTheFirstLoaded() {
        TieredCache<String, Integer> other = node().build();

        assertThat(cache.get("a", Set.of("x"), loads::incrementAndGet)).isEqualTo(1);
        assertThat(other.get("a", Set.of("x"), loads::incrementAndGet)).isEqualTo(1);
        assertThat(other.find("a")).contains(1);
        assertThat(other.statistics().sharedHits()).isEqualTo(1);
        assertThat(other.statistics().memoryHits()).isEqualTo(1);
        assertThat(cache.statistics().loads()).isEqualTo(1);
    }

    @Test
    void get_manyOnTwoNodesAtOnce_oneLoads() throws Exception {
        TieredCache<String, Integer> other =
                node().waitForOthers(Duration.ofMinutes(1)).build();
        TieredCache<String, Integer> one =
                node().waitForOthers(Duration.ofMinutes(1)).build();
        CountDownLatch go = new CountDownLatch(1);
        List<Future<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            TieredCache<String, Integer> node = i % 2 == 0 ? one : other;
            answers.add(threads.submit(() -> {
                go.await();
                return node.get("a", Set.of("x"), loads::incrementAndGet);
            }));
        }
        go.countDown();
        for (Future<Integer> answer : answers) {
            assertThat(answer.get()).isEqualTo(1);
        }
        assertThat(loads).hasValue(1);
    }

    @Test
    void invalidate_reachesTheOtherNode() {
        TieredCache<String, Integer> other = node().build();
        for (String key : List.of("a", "b", "c")) {
            cache.get(key, Set.of("all", "tag-" + key), loads::incrementAndGet);
            other.get(key, Set.of("all", "tag-" + key), loads::incrementAndGet);
        }
        cache.invalidate("a");
        within(() -> assertThat(other.find("a")).isEmpty());
        assertThat(other.find("b")).contains(2);

        cache.invalidateTag("tag-b");
        within(() -> assertThat(other.find("b")).isEmpty());
        assertThat(other.find("c")).contains(3);

        other.invalidateTag("all");
        within(() -> assertThat(cache.find("c")).isEmpty());
    }

    @Test
    void get_invalidatedWhileLoadedElsewhere_isKeptNowhere() throws Exception {
        TieredCache<String, Integer> other = node().build();
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch changed = new CountDownLatch(1);
        Future<Integer> old = threads.submit(() -> cache.get("a", Set.of("x"), () -> {
            loading.countDown();
            awaitLatch(changed);
            return 1;
        }));
        assertThat(loading.await(30, TimeUnit.SECONDS)).isTrue();
        other.invalidateTag("x");
        changed.countDown();

        assertThat(old.get()).isEqualTo(1);
        assertThat(cache.get("a", Set.of("x"), () -> 2)).isEqualTo(2);
        assertThat(other.get("a", Set.of("x"), () -> 3)).isEqualTo(2);
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    @Test
    void merge_onTwoNodes_losesNothing_andReachesTheOther() throws Exception {
        TieredCache<String, Integer> other = node().build();
        other.merge("sum", 0, Integer::sum);
        assertThat(cache.find("sum")).contains(0);
        List<Future<?>> adding = new ArrayList<>();
        for (TieredCache<String, Integer> node : List.of(cache, other)) {
            adding.add(threads.submit(() -> {
                for (int i = 0; i < 20; i++) {
                    node.merge("sum", 1, Integer::sum);
                }
            }));
        }
        for (Future<?> each : adding) {
            each.get();
        }
        within(() -> assertThat(cache.find("sum")).contains(40));
        within(() -> assertThat(other.find("sum")).contains(40));
    }

    @Test
    void value_endsWithItsTimeToLive_countedFromTheBeginningOfItsLoad() {
        TieredCache<String, Integer> short1 =
                node().timeToLive(Duration.ofSeconds(10)).jitter(0).build();
        short1.get("a", Set.of(), () -> {
            time.addAndGet(Duration.ofSeconds(4).toNanos());
            return 1;
        });
        time.addAndGet(Duration.ofMillis(5_999).toNanos());
        assertThat(short1.find("a")).contains(1);
        time.addAndGet(Duration.ofMillis(1).toNanos());
        // gone from memory; Redis, whose time is another, has it for 6 seconds at most
        assertThat(short1.statistics().memoryHits()).isEqualTo(1);
        try (RedisClient raw = RedisClient.create("127.0.0.1", server.port())) {
            String key = raw.keys(prefix + "cache:numbers:*").stream()
                    .filter(name -> name.endsWith("{ka}"))
                    .findFirst()
                    .orElseThrow();
            assertThat(raw.pttl(key)).isBetween(1L, 6_000L);
        }
    }

    @Test
    void findOrLoad_absent_isKeptForItsOwnTime() {
        assertThat(cache.findOrLoad("a", Set.of("x"), () -> absent())).isEmpty();
        assertThat(cache.findOrLoad("a", Set.of("x"), () -> absent())).isEmpty();
        assertThat(node().build().findOrLoad("a", Set.of("x"), () -> absent())).isEmpty();
        assertThat(loads).hasValue(1);

        cache.invalidateTag("x");
        assertThat(cache.findOrLoad("a", Set.of("x"), () -> Optional.of(7))).contains(7);

        cache.findOrLoad("b", Set.of(), () -> absent());
        assertThat(cache.get("b", Set.of(), () -> 8)).isEqualTo(8);
    }

    private Optional<Integer> absent() {
        loads.incrementAndGet();
        return Optional.empty();
    }

    @Confidential
    private record Secret(String text) {}

    @Test
    void confidential_isSealedInRedis_andOpensWhereItWasPutOnly() {
        CacheFormat<Secret> format = CacheFormat.of(
                Secret.class,
                secret -> secret.text().getBytes(StandardCharsets.UTF_8),
                bytes -> new Secret(new String(bytes, StandardCharsets.UTF_8)));
        NestRedis redis = redis(server.port(), breakers);
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() ->
                        redis.cache("secrets", (String key) -> key, format).build())
                .withMessageContaining("cipher");
        FieldCipher cipher = FieldCipher.builder(key("k1", 1), key("lookup", 2)).build();
        TieredCache<String, Secret> secrets = redis.cache("secrets", (String key) -> key, format)
                .cipher(cipher)
                .build();
        TieredCache<String, Secret> other = redis(server.port(), breakers)
                .cache("secrets", (String key) -> key, format)
                .cipher(cipher)
                .build();

        secrets.get("a", Set.of(), () -> new Secret("PLAIN-WORDS"));
        assertThat(other.find("a")).contains(new Secret("PLAIN-WORDS"));
        try (RedisClient raw = RedisClient.create("127.0.0.1", server.port())) {
            byte[] stored = raw.get((prefix + "cache:secrets:{ka}").getBytes(StandardCharsets.UTF_8));
            assertThat(new String(stored, StandardCharsets.ISO_8859_1)).doesNotContain("PLAIN");
            raw.set(
                    (prefix + "cache:secrets:{kb}").getBytes(StandardCharsets.UTF_8),
                    stored,
                    new SetParams().px(60_000));
        }
        assertThat(other.get("b", Set.of(), () -> new Secret("own"))).isEqualTo(new Secret("own"));
        assertThat(other.statistics().unreadable()).isEqualTo(1);
    }

    private static NamedKey key(String id, int fill) {
        byte[] bytes = new byte[32];
        java.util.Arrays.fill(bytes, (byte) fill);
        return NamedKey.of(id, bytes);
    }

    @Test
    void largeValue_isKeptInMemoryOnly_andMemoryIsBounded() {
        TieredCache<String, String> texts = redis(server.port(), breakers)
                .cache("texts", (String key) -> key, CacheFormat.text())
                .largestValue(1_000)
                .memoryBytes(20_000)
                .build();
        texts.get("big", Set.of(), () -> "x".repeat(2_000));
        assertThat(texts.statistics().tooLarge()).isEqualTo(1);
        assertThat(texts.find("big")).isPresent();
        for (int i = 0; i < 100; i++) {
            texts.get("k" + i, Set.of(), () -> "x".repeat(900));
        }
        assertThat(texts.statistics().bytes()).isBetween(1L, 20_000L);
        try (RedisClient raw = RedisClient.create("127.0.0.1", server.port())) {
            assertThat(raw.exists(prefix + "cache:texts:{kbig}")).isFalse();
            assertThat(raw.exists(prefix + "cache:texts:{kk1}")).isTrue();
            assertThat(raw.exists(prefix + "cache:texts:{kbig}:lease")).isFalse();
        }
    }

    @Test
    void refresh_whatIsAskedForMost_isLoadedAgainBySomeoneElse() {
        AtomicInteger version = new AtomicInteger(1);
        TieredCache<String, Integer> other =
                node().refresh(3, key -> 100 + version.get(), threads).build();
        for (int i = 0; i < 5; i++) {
            other.get("hot", Set.of("x"), version::get);
        }
        other.get("cold", Set.of("x"), version::get);
        version.set(2);

        cache.invalidateTag("x");

        within(() -> assertThat(other.find("hot")).contains(102));
        assertThat(other.find("cold")).isEmpty();
    }

    @Test
    void deadRedis_costsHitsOnly_andHearsAfterwards() {
        try (Cable cable = new Cable(server.port())) {
            TieredCache<String, Integer> cutOff = redis(cable.port(), breakers)
                    .cache("numbers", (String key) -> key, NUMBERS)
                    .build();
            assertThat(cutOff.get("a", Set.of("x"), () -> 1)).isEqualTo(1);
            assertThat(cache.get("a", Set.of("x"), () -> 9)).isEqualTo(1);

            cable.cut();
            assertThat(cutOff.find("a")).contains(1);
            for (int i = 0; i < 30; i++) {
                int number = i;
                assertThat(cutOff.get("n" + i, Set.of("x"), () -> number)).isEqualTo(i);
                assertThat(cutOff.get("n" + i, Set.of("x"), () -> -1)).isEqualTo(i);
            }
            assertThat(breakers.find(NestRedis.CACHE_BREAKER).orElseThrow().state())
                    .isEqualTo(BreakerState.OPEN);
            cutOff.invalidate("a");
            assertThat(cutOff.find("a")).isEmpty();
            assertThat(cutOff.statistics().waiting()).isPositive();
            assertThat(cache.find("a")).contains(1);
            cache.get("b", Set.of("y"), () -> 3);
            cache.invalidateTag("x");

            cable.mend();
            within(() -> assertThat(cache.find("a")).isEmpty());
            within(() -> assertThat(cutOff.statistics().waiting()).isZero());
            within(() -> assertThat(cutOff.find("n1")).isEmpty());
        }
    }

    @Test
    void forgottenNotes_makeANodeForgetAll() {
        cache.get("a", Set.of("x"), () -> 1);
        within(() -> assertThat(cache.find("a")).contains(1));
        try (RedisClient raw = RedisClient.create("127.0.0.1", server.port())) {
            node().build().invalidateTag("other");
            within(() -> assertThat(raw.exists(prefix + "{cache:notes}:number")).isTrue());
            within(() -> assertThat(cache.statistics().invalidations()).isPositive());
            raw.del(prefix + "cache:numbers:{ka}");
            raw.del(prefix + "{cache:notes}");
            raw.set(prefix + "{cache:notes}:number", "1000");
        }
        within(() -> assertThat(cache.find("a")).isEmpty());
    }

    @Test
    void get_keyFunctionOrLoadFails_isTheCallersAndNothingIsHeld() {
        assertThatThrownBy(() -> cache.get("a", Set.of(), () -> {
                    throw new AssertionError("load");
                }))
                .isInstanceOf(AssertionError.class);
        assertThat(cache.get("a", Set.of(), () -> 1)).isEqualTo(1);
        assertThat(cache.statistics().loadFailures()).isEqualTo(1);
    }
}
