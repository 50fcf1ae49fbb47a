package io.nestcms.webhook.redis;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A Redis of its own, on a free port, without files, ended with the test. */
final class RedisServer implements AutoCloseable {
    private static final List<Path> BINARIES =
            List.of(Path.of("/usr/bin/redis-server"), Path.of("/usr/local/bin/redis-server"));

    private final Process process;
    private final int port;

    private RedisServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Without it a person's build skips the tests; the gate, which sets {@code CI}, fails. */
    static void require(@Nullable String ci) {
        require(BINARIES, ci);
    }

    static void require(List<Path> binaries, @Nullable String ci) {
        boolean installed = binaries.stream().anyMatch(Files::isExecutable);
        if (!installed && ci != null) {
            throw new IllegalStateException("CI is set and redis-server is not installed: none of " + binaries);
        }
        assumeTrue(installed, "redis-server is not installed");
    }

    static RedisServer start(String... options) throws IOException {
        Path binary = BINARIES.stream().filter(Files::isExecutable).findFirst().orElseThrow();
        int port = freePort();
        Path folder = Files.createTempDirectory("redis");
        List<String> command = new ArrayList<>(List.of(
                binary.toString(),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                folder.toString()));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        RedisServer server = new RedisServer(process, port);
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        await().atMost(Duration.ofSeconds(30)).until(server::accepts);
        return server;
    }

    int port() {
        return port;
    }

    private boolean accepts() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** A port below those that a cluster node adds 10000 to. */
    private static int freePort() throws IOException {
        for (int port = 21_000; port < 31_000; port++) {
            try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                    ServerSocket bus = new ServerSocket(port + 10_000, 1, InetAddress.getLoopbackAddress())) {
                return Math.min(probe.getLocalPort(), bus.getLocalPort());
            } catch (IOException taken) {
                continue;
            }
        }
        throw new IOException("no free port from 21000 to 31000");
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
