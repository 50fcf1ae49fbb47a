package io.nestcms.testkit;

import java.nio.file.Path;

/** Another node, in this process or another one, has the data directory open. */
public final class DataDirectoryInUseException extends EmbeddedMongoException {
    private static final long serialVersionUID = 1L;

    DataDirectoryInUseException(Path directory) {
        super(
                "data directory " + directory
                        + " is in use by another node: stop that one, or give this one another directory",
                null);
    }
}
