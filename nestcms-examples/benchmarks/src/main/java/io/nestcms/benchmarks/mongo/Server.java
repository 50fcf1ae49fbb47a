package io.nestcms.benchmarks.mongo;

import io.nestcms.testkit.EmbeddedMongo;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The test kit's node in a JVM of its own, in memory: what it allocates and compiles is not counted to the client. */
final class Server implements AutoCloseable {
    private final Process process;
    private final String uri;

    private Server(Process process, String uri) {
        this.process = process;
        this.uri = uri;
    }

    static Server start() throws IOException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx3g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Server.class.getName()))
                .redirectError(Redirect.INHERIT)
                .start();
        // not closed: the node logs there as long as it lives
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("mongodb://")) {
                Thread drain = new Thread(() -> out.lines().forEach(each -> {}), "server-output");
                drain.setDaemon(true);
                drain.start();
                return new Server(process, line);
            }
        }
        throw new IOException("the node did not start");
    }

    String uri() {
        return uri;
    }

    @Override
    public void close() {
        process.destroy();
    }

    /**
     * The node's own program: tells its address and ends with the process.
     *
     * @param args none
     */
    public static void main(String[] args) {
        try (EmbeddedMongo node = EmbeddedMongo.builder().start()) {
            System.out.println(node.uri());
            // ends when the benchmark does, even if it was killed
            while (System.in.read() >= 0) {
                // nothing is expected
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
