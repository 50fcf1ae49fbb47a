package io.nestcms.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The documents say what is there: every Java snippet is a part of a class that the build compiles and runs
 * ({@code io.nestcms.conformance.snippets}), and every link to a file of the repository leads somewhere.
 */
class DocumentsTest {
    private static final Path ROOT = Path.of("..", "..");
    private static final Path SNIPPETS = Path.of("src", "test", "java", "io", "nestcms", "conformance", "snippets");
    private static final Pattern JAVA_BLOCK = Pattern.compile("(?ms)^```java\\n(.*?)^```");
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|mailto:|#)([^)#\\s]+)(?:#[^)]*)?\\)");

    @Test
    void javaSnippets_arePartsOfTestedClasses() throws IOException {
        String sources;
        try (Stream<Path> files = Files.walk(SNIPPETS)) {
            sources = files.filter(file -> file.toString().endsWith(".java"))
                    .map(DocumentsTest::read)
                    .map(DocumentsTest::normal)
                    .reduce("", String::concat);
        }
        int found = 0;
        for (Path document : documents()) {
            Matcher block = JAVA_BLOCK.matcher(read(document));
            while (block.find()) {
                found++;
                assertThat(sources).as("snippet in " + document).contains(normal(block.group(1)));
            }
        }
        assertThat(found).isPositive();
    }

    @Test
    void links_leadSomewhere() throws IOException {
        for (Path document : documents()) {
            Matcher link = LINK.matcher(read(document));
            while (link.find()) {
                Path target = document.resolveSibling(link.group(1));
                assertThat(target).as("link in " + document).exists();
            }
        }
    }

    @Test
    void theGate_runsTheTestCommandOfTheReadme() {
        Matcher command =
                Pattern.compile("(?s)## Run the tests.*?```sh\\n(.*?)\\n```").matcher(read(ROOT.resolve("README.md")));

        assertThat(command.find()).isTrue();
        assertThat(read(ROOT.resolve(".ci/run")).lines()).contains(command.group(1));
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> top = Files.list(ROOT);
                Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(top, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .toList();
        }
    }

    /** Indentation and line breaks are the formatter's. */
    private static String normal(String code) {
        return code.replaceAll("\\s+", "");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
