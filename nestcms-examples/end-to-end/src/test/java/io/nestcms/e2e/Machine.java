package io.nestcms.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

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
        String path = System.getenv("PATH");
        return Arrays.stream(names)
                .flatMap(name -> path == null
                        ? Stream.empty()
                        : Arrays.stream(path.split(File.pathSeparator)).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
