package io.nestcms.conformance;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rules of the design that a compiler does not check. */
class ArchitectureTest {
    private static final JavaClasses LIBRARIES = new ClassFileImporter()
            .importLocations(
                    Arrays.stream(Library.values()).map(Library::classes).toList());

    private static final List<String> AVOIDED =
            List.of("Manager", "Helper", "Util", "Utils", "Impl", "Enhanced", "Abstract", "Base");

    @Test
    void everyLibraryIsSeen() {
        for (String name : List.of(
                "io.nestcms.payment.service.Payments",
                "io.nestcms.webhook.WebhookException",
                "io.nestcms.paytabs.PayTabsException",
                "io.nestcms.mongo.NestMongoException")) {
            assertThat(LIBRARIES.contain(name)).as(name).isTrue();
        }
    }

    @Test
    void failsafe_onlyInResilienceAndTheGateway() {
        only("dev.failsafe..", "io.nestcms.resilience..", "io.nestcms.paytabs..");
    }

    @Test
    void okHttp_onlyInPayTabs() {
        only("okhttp3..", "io.nestcms.paytabs..");
    }

    @Test
    void jackson_onlyInPayTabs() {
        only("com.fasterxml.jackson..", "io.nestcms.paytabs..");
    }

    @Test
    void mongo_onlyInMongo() {
        only("com.mongodb..", "io.nestcms.mongo..");
        only("org.bson..", "io.nestcms.mongo..");
    }

    @Test
    void redis_onlyInRedisPackages() {
        only("redis.clients..", "io.nestcms..redis..");
    }

    @Test
    void jsoup_onlyWithArticles() {
        only("org.jsoup..", "io.nestcms.cms.article..");
    }

    @Test
    void awsSdk_onlyInStorage() {
        only("software.amazon.awssdk..", "io.nestcms.storage..");
    }

    @Test
    void telemetry_onlyInItsPackages() {
        only("io.micrometer..", "io.nestcms.metrics..", "io.nestcms.mongo..", "io.nestcms.paytabs..");
        only("io.opentelemetry..", "io.nestcms.tracing..");
    }

    private static void only(String library, String... allowed) {
        noClasses()
                .that(not(resideInAnyPackage(allowed)))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(LIBRARIES);
    }

    @Test
    void core_knowsNoOtherModule() {
        noClasses()
                .that(not(resideInAnyPackage("io.nestcms.paytabs..", "io.nestcms.mongo..", "io.nestcms.webhook..")))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.nestcms.paytabs..", "io.nestcms.mongo..", "io.nestcms.webhook..")
                .check(LIBRARIES);
    }

    @Test
    void contentManagement_isAWingThatPaymentsDoNotKnow() {
        noClasses()
                .that(not(resideInAnyPackage("io.nestcms.cms..", "io.nestcms.mongo..")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.nestcms.cms..")
                .check(LIBRARIES);
    }

    @Test
    void webhookSecurity_knowsNothingOfOurs() {
        noClasses()
                .that()
                .resideInAPackage("io.nestcms.webhook..")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("io.nestcms..").and(not(resideInAPackage("io.nestcms.webhook.."))))
                .check(LIBRARIES);
    }

    @Test
    void packages_haveNoCycles() {
        slices().matching("io.nestcms.(**)").should().beFreeOfCycles().check(LIBRARIES);
    }

    @Test
    void statics_areConstants() {
        fields().that().areStatic().should().beFinal().check(LIBRARIES);
    }

    @Test
    void output_isLoggedThroughSlf4j() {
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(LIBRARIES);
        NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(LIBRARIES);
    }

    @Test
    void names_sayWhatAThingIs() {
        for (JavaClass type : LIBRARIES) {
            for (String avoided : AVOIDED) {
                assertThat(words(type.getSimpleName())).as(type.getName()).doesNotContain(avoided);
            }
        }
    }

    private static List<String> words(String name) {
        return Arrays.asList(name.split("(?=\\p{Upper})"));
    }

    @Test
    void packages_areNullMarkedAndLowerCase() {
        for (JavaPackage each : LIBRARIES.getPackage("io.nestcms").getSubpackagesInTree()) {
            if (each.getClasses().isEmpty()) {
                continue;
            }
            assertThat(each.isAnnotatedWith(NullMarked.class))
                    .as(each.getName())
                    .isTrue();
            assertThat(each.getName()).isEqualTo(each.getName().toLowerCase(Locale.ROOT));
        }
    }
}
