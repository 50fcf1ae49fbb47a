package io.nestcms.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.MongoCommandException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** That the check sees what a test swallowed, and that no class of tests goes without it. */
@ExtendWith(RefusalCheck.class)
class RefusalCheckTest {
    @Test
    void refusalThatIsSwallowed_isToldOnce() {
        assumeTrue(System.getenv("NESTCMS_TEST_MONGODB_URI") == null, "a real deployment refuses nothing");
        Document unknown = new Document("find", "c").append("filter", new Document("$where", "1"));
        assertThatThrownBy(() -> TestMongo.client()
                        .getDatabase(TestMongo.freshDatabase())
                        .runCommand(unknown))
                .isInstanceOf(MongoCommandException.class);

        assertThat(TestMongo.newRefusals()).singleElement().asString().contains("$where");
        assertThat(TestMongo.newRefusals()).isEmpty();
    }

    @Test
    void everyClassOfTests_hasTheCheck() throws Exception {
        Path directory = Path.of(RefusalCheckTest.class
                        .getResource("RefusalCheckTest.class")
                        .toURI())
                .resolveSibling("");
        List<String> names;
        try (Stream<Path> files = Files.list(directory)) {
            names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Test.class") && !name.contains("$"))
                    .map(name -> "io.nestcms.mongo." + name.replace(".class", ""))
                    .toList();
        }

        assertThat(names).hasSizeGreaterThan(20);
        for (String name : names) {
            ExtendWith extended = Class.forName(name).getAnnotation(ExtendWith.class);
            assertThat(extended).as(name).isNotNull();
            assertThat(extended.value()).as(name).contains(RefusalCheck.class);
        }
    }
}
