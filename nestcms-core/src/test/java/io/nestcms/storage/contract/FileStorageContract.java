package io.nestcms.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.storage.FileContent;
import io.nestcms.storage.FileKey;
import io.nestcms.storage.FileStorage;
import io.nestcms.storage.StorageException;
import io.nestcms.storage.StoredFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link FileStorage} does. Extend it with storages that take up to {@link #MOST} bytes of any type. */
public abstract class FileStorageContract {
    /** The largest file. */
    protected static final int MOST = 1_000_000;

    /** The storage, the same one for all calls within a test. */
    protected abstract FileStorage storage();

    /** How many files and parts of files there are. */
    protected abstract long kept() throws IOException;

    private StoredFile put(String name, byte[] bytes) {
        return storage().put(name, new ByteArrayInputStream(bytes));
    }

    @Test
    void open_givesWhatWasPut() throws IOException {
        byte[] bytes = new byte[300_000];
        new Random(7).nextBytes(bytes);

        StoredFile file = put("تصميم ١.bin", bytes);

        try (FileContent content = storage().open(file.key()).orElseThrow()) {
            assertThat(content.file()).isEqualTo(file);
            assertThat(content.stream().readAllBytes()).isEqualTo(bytes);
        }
        assertThat(file.size()).isEqualTo(bytes.length);
        assertThat(file.name()).isEqualTo("تصميم ١.bin");
        assertThat(file.sha256()).hasSize(64);
    }

    @Test
    void put_empty_isAFileToo() throws IOException {
        StoredFile file = put("empty", new byte[0]);

        try (FileContent content = storage().open(file.key()).orElseThrow()) {
            assertThat(content.stream().readAllBytes()).isEmpty();
        }
        assertThat(file.contentType()).isEqualTo("application/octet-stream");
    }

    @Test
    void delete_takesItAway_repeatably() {
        StoredFile file = put("a", new byte[] {1});

        assertThat(storage().delete(file.key())).isTrue();
        assertThat(storage().delete(file.key())).isFalse();
        assertThat(storage().open(file.key())).isEmpty();
        assertThat(storage().open(new FileKey("0".repeat(32)))).isEmpty();
    }

    @Test
    void put_tooLarge_keepsNothing() throws IOException {
        long before = kept();

        put("just", new byte[MOST]);
        assertThatThrownBy(() -> put("large", new byte[MOST + 1]))
                .isInstanceOfSatisfying(InvalidInputException.class, refused -> {
                    assertThat(refused.field()).isEqualTo("file");
                    assertThat(refused.problem()).isEqualTo("is too large");
                });

        assertThat(kept()).isEqualTo(before + 1);
    }

    @Test
    void put_senderGone_keepsNothing() throws IOException {
        long before = kept();
        InputStream broken = new SequenceInputStream(new ByteArrayInputStream(new byte[100_000]), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("gone");
            }
        });

        assertThatThrownBy(() -> storage().put("half", broken)).isInstanceOf(StorageException.class);

        assertThat(kept()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../etc/passwd", "..", "a/../b", "C:\\x", "<script>alert(1)</script>.png"})
    void put_nameOfAnyForm_isOnlyShown(String name) throws IOException {
        StoredFile file = put(name, "text".getBytes(StandardCharsets.UTF_8));

        try (FileContent content = storage().open(file.key()).orElseThrow()) {
            assertThat(content.file().name()).isEqualTo(name);
        }
        assertThat(file.key().value()).matches("[0-9a-f]{32}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\nb", "a\u0000", "x\u202Egnp.exe", "lone \uD800"})
    void put_nameThatNobodyCanRead_isRefused(String name) {
        assertThatThrownBy(() -> put(name, new byte[1])).isInstanceOf(InvalidInputException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "../x", "..%2f..", "ABCDEF00000000000000000000000000", "0000000000000000000000000000000/"})
    void key_ofAnotherForm_isRefused(String key) {
        assertThatThrownBy(() -> new FileKey(key)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void contentType_isThatOfTheContent_neverOfTheName() {
        assertThat(put("a.exe", hex("89504e470d0a1a0a00")).contentType()).isEqualTo("image/png");
        assertThat(put("a.png", hex("25504446 2d312e37")).contentType()).isEqualTo("application/pdf");
        assertThat(put("a", hex("52494646 10000000 57454250 56503820")).contentType())
                .isEqualTo("image/webp");
        assertThat(put("a.png", "<script>alert(1)</script>".getBytes(StandardCharsets.UTF_8))
                        .contentType())
                .isEqualTo("text/plain");
        assertThat(put("a.svg", "<svg onload=alert(1)/>".getBytes(StandardCharsets.UTF_8))
                        .contentType())
                .isEqualTo("text/plain");
        assertThat(put("a.txt", "ب".repeat(400).getBytes(StandardCharsets.UTF_8))
                        .contentType())
                .as("a letter is cut after the first bytes")
                .isEqualTo("text/plain");
        assertThat(put("a.txt", new byte[] {'a', (byte) 0xFF}).contentType()).isEqualTo("application/octet-stream");
    }

    private static byte[] hex(String digits) {
        return java.util.HexFormat.of().parseHex(digits.replace(" ", ""));
    }
}
