package io.nestcms.storage;

import io.nestcms.failure.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/** A file that came in and lies beside the others until all of it is known. */
record Received(Path path, String contentType, long size, String sha256, String md5) {
    private static final Pattern UNSEEN =
            Pattern.compile("[\\p{Cc}\\p{Cs}\\x{202A}-\\x{202E}\\x{2066}-\\x{2069}\\x{2028}\\x{2029}]");
    private static final int LONGEST_NAME = 255;

    /** Reads it to a file that nobody else may read. */
    static Received of(String name, InputStream content, Path directory, StorageLimits limits) {
        checkName(name);
        Path path = null;
        try {
            path = Files.createTempFile(directory, "in-", ".part", ownerOnly());
            Received received = write(path, content, limits);
            if (!limits.contentTypes().isEmpty() && !limits.contentTypes().contains(received.contentType)) {
                throw new InvalidInputException(
                        "file", "holds " + received.contentType, "one of " + limits.contentTypes());
            }
            return received;
        } catch (IOException broken) {
            delete(path);
            throw new StorageException("the file could not be read or kept; nothing is kept of it", broken);
        } catch (RuntimeException | Error refused) {
            delete(path);
            throw refused;
        }
    }

    private static Received write(Path path, InputStream content, StorageLimits limits) throws IOException {
        MessageDigest digest = newSha256();
        MessageDigest onTheWay = digest("MD5");
        byte[] head = content.readNBytes(ContentTypes.HEAD);
        long size = head.length;
        boolean whole = head.length < ContentTypes.HEAD;
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE);
                OutputStream out = Channels.newOutputStream(file)) {
            checkSize(size, limits);
            digest.update(head);
            onTheWay.update(head);
            out.write(head);
            byte[] part = new byte[64 * 1024];
            for (int count = content.read(part); count >= 0; count = content.read(part)) {
                size += count;
                checkSize(size, limits);
                digest.update(part, 0, count);
                onTheWay.update(part, 0, count);
                out.write(part, 0, count);
            }
            file.force(true);
        }
        return new Received(
                path,
                ContentTypes.of(Arrays.copyOf(head, head.length), whole),
                size,
                Objects.requireNonNull(HexFormat.of().formatHex(digest.digest())),
                Base64.getEncoder().encodeToString(onTheWay.digest()));
    }

    private static void checkSize(long size, StorageLimits limits) {
        if (size > limits.mostBytes()) {
            throw new InvalidInputException("file", "is too large", "at most " + limits.mostBytes() + " bytes");
        }
    }

    static void checkName(String name) {
        Objects.requireNonNull(name, "name");
        if (name.isBlank()
                || name.length() > LONGEST_NAME
                || UNSEEN.matcher(name).find()) {
            throw new InvalidInputException(
                    "name", "has another form", "1 to " + LONGEST_NAME + " characters that can be seen");
        }
    }

    void delete() {
        delete(path);
    }

    private static void delete(@org.jspecify.annotations.Nullable Path path) {
        if (path != null) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException left) {
                org.slf4j.LoggerFactory.getLogger(Received.class).warn("A part of a file was left behind", left);
            }
        }
    }

    static MessageDigest newSha256() {
        return digest("SHA-256");
    }

    private static MessageDigest digest(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has " + name, impossible);
        }
    }

    /** For a file system that knows owners. */
    static FileAttribute<?>[] ownerOnly() {
        return attributes("rw-------");
    }

    static FileAttribute<?>[] ownersDirectory() {
        return attributes("rwx------");
    }

    private static FileAttribute<?>[] attributes(String permissions) {
        Set<String> views = FileSystems.getDefault().supportedFileAttributeViews();
        return views.contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
