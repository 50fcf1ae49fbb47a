package io.nestcms.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialsTest {
    @TempDir
    Path directory;

    @Test
    void password_madeOnce_keptForTheOwnerOnly() throws IOException {
        Credentials first = new Credentials(directory.resolve("data"), new SecureRandom());
        String password = first.demoPassword();

        assertThat(password).hasSize(16);
        assertThat(new Credentials(directory.resolve("data"), new SecureRandom()).demoPassword())
                .isEqualTo(password);
        assertThat(first.sandboxKey()).isNotEqualTo(password);
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(directory.resolve("data/demo-password"))))
                .isEqualTo("rw-------");
    }

    @Test
    void password_emptyFile_isNoPassword() throws IOException {
        Files.writeString(directory.resolve("demo-password"), "\n");
        assertThatThrownBy(() -> new Credentials(directory, new SecureRandom()).demoPassword())
                .isInstanceOf(io.nestcms.failure.InvalidInputException.class)
                .hasMessageContaining("demo-password");
    }
}
