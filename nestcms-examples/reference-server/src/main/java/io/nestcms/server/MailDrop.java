package io.nestcms.server;

import io.nestcms.cms.user.User;
import io.nestcms.cms.user.UserNotices;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;

/**
 * The embedded stand-in for a mail server: each message is a file in a directory that only its owner may read. A real channel takes
 * its place where there is one; a message may hold a secret, so none is logged.
 */
final class MailDrop implements UserNotices {
    private final Path directory;
    private final URI publicUrl;

    MailDrop(Path directory, URI publicUrl) {
        this.directory = directory;
        this.publicUrl = publicUrl;
    }

    @Override
    public void passwordReset(User user, String token) {
        write(user, "Choose another password within 30 minutes: " + publicUrl + "/#reset=" + token);
    }

    @Override
    public void welcome(User user) {
        write(user, "Welcome. You may sign in at " + publicUrl);
    }

    @Override
    public void passwordChanged(User user) {
        write(user, "Your password was changed. If you did not do so, ask for a link to choose another one.");
    }

    @Override
    public void alreadyRegistered(User user) {
        write(user, "Somebody wanted to register with your address. If you did, sign in or ask for a new password.");
    }

    private void write(User user, String text) {
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
                    "To: " + user.email() + "\n\n" + text + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.WRITE);
        } catch (IOException broken) {
            throw new UncheckedIOException("a message could not be put into " + directory, broken);
        }
    }
}
