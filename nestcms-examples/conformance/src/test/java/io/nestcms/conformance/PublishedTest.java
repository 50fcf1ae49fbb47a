package io.nestcms.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The BOM names what is published, and what it names is installed and deployed. */
class PublishedTest {
    private static final Path ROOT = Path.of("..", "..");
    private static final Pattern ARTIFACT = Pattern.compile("<artifactId>(nestcms-[a-z-]+)</artifactId>");
    private static final List<String> PUBLISHED = List.of(
            "nestcms-core",
            "nestcms-paytabs",
            "nestcms-webhook-security",
            "nestcms-mongo",
            "nestcms-spring-boot-starter",
            "nestcms-jakarta",
            "nestcms-paytabs-sandbox",
            "nestcms-mongo-testkit");

    @Test
    void theBom_namesWhatIsPublished() throws IOException {
        String pom = Files.readString(ROOT.resolve("pom.xml"));
        String managed = pom.substring(pom.indexOf("<dependencyManagement>"), pom.indexOf("</dependencyManagement>"));
        assertThat(ARTIFACT.matcher(managed).results().map(it -> it.group(1))).containsExactlyElementsOf(PUBLISHED);
    }

    @Test
    void examples_installOnlyWhatTheBomNames() throws IOException {
        List<String> installed = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT.resolve("nestcms-examples"))) {
            for (Path module :
                    modules.filter(it -> Files.exists(it.resolve("pom.xml"))).toList()) {
                String pom = Files.readString(module.resolve("pom.xml"));
                boolean installs = pom.contains("<maven.install.skip>false</maven.install.skip>");
                assertThat(pom.contains("<maven.deploy.skip>false</maven.deploy.skip>"))
                        .as(module.toString())
                        .isEqualTo(installs);
                if (installs) {
                    installed.add(ARTIFACT.matcher(pom.substring(pom.indexOf("</parent>")))
                            .results()
                            .findFirst()
                            .orElseThrow()
                            .group(1));
                }
            }
        }
        assertThat(installed).containsExactlyInAnyOrderElementsOf(PUBLISHED.subList(4, 8));
    }
}
