package io.nestcms.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The exported packages, public types and members of each artifact are those of a checked-in list, with their erased signatures: to make
 * something public is a decision that shows in a review, and so is to take it away. {@code -Dapi.update=true} writes the lists anew.
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
        JavaClasses classes = new ClassFileImporter().importLocations(List.of(library.classes()));

        Set<String> actual = new TreeSet<>();
        exported.forEach(name -> actual.add("package " + name));
        for (JavaClass type : classes) {
            if (exported.contains(type.getPackageName()) && isPublic(type)) {
                actual.add("type " + type.getName() + ": " + kind(type));
                members(type).forEach(member -> actual.add("member " + member));
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

    /** What a caller may rely on of the type itself. */
    private static String kind(JavaClass type) {
        StringBuilder kind = new StringBuilder();
        if (type.isInterface()) {
            kind.append("interface");
        } else {
            kind.append(type.getModifiers().contains(JavaModifier.FINAL) ? "final " : "")
                    .append(type.getModifiers().contains(JavaModifier.ABSTRACT) ? "abstract " : "")
                    .append(type.isEnum() ? "enum" : type.isRecord() ? "record" : "class");
        }
        type.getRawSuperclass()
                .map(JavaClass::getName)
                .filter(name -> !name.startsWith("java.lang.") || name.endsWith("Exception"))
                .ifPresent(name -> kind.append(" extends ").append(name));
        String interfaces = type.getRawInterfaces().stream()
                .map(JavaClass::getName)
                .sorted()
                .collect(Collectors.joining(", "));
        return interfaces.isEmpty()
                ? kind.toString()
                : kind.append(" implements ").append(interfaces).toString();
    }

    /** Public and protected members that stand in the type itself, without what the compiler adds. */
    private static List<String> members(JavaClass type) {
        return type.getMembers().stream()
                .filter(PublicApiTest::isSeen)
                .map(member -> (member.getModifiers().contains(JavaModifier.STATIC) ? "static " : "")
                        + member.getFullName()
                        + (member instanceof JavaMethod method
                                ? ": " + method.getRawReturnType().getName()
                                : member instanceof JavaField field
                                        ? ": " + field.getRawType().getName()
                                        : ""))
                .toList();
    }

    private static boolean isSeen(JavaMember member) {
        Set<JavaModifier> modifiers = member.getModifiers();
        return (modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED))
                && !modifiers.contains(JavaModifier.SYNTHETIC)
                && !modifiers.contains(JavaModifier.BRIDGE);
    }

    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && !type.getSimpleName().equals("package-info")
                && !type.getModifiers().contains(JavaModifier.SYNTHETIC)
                && type.getEnclosingClass().map(PublicApiTest::isPublic).orElse(true);
    }
}
