package io.nestcms.testkit;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;

/** An embedded node in a JVM of its own, to be killed. */
final class NodeProcess implements AutoCloseable {
    private final Process process;
    private final int port;

    private NodeProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts the node; any free port if 0. */
    static NodeProcess start(Path directory, int port, long compactAfterBytes) throws IOException {
        Path told = Files.createTempFile("node", ".port");
        Files.delete(told);
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Path log = Files.createTempFile("node", ".log");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath.replace(';', File.pathSeparatorChar),
                        NodeProcess.class.getName(),
                        directory.toString(),
                        String.valueOf(port),
                        String.valueOf(compactAfterBytes),
                        told.toString()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Awaitility.await("the node tells its port; its log is " + log)
                .atMost(Duration.ofSeconds(60))
                .failFast(() -> !process.isAlive())
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Files.exists(told));
        int actual = Integer.parseInt(Files.readString(told));
        Files.delete(told);
        Files.delete(log);
        return new NodeProcess(process, actual);
    }

    int port() {
        return port;
    }

    String uri(String options) {
        return "mongodb://127.0.0.1:" + port + "/?replicaSet=embedded" + options;
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }

    public static void main(String[] args) throws Exception {
        try (EmbeddedMongo node = EmbeddedMongo.builder()
                .dataDirectory(Path.of(args[0]))
                .port(Integer.parseInt(args[1]))
                .compactAfterBytes(Long.parseLong(args[2]))
                .start()) {
            Path told = Path.of(args[3]);
            Path written = Files.writeString(told.resolveSibling(told.getFileName() + ".tmp"), "" + node.port());
            Files.move(written, told, StandardCopyOption.ATOMIC_MOVE);
            new CountDownLatch(1).await();
        }
    }
}
