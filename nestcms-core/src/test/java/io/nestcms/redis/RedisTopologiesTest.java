package io.nestcms.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nestcms.access.RefreshToken;
import io.nestcms.access.Session;
import io.nestcms.access.SessionId;
import io.nestcms.access.SessionStore;
import io.nestcms.access.SessionStoreException;
import io.nestcms.cache.CacheFormat;
import io.nestcms.cache.TieredCache;
import io.nestcms.limit.RequestLimit;
import io.nestcms.redis.contract.LocalRedis;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.CircuitBreakers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A failover of Sentinel and one of a cluster whose slots move, under load from two nodes. */
class RedisTopologiesTest {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final Duration COMMAND = Duration.ofSeconds(1);
    private static final Duration TIME_TO_LIVE = Duration.ofSeconds(3);
    private static final List<String> KEYS =
            IntStream.range(0, 24).mapToObj(number -> "key-" + number).toList();

    private final List<AutoCloseable> open = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() throws Exception {
        threads.shutdownNow();
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private <T extends AutoCloseable> T opened(T each) {
        open.add(each);
        return each;
    }

    private NestRedis node(String url) {
        CircuitBreakers breakers = CircuitBreakers.builder().build();
        breakers.create(
                NestRedis.CACHE_BREAKER,
                BreakerSettings.cache()
                        .ignoreSlowCalls()
                        .backOff(1, Duration.ofSeconds(1))
                        .build());
        return opened(NestRedis.builder(RedisSettings.builder(url)
                        .commandTimeout(COMMAND)
                        .connectTimeout(COMMAND)
                        .build())
                .breakers(breakers)
                .build());
    }

    @Test
    void sentinel_masterKilled_costsHitsOnly() {
        LocalRedis master = opened(LocalRedis.start());
        opened(LocalRedis.start("--replicaof", "127.0.0.1 " + master.port()));
        LocalRedis sentinel = opened(LocalRedis.sentinel(master.port()));
        String url = "redis-sentinel://127.0.0.1:" + sentinel.port() + "/?master=nest";
        await().atMost(LIMIT)
                .until(() -> run(sentinel, "sentinel", "replicas", "nest").contains("ip"));
        await().atMost(LIMIT).until(() -> run(master, "info", "replication").contains("state=online"));

        sessionsAndLimitsGoOn(url, List.of(master), () -> underLoad(url, master::kill));
    }

    @Test
    void cluster_slotsMovedAndAMasterKilled_costsHitsOnly() {
        List<LocalRedis> servers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            servers.add(opened(LocalRedis.start(
                    "--cluster-enabled",
                    "yes",
                    // long enough for a starved process not to count as dead: a failover that nobody ordered may lose
                    // writes
                    "--cluster-node-timeout",
                    "3000",
                    "--cluster-replica-validity-factor",
                    "0")));
        }
        List<String> create = new ArrayList<>(List.of("--cluster", "create"));
        servers.forEach(server -> create.add("127.0.0.1:" + server.port()));
        create.addAll(List.of("--cluster-replicas", "1", "--cluster-yes"));
        run(servers.get(0), create.toArray(String[]::new));
        for (LocalRedis server : servers) {
            await().atMost(LIMIT).until(() -> run(server, "cluster", "info").contains("cluster_state:ok"));
        }
        String url = servers.stream()
                .map(server -> "127.0.0.1:" + server.port())
                .collect(Collectors.joining(",", "redis-cluster://", ""));
        String to = run(servers.get(1), "cluster", "myid").strip();
        String from = run(servers.get(2), "cluster", "myid").strip();
        await().atMost(LIMIT)
                .until(() -> servers.stream()
                                .filter(server ->
                                        run(server, "info", "replication").contains("master_link_status:up"))
                                .count()
                        == 3);

        sessionsAndLimitsGoOn(
                url,
                servers.subList(0, 3),
                () -> underLoad(url, () -> {
                    run(
                            servers.get(0),
                            "--cluster",
                            "reshard",
                            "127.0.0.1:" + servers.get(0).port(),
                            "--cluster-from",
                            from,
                            "--cluster-to",
                            to,
                            "--cluster-slots",
                            "400",
                            "--cluster-yes");
                    servers.get(0).kill();
                }));
    }

    private void sessionsAndLimitsGoOn(String url, List<LocalRedis> masters, Runnable between) {
        NestRedis redis = node(url);
        SessionStore sessions = redis.sessions();
        Instant now = Instant.now();
        SessionId id = new SessionId("u1", "s1");
        RefreshToken token = RefreshToken.first(id, new java.security.SecureRandom());
        await().atMost(LIMIT).ignoreExceptions().untilAsserted(redis::ping);
        sessions.open(Session.begin(id, now, Session.Limits.standard(), "", ""), token, now);
        // a replica is called online up to a second before it is sent anything, and what it was not sent ends with its
        // master
        masters.forEach(RedisTopologiesTest::awaitReplicated);

        between.run();

        await().atMost(LIMIT)
                .ignoreExceptionsInstanceOf(SessionStoreException.class)
                .untilAsserted(() -> assertThat(sessions.find(id, now)).isPresent());
        RequestLimit two = new RequestLimit("two", 2, Duration.ofHours(1));
        assertThat(redis.requestLimits().take(two, "a").isAllowed()).isTrue();
    }

    /** Waits until the replica has confirmed all that its master had written by now. */
    private static void awaitReplicated(LocalRedis master) {
        long written = offset("master_repl_offset:(\\d+)", master);
        await().atMost(LIMIT).until(() -> offset("slave0:.*,offset=(\\d+)", master) >= written);
    }

    private static long offset(String pattern, LocalRedis master) {
        Matcher found = Pattern.compile(pattern).matcher(run(master, "info", "replication"));
        return found.find() ? Long.parseLong(found.group(1)) : -1;
    }

    /** Two nodes read and change; each value read is compared with what was true within its time to live. */
    private void underLoad(String url, Runnable disaster) {
        ConcurrentHashMap<String, AtomicLong> truth = new ConcurrentHashMap<>();
        ConcurrentHashMap<String, ConcurrentSkipListMap<Long, Long>> changedAt = new ConcurrentHashMap<>();
        KEYS.forEach(key -> {
            truth.put(key, new AtomicLong());
            changedAt.put(key, new ConcurrentSkipListMap<>());
        });
        List<TieredCache<String, Long>> nodes = List.of(cache(url), cache(url));
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        AtomicLong reads = new AtomicLong();
        AtomicLong changes = new AtomicLong();
        AtomicLong stop = new AtomicLong();
        for (int thread = 0; thread < 4; thread++) {
            TieredCache<String, Long> cache = nodes.get(thread % 2);
            boolean changing = thread < 2;
            java.util.Random random = new java.util.Random(thread);
            threads.execute(() -> {
                while (stop.get() == 0) {
                    String key = KEYS.get(random.nextInt(KEYS.size()));
                    try {
                        if (changing) {
                            long version = truth.get(key).incrementAndGet();
                            changedAt.get(key).put(version, System.nanoTime());
                            if (version % 2 == 0) {
                                cache.invalidate(key);
                            } else {
                                cache.invalidateTag("tag-" + key);
                            }
                            changes.incrementAndGet();
                            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                        } else {
                            long begun = System.nanoTime();
                            long value = cache.get(
                                    key,
                                    Set.of("tag-" + key),
                                    () -> truth.get(key).get());
                            Long ended = changedAt.get(key).get(value + 1);
                            // its load had begun within the time to live; Redis' own time counts from when it got the
                            // value
                            long bound = TIME_TO_LIVE.plus(COMMAND).toNanos();
                            if (ended != null && begun - ended > bound) {
                                wrong.add(key + " is " + value + ", changed " + (begun - ended) / 1_000_000
                                        + " ms before");
                            }
                            reads.incrementAndGet();
                        }
                    } catch (RuntimeException | Error failed) {
                        wrong.add(failed.toString());
                    }
                }
            });
        }
        await().atMost(LIMIT).until(() -> sharedHits(nodes) > 20 && changes.get() > 20);

        disaster.run();

        long hits = sharedHits(nodes);
        long changed = changes.get();
        await().atMost(LIMIT).until(() -> sharedHits(nodes) > hits + 100 && changes.get() > changed + 100);
        stop.set(1);
        // what could not be sent in the gap is sent, and then every key is read as it is
        await().atMost(LIMIT)
                .until(() -> nodes.stream().allMatch(node -> node.statistics().waiting() == 0));
        for (TieredCache<String, Long> node : nodes) {
            for (String key : KEYS) {
                await().atMost(LIMIT)
                        .until(() -> node.get(
                                        key,
                                        Set.of("tag-" + key),
                                        () -> truth.get(key).get())
                                == truth.get(key).get());
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(reads).hasPositiveValue();
    }

    private TieredCache<String, Long> cache(String url) {
        return node(url)
                .cache(
                        "numbers",
                        (String key) -> key,
                        CacheFormat.of(
                                Long.class,
                                number -> number.toString().getBytes(StandardCharsets.UTF_8),
                                bytes -> Long.valueOf(new String(bytes, StandardCharsets.UTF_8))))
                .timeToLive(TIME_TO_LIVE)
                .build();
    }

    private static long sharedHits(List<TieredCache<String, Long>> nodes) {
        return nodes.stream().mapToLong(node -> node.statistics().sharedHits()).sum();
    }

    private static String run(LocalRedis server, String... arguments) {
        List<String> command = new ArrayList<>(List.of("redis-cli", "-p", Integer.toString(server.port())));
        command.addAll(List.of(arguments));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return answer;
        } catch (IOException broken) {
            throw new IllegalStateException("redis-cli cannot be run", broken);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
