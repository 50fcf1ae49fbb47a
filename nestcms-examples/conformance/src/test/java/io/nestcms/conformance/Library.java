package io.nestcms.conformance;

import com.tngtech.archunit.core.importer.Location;
import io.nestcms.failure.NestCmsException;
import io.nestcms.mongo.NestMongoException;
import io.nestcms.paytabs.PayTabsException;
import io.nestcms.webhook.WebhookException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;

/** The four published artifacts, each with a class by which its place on the class path is found. */
enum Library {
    CORE("io.nestcms.core", NestCmsException.class),
    WEBHOOK("io.nestcms.webhook", WebhookException.class),
    PAYTABS("io.nestcms.paytabs", PayTabsException.class),
    MONGO("io.nestcms.mongo", NestMongoException.class);

    private final String module;
    private final Class<?> member;

    Library(String module, Class<?> member) {
        this.module = module;
        this.member = member;
    }

    String module() {
        return module;
    }

    /** The directory or jar that the build put on the class path. */
    Path location() {
        try {
            return Path.of(
                    member.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Where its classes are, for an importer: the build gives a jar when it packages and a directory when it does not. */
    Location classes() {
        Path path = location();
        try {
            return Files.isDirectory(path) ? Location.of(path) : Location.of(new JarFile(path.toFile()));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** The module descriptor as it was compiled from the hand-written one. */
    ModuleDescriptor descriptor() {
        return ModuleFinder.of(location())
                .find(module)
                .orElseThrow(() -> new AssertionError("no module " + module + " in " + location()))
                .descriptor();
    }
}
