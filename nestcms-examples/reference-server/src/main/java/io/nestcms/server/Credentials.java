package io.nestcms.server;

import io.nestcms.crypto.NamedKey;
import io.nestcms.failure.InvalidInputException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Secrets of the embedded default, and the node's name: made at random on the first start and kept in the data directory,
 * readable by its owner only. There is no built-in secret.
 */
final class Credentials {
    static final String DEMO_USER = "demo";
    private static final int KEY_BYTES = 32;

    private final Path directory;
    private final SecureRandom random;

    Credentials(Path directory, SecureRandom random) {
        this.directory = directory;
        this.random = random;
    }

    /** The password that is kept in {@code demo-password}. */
    String demoPassword() {
        return kept("demo-password", 12);
    }

    /** The sandbox's server key, kept in {@code sandbox-server-key}. */
    String sandboxKey() {
        return kept("sandbox-server-key", 24);
    }

    /** What the embedded database's audit trail is chained with, kept in {@code audit-key}. */
    NamedKey auditKey() {
        return NamedKey.of("embedded", key("audit-key"));
    }

    /** What access tokens are signed with is derived from, kept in {@code token-key}. */
    SecretKey tokenKey() {
        return new SecretKeySpec(key("token-key"), "HmacSHA256");
    }

    /** This node's name, kept in {@code node-name}: the same after a restart, another one with every data directory. */
    String nodeName() {
        return kept("node-name", 12);
    }

    private byte[] key(String name) {
        try {
            byte[] key = Base64.getUrlDecoder().decode(kept(name, KEY_BYTES));
            if (key.length == KEY_BYTES) {
                return key;
            }
        } catch (IllegalArgumentException notBase64) {
            throw damaged(directory.resolve(name));
        }
        throw damaged(directory.resolve(name));
    }

    private static InvalidInputException damaged(Path file) {
        return new InvalidInputException(
                file.toString(),
                "holds no secret of ours",
                "bring it back from a copy; without it a new one is made, and what the old one guarded is lost");
    }

    private String kept(String name, int bytes) {
        Path file = directory.resolve(name);
        try {
            Files.createDirectories(directory);
            if (!Files.exists(file)) {
                create(file, bytes);
            }
            String secret = Files.readString(file, StandardCharsets.UTF_8).strip();
            if (!secret.matches("[A-Za-z0-9_-]{12,128}")) {
                throw damaged(file);
            }
            return secret;
        } catch (CharacterCodingException notOurs) {
            throw damaged(file);
        } catch (IOException broken) {
            throw new InvalidInputException(
                    "DATA_DIR",
                    "cannot be used (" + broken.getClass().getSimpleName() + " at " + broken.getMessage() + ")",
                    "a directory that this user may read and write");
        }
    }

    private void create(Path file, int bytes) throws IOException {
        byte[] secret = new byte[bytes];
        random.nextBytes(secret);
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] ownerOnly = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        try {
            Files.createFile(file, ownerOnly);
        } catch (FileAlreadyExistsException other) {
            return;
        }
        Files.writeString(
                file, Base64.getUrlEncoder().withoutPadding().encodeToString(secret) + "\n", StandardCharsets.UTF_8);
    }
}
