package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.server.ReferenceServer;
import io.nestcms.server.ServerSettings;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's curl blocks, as they stand there, run in a shell and take a payment. */
class ReadmeCurlTest {
    private static final Path README = Path.of("..", "..", "README.md");
    private static final Pattern BLOCK = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);

    @TempDir
    Path folder;

    private static List<String> blocks() throws IOException {
        String readme = Files.readString(README);
        String section = readme.substring(readme.indexOf("### With curl only"), readme.indexOf("## Run the tests"));
        return BLOCK.matcher(section).results().map(found -> found.group(1)).toList();
    }

    /** Each block goes in as a reader pastes it, after the one before has ended; the stream is ended as Ctrl-C ends it. */
    @Test
    void curlBlocks_pastedOneAfterAnother_takeAPaymentAndGiveAPartBack() throws IOException, InterruptedException {
        Path bash = Machine.require("bash");
        Machine.require("curl");
        ServerSettings settings = Stage.settings(folder.resolve("data"), null, ServerSettings.Origins.any(), Map.of());
        Path output = folder.resolve("output");
        try (ReferenceServer server = ReferenceServer.builder(settings).start()) {
            Process shell = new ProcessBuilder(bash.toString())
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try (Writer paste = shell.outputWriter(StandardCharsets.UTF_8)) {
                int number = 0;
                for (String block : blocks()) {
                    String end = "end of block " + ++number;
                    paste.write(
                            block.replace("http://127.0.0.1:8080", server.uri().toString()));
                    paste.write("echo " + end + "\n");
                    paste.flush();
                    if (block.contains("/events")) {
                        await().until(() -> shell.descendants().findAny().isPresent());
                        shell.descendants().forEach(ProcessHandle::destroy);
                    }
                    await().until(() -> Files.readString(output).contains(end));
                }
            }

            assertThat(shell.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(Files.readString(output))
                    .contains("\"status\":\"SUCCEEDED\"")
                    .contains("\"kind\":\"REFUND\"", "\"state\":\"DONE\"", "\"status\":\"PARTIALLY_REFUNDED\"");
        }
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(2));
    }
}
