package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.server.Main;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process itself: refused with one line, and stopped at any moment of its start without a stack trace. */
class StartTest {
    private static final int TERMINATED = 143;

    @TempDir
    Path data;

    private final List<Process> processes = new ArrayList<>();

    /** A server of its own; its words are in {@code out} and its log in {@code log} of its directory. */
    private final class Server {
        private final Path directory;
        private final Process process;

        private Server(String name, List<String> options, Map<String, String> settings) throws IOException {
            directory = Files.createDirectories(data.resolve(name));
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString()));
            command.addAll(options);
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectOutput(directory.resolve("out").toFile())
                    .redirectError(directory.resolve("log").toFile());
            builder.environment()
                    .putAll(Map.of("DATA_DIR", directory.resolve("data").toString(), "PORT", "0", "SANDBOX_PORT", "0"));
            builder.environment().putAll(settings);
            process = builder.start();
            processes.add(process);
        }

        private String text(String file) {
            try {
                return Files.readString(directory.resolve(file));
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }

        private boolean has(String file) {
            return Files.exists(directory.resolve("data").resolve(file));
        }

        private int exit() throws InterruptedException {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            return process.exitValue();
        }
    }

    @AfterEach
    void end() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void wrongSetting_oneLineAndExit2() throws Exception {
        Server refused = new Server("refused", List.of("-Xmx384m"), Map.of("PORT", "-99999999999"));

        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.text("out")).isEqualTo("Not started. PORT=-99999999999 is out of range: 0 to 65535\n");
        assertThat(refused.text("log")).isEmpty();
    }

    @Test
    void heapTooSmall_saysSo() throws Exception {
        Server refused = new Server("small", List.of("-Xmx32m"), Map.of());

        assertThat(refused.exit()).isEqualTo(3);
        assertThat(refused.text("out").lines()).singleElement().asString().contains("heap", "-Xmx");
    }

    @Test
    void terminated_atAnyMomentOfTheStart_ends() throws Exception {
        Map<String, Server> servers = new LinkedHashMap<>();
        for (String moment : List.of("begun", "database", "sandbox", "running")) {
            servers.put(moment, new Server(moment, List.of("-Xmx384m", "-XX:TieredStopAtLevel=1"), Map.of()));
        }
        Map<String, BooleanSupplier> moments = Map.of(
                "begun", () -> servers.get("begun").has(""),
                "database", () -> servers.get("database").has("mongo"),
                "sandbox", () -> servers.get("sandbox").has("sandbox-ledger.jsonl"),
                "running", () -> servers.get("running").text("out").contains("settings"));
        for (Map.Entry<String, Server> each : servers.entrySet()) {
            Stage.eventually().until(() -> moments.get(each.getKey()).getAsBoolean());
            each.getValue().process.destroy();
        }
        for (Map.Entry<String, Server> each : servers.entrySet()) {
            Server server = each.getValue();
            assertThat(server.exit()).as(each.getKey()).isEqualTo(TERMINATED);
            assertThat(server.text("out")).as(each.getKey()).contains("Stopped.");
            assertThat(server.text("out") + server.text("log"))
                    .as(each.getKey())
                    .doesNotContain("Exception", "\tat ", " ERROR ");
        }
    }
}
