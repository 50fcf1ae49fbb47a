package io.nestcms.server;

import io.nestcms.notification.Email;
import io.nestcms.notification.EmailChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;

/**
 * The embedded stand-in for a mail server: each message is a file in a directory that only its owner may read. A message may hold a
 * secret, so none is logged.
 */
final class MailDrop implements EmailChannel {
    private final Path directory;

    MailDrop(Path directory) {
        this.directory = directory;
    }

    @Override
    public void send(Email email) {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] ownerOnly = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        Path file = directory.resolve(UUID.randomUUID() + ".txt");
        try {
            Files.createDirectories(directory);
            Files.createFile(file, ownerOnly);
            Files.writeString(
                    file,
                    "To: " + email.to() + "\nSubject: " + email.subject() + "\n\n" + email.text() + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.WRITE);
        } catch (IOException broken) {
            throw new UncheckedIOException("a message could not be put into " + directory, broken);
        }
    }
}
