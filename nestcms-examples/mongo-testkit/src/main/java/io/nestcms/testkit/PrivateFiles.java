package io.nestcms.testkit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files that only their owner may read: they hold what the database holds. Where there are no such rights, as the system has it. */
final class PrivateFiles {
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");

    private PrivateFiles() {}

    static FileChannel open(Path path, OpenOption... options) throws IOException {
        boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
        if (!posix) {
            return FileChannel.open(path, options);
        }
        FileChannel file = FileChannel.open(path, Set.of(options), PosixFilePermissions.asFileAttribute(OWNER));
        // one that is there already has the rights it was made with
        if (Files.isRegularFile(path) && !permissions(path).equals(OWNER)) {
            Files.setPosixFilePermissions(path, OWNER);
        }
        return file;
    }

    private static Set<PosixFilePermission> permissions(Path path) throws IOException {
        return Files.getFileAttributeView(path, PosixFileAttributeView.class)
                .readAttributes()
                .permissions();
    }
}
