package io.nestcms.webhook.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.nestcms.webhook.GuardFailurePolicy;
import io.nestcms.webhook.ReplayClaim;
import io.nestcms.webhook.ReplayClaim.Granted;
import io.nestcms.webhook.ReplayGuard;
import io.nestcms.webhook.ReplayGuardContract;
import io.nestcms.webhook.SignatureScheme;
import io.nestcms.webhook.SigningSecret;
import io.nestcms.webhook.WebhookAnswer;
import io.nestcms.webhook.WebhookException;
import io.nestcms.webhook.WebhookRequest;
import io.nestcms.webhook.WebhookSigner;
import io.nestcms.webhook.WebhookVerifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

class RedisReplayGuardTest implements ReplayGuardContract {
    private static final Duration LEASE = Duration.ofMinutes(10);
    private static final Duration RETENTION = Duration.ofHours(10);
    private static final SigningSecret SECRET = SigningSecret.utf8("SKTEST0001-AAAAAAAAAA-BBBBBBBBBB");

    private static RedisServer server;
    private static RedisClient redis;

    private final RedisReplayGuard guard = guard(redis);

    @BeforeAll
    static void start() throws IOException {
        RedisServer.require(System.getenv("CI"));
        server = RedisServer.start();
        redis = RedisClient.create("127.0.0.1", server.port());
    }

    @AfterAll
    static void stop() throws IOException {
        if (server != null) {
            redis.close();
            server.close();
        }
    }

    @BeforeEach
    void forget() {
        redis.flushAll();
    }

    @Override
    public ReplayGuard guard() {
        return guard;
    }

    @Override
    public void passLease() {
        pass(LEASE);
    }

    @Override
    public void passRetention() {
        pass(RETENTION);
    }

    /** As if so much time had gone by: every key is left what remains of its own time, Redis drops those with nothing left. */
    private static void pass(Duration time) {
        for (String key : redis.keys("*")) {
            redis.pexpire(key, redis.pttl(key) - time.toMillis());
        }
    }

    @Test
    void claim_holdsOneKeyWithTheLease_andThenWithTheRetention() {
        Granted claim = (Granted) guard.claim("abc");

        assertThat(redis.keys("*")).isEqualTo(Set.of("test:abc"));
        assertThat(redis.get("test:abc")).isEqualTo(claim.token()).matches("[0-9a-f]{32}");
        assertThat(redis.pttl("test:abc")).isBetween(1L, LEASE.toMillis());

        guard.commit(claim);
        assertThat(redis.get("test:abc")).isEqualTo("done");
        assertThat(redis.pttl("test:abc")).isBetween(LEASE.toMillis() + 1, RETENTION.toMillis());
    }

    @Test
    void claim_twoNodesWithHundredDeliveries_oneIsGranted() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (RedisClient other = RedisClient.create("127.0.0.1", server.port())) {
            RedisReplayGuard otherNode = guard(other);
            CountDownLatch start = new CountDownLatch(1);
            List<Future<ReplayClaim>> claims = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                RedisReplayGuard node = i % 2 == 0 ? guard : otherNode;
                claims.add(threads.submit(() -> {
                    start.await();
                    return node.claim("a");
                }));
            }
            start.countDown();
            int granted = 0;
            for (Future<ReplayClaim> claim : claims) {
                granted += claim.get() instanceof Granted ? 1 : 0;
            }
            assertThat(granted).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void require_missing_isSkippedByAPerson_andFailsTheGate() {
        List<Path> nowhere = List.of(Path.of("/nowhere/redis-server"));

        assertThatExceptionOfType(TestAbortedException.class).isThrownBy(() -> RedisServer.require(nowhere, null));
        assertThatIllegalStateException()
                .isThrownBy(() -> RedisServer.require(nowhere, "true"))
                .withMessageContaining("redis-server");
    }

    @Test
    void claim_onACluster_eachScriptTouchesOneKey() throws IOException {
        try (RedisServer node = RedisServer.start("--cluster-enabled", "yes")) {
            try (Jedis setUp = new Jedis("127.0.0.1", node.port())) {
                setUp.clusterAddSlots(IntStream.range(0, 16384).toArray());
                await().atMost(Duration.ofSeconds(30)).until(() -> clusterIsUp(setUp));
            }
            try (RedisClusterClient cluster =
                    RedisClusterClient.create(Set.of(new HostAndPort("127.0.0.1", node.port())))) {
                RedisReplayGuard clustered = guard(cluster);
                for (int i = 0; i < 100; i++) {
                    Granted claim = (Granted) clustered.claim("delivery-" + i);
                    clustered.commit(claim);
                    assertThat(clustered.claim("delivery-" + i)).isEqualTo(new ReplayClaim.Done());
                }
            }
        }
    }

    private static boolean clusterIsUp(Jedis node) {
        try {
            node.set("probe", "1");
            return true;
        } catch (JedisException notYet) {
            return false;
        }
    }

    @Test
    void claim_redisGone_saysSo() throws IOException {
        RedisServer mortal = RedisServer.start();
        try (RedisClient client = RedisClient.create("127.0.0.1", mortal.port())) {
            RedisReplayGuard orphan = guard(client);
            Granted claim = (Granted) orphan.claim("a");
            mortal.close();

            assertThatExceptionOfType(WebhookException.class).isThrownBy(() -> orphan.claim("b"));
            assertThatExceptionOfType(WebhookException.class).isThrownBy(() -> orphan.commit(claim));
            assertThatExceptionOfType(WebhookException.class).isThrownBy(() -> orphan.release(claim));
        } finally {
            mortal.close();
        }
    }

    @Test
    void handle_redisGoesDown_thePolicyDecides() throws IOException {
        AtomicInteger runs = new AtomicInteger();
        RedisServer mortal = RedisServer.start();
        try (RedisClient client = RedisClient.create("127.0.0.1", mortal.port())) {
            WebhookVerifier refusing = guarded(client, GuardFailurePolicy.REFUSE);
            WebhookVerifier proceeding = guarded(client, GuardFailurePolicy.PROCEED);
            assertThat(statusOf(refusing, "{\"a\":1}", runs)).isEqualTo(200);
            assertThat(statusOf(proceeding, "{\"a\":1}", runs)).isEqualTo(200);
            assertThat(runs).hasValue(1);

            mortal.close();

            assertThat(statusOf(refusing, "{\"a\":2}", runs)).isEqualTo(503);
            assertThat(runs).hasValue(1);
            assertThat(statusOf(proceeding, "{\"a\":2}", runs)).isEqualTo(200);
            assertThat(runs).hasValue(2);
        } finally {
            mortal.close();
        }
    }

    private static WebhookVerifier guarded(UnifiedJedis client, GuardFailurePolicy policy) {
        return WebhookVerifier.builder(SignatureScheme.github(), List.of(SECRET))
                .replayGuard(guard(client), policy)
                .build();
    }

    private static int statusOf(WebhookVerifier verifier, String json, AtomicInteger runs) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        WebhookRequest.Builder request = WebhookRequest.builder(body);
        WebhookSigner.of(SignatureScheme.github(), SECRET)
                .headers("", Instant.EPOCH, body)
                .forEach(request::header);
        return verifier.handle(request.build(), webhook -> {
                    runs.incrementAndGet();
                    return WebhookAnswer.ACCEPTED;
                })
                .answer()
                .status();
    }

    @Test
    void builder_wrongValues_areRefused() {
        RedisReplayGuard.Builder builder = RedisReplayGuard.builder(redis);

        assertThatIllegalArgumentException().isThrownBy(() -> builder.lease(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.retention(Duration.ofNanos(999_999)));
        assertThat(builder.build().claim("a")).isInstanceOf(Granted.class);
        assertThat(redis.keys("*")).isEqualTo(Set.of("nestcms:webhook:a"));
        assertThat(redis.pttl("nestcms:webhook:a"))
                .isBetween(1L, Duration.ofMinutes(1).toMillis());
    }

    private static RedisReplayGuard guard(UnifiedJedis client) {
        return RedisReplayGuard.builder(client)
                .prefix("test:")
                .lease(LEASE)
                .retention(RETENTION)
                .build();
    }
}
