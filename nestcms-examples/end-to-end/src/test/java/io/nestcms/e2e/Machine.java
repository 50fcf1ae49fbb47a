package io.nestcms.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What this machine has installed. Without it a person's build skips a test; the gate, which sets {@code CI}, fails. */
final class Machine {
    private Machine() {}

    /** The first of the programs that is there; the test goes no further without one. */
    static Path require(String... names) {
        Optional<Path> found = onPath(names);
        String wanted = String.join(" or ", names);
        if (found.isEmpty() && System.getenv("CI") != null) {
            throw new AssertionError("CI is set, and there is no " + wanted + " on the PATH");
        }
        assumeTrue(found.isPresent(), "needs " + wanted + " on the PATH");
        return found.orElseThrow();
    }

    private static Optional<Path> onPath(String... names) {
        // servers stand where only root's PATH looks
        String path = Objects.requireNonNullElse(System.getenv("PATH"), "") + File.pathSeparator + "/usr/sbin";
        return Arrays.stream(names)
                .flatMap(name -> Arrays.stream(path.split(File.pathSeparator)).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Runs a program to its end and gives what it printed; the test fails when it fails. */
    static String run(String program, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(require(program).toString()));
        command.addAll(arguments);
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(String.join(" ", command) + " failed: " + printed);
            }
            return printed;
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    /** Ends a process, politely at first where there is time, and waits until it is gone. */
    static void end(Process process, Duration time) {
        try {
            if (!time.isZero()) {
                process.destroy();
            }
            if (time.isZero() || !process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException stopped) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
