package io.nestcms.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The server's rooms: one concern each, and nothing of another's. */
class RoomsTest {
    private static final JavaClasses SERVER = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.nestcms.server");

    @Test
    void rooms_areTheseAndNoOther() {
        assertThat(SERVER.getPackage("io.nestcms.server").getSubpackages())
                .extracting(JavaPackage::getRelativeName)
                .isSubsetOf("http", "access", "payment", "cms", "operations", "page", "redis", "notice")
                .contains("http", "access", "payment", "operations", "page");
    }

    @Test
    void rooms_haveNoCycles() {
        slices().matching("io.nestcms.server.(**)").should().beFreeOfCycles().check(SERVER);
    }

    @Test
    void rooms_knowNothingOfTheWiring() {
        noClasses()
                .that()
                .resideInAPackage("io.nestcms.server.*..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.nestcms.server")
                .check(SERVER);
    }

    @Test
    void rooms_knowHttpAndAccessOnly() {
        for (String room : List.of("payment", "cms", "operations", "page", "redis", "notice")) {
            String inside = "io.nestcms.server." + room + "..";
            noClasses()
                    .that()
                    .resideOutsideOfPackages("io.nestcms.server", inside)
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(inside)
                    .check(SERVER);
        }
    }
}
