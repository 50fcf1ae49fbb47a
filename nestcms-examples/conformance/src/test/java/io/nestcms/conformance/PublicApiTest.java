package io.nestcms.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The exported packages and public types of each artifact are those of a checked-in list: to make something public is a
 * decision that shows in a review. {@code -Dapi.update=true} writes the lists anew.
 */
class PublicApiTest {
    private static final Path LISTS = Path.of("src", "test", "resources", "api");

    @ParameterizedTest
    @EnumSource
    void publicTypes_areTheListedOnes(Library library) throws IOException {
        ModuleDescriptor descriptor = library.descriptor();
        Set<String> exported = descriptor.exports().stream()
                .map(ModuleDescriptor.Exports::source)
                .collect(Collectors.toSet());
        JavaClasses classes = new ClassFileImporter().importLocations(java.util.List.of(library.classes()));

        Set<String> actual = new TreeSet<>();
        exported.forEach(name -> actual.add("package " + name));
        for (JavaClass type : classes) {
            if (exported.contains(type.getPackageName()) && isPublic(type)) {
                actual.add("type " + type.getName());
            }
        }

        Path list = LISTS.resolve(library.module() + ".txt");
        if (Boolean.getBoolean("api.update")) {
            Files.write(list, actual);
        }
        assertThat(actual).containsExactlyElementsOf(Files.readAllLines(list));
    }

    @ParameterizedTest
    @EnumSource
    void exports_areToEverybody(Library library) {
        assertThat(library.descriptor().exports()).noneMatch(ModuleDescriptor.Exports::isQualified);
        assertThat(library.descriptor().isOpen()).isFalse();
    }

    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && !type.getSimpleName().equals("package-info")
                && !type.getModifiers().contains(JavaModifier.SYNTHETIC)
                && type.getEnclosingClass().map(PublicApiTest::isPublic).orElse(true);
    }
}
