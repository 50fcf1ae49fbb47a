package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nestcms.server.ReferenceServer;
import io.nestcms.server.ServerSettings;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's curl blocks, as they stand there, run in a shell and take a payment. */
class ReadmeCurlTest {
    private static final Path README = Path.of("..", "..", "README.md");
    private static final Pattern BLOCK = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);

    @TempDir
    Path folder;

    private static boolean onPath(String name) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(each -> Files.isExecutable(Path.of(each, name)));
    }

    private static String script(String server) throws IOException {
        String readme = Files.readString(README);
        String section = readme.substring(readme.indexOf("### With curl only"), readme.indexOf("## Run the tests"));
        StringBuilder script = new StringBuilder();
        Matcher block = BLOCK.matcher(section);
        while (block.find()) {
            // the stream has no end
            if (!block.group(1).contains("/events")) {
                script.append(block.group(1));
            }
        }
        // a reader's second is long enough; a busy machine gets the time that it needs
        String wait = "for i in $(seq 600); do curl -s $SERVER/payments/v2/$ID -H \"Authorization: Bearer $TOKEN\""
                + " | grep -q '\"status\":\"SUCCEEDED\"' && break; sleep 0.1; done; ";
        assertThat(script.toString()).contains("sleep 1; ");
        return script.toString().replace("sleep 1; ", wait).replace("http://127.0.0.1:8080", server);
    }

    @Test
    void curlBlocks_pasted_takeAPayment() throws IOException, InterruptedException {
        assumeTrue(onPath("bash") && onPath("curl"), "needs bash and curl");
        ServerSettings settings = Stage.settings(folder.resolve("data"), null, ServerSettings.Origins.any(), Map.of());
        Path output = folder.resolve("output");
        try (ReferenceServer server = ReferenceServer.builder(settings).start()) {
            Process shell = new ProcessBuilder(
                            "bash", "-e", "-c", script(server.uri().toString()))
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();

            assertThat(shell.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(Files.readString(output)).contains("\"status\":\"SUCCEEDED\"");
            assertThat(shell.exitValue()).isZero();
        }
    }
}
