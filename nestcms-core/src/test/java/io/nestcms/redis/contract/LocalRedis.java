package io.nestcms.redis.contract;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;

/**
 * Real Redis processes for tests, on free ports of this machine, without lasting files, ended with the JVM. Without
 * {@code redis-server} a person's build skips the test; the gate, which sets {@code CI}, fails.
 */
public final class LocalRedis implements AutoCloseable {
    private static final List<Path> BINARIES =
            List.of(Path.of("/usr/bin/redis-server"), Path.of("/usr/local/bin/redis-server"));
    private static final Map<String, LocalRedis> SHARED = new ConcurrentHashMap<>();

    private final Process process;
    private final int port;

    private LocalRedis(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** The one server that all tests of this JVM use, each under a prefix of its own. */
    public static LocalRedis shared() {
        return SHARED.computeIfAbsent("shared", name -> start());
    }

    /** A server of one's own. */
    public static LocalRedis start(String... options) {
        return start(freePort(), List.of(), options);
    }

    /** A Sentinel that watches a master called {@code nest}. */
    public static LocalRedis sentinel(int master) {
        // long enough for a starved process not to count as dead: a failover that nobody ordered may lose writes
        String config = String.join(
                "\n",
                "sentinel monitor nest 127.0.0.1 " + master + " 1",
                "sentinel down-after-milliseconds nest 3000",
                "sentinel failover-timeout nest 2000",
                "sentinel parallel-syncs nest 1",
                "");
        return start(freePort(), List.of("--sentinel"), config);
    }

    private static LocalRedis start(int port, List<String> mode, String... options) {
        Path binary = BINARIES.stream().filter(Files::isExecutable).findFirst().orElse(null);
        if (binary == null && System.getenv("CI") != null) {
            throw new IllegalStateException("CI is set and redis-server is not installed: none of " + BINARIES);
        }
        Assumptions.assumeTrue(binary != null, "redis-server is not installed");
        try {
            Path folder = Files.createTempDirectory("redis");
            List<String> command = new ArrayList<>(List.of(String.valueOf(binary)));
            if (!mode.isEmpty()) {
                Path config = folder.resolve("sentinel.conf");
                Files.writeString(config, String.join("\n", options), StandardCharsets.UTF_8);
                command.add(config.toString());
            }
            command.addAll(
                    List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--dir", folder.toString()));
            if (mode.isEmpty()) {
                command.addAll(List.of("--save", "", "--repl-diskless-sync-delay", "0"));
                command.addAll(List.of(options));
            }
            command.addAll(mode);
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
            LocalRedis server = new LocalRedis(process, port);
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            server.awaitOpen();
            return server;
        } catch (IOException broken) {
            throw new IllegalStateException("redis-server cannot be started", broken);
        }
    }

    private void awaitOpen() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!accepts()) {
            if (System.nanoTime() - end > 0 || !process.isAlive()) {
                throw new IllegalStateException("redis-server does not listen on " + port);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private boolean accepts() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /** A URL for {@code RedisSettings}. */
    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** Ends it at once, as a crash would. */
    public void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("redis-server does not end");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        kill();
    }

    /** A port below those that a cluster node adds 10000 to. */
    private static int freePort() {
        int first = 21_000 + (int) (ProcessHandle.current().pid() % 90) * 100;
        for (int step = 0; step < 10_000; step++) {
            int port = 21_000 + (first - 21_000 + step) % 10_000;
            try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                    ServerSocket bus = new ServerSocket(port + 10_000, 1, InetAddress.getLoopbackAddress())) {
                return Math.min(probe.getLocalPort(), bus.getLocalPort());
            } catch (IOException taken) {
                // the next one
            }
        }
        throw new IllegalStateException("no free port from 21000 to 31000");
    }
}
