package io.nestcms.sandbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Seals lines with AES-256-GCM, each to its place, so that one that was changed, moved or left out shows. */
final class LineSeal {
    /** What a sealed line begins with; one of JSON begins with a brace. */
    static final byte MARK = '#';

    private static final String ALGORITHM = "AES/GCM/NoPadding";
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecretKey key;
    private final SecureRandom random = new SecureRandom();

    private LineSeal(byte[] key) {
        this.key = new SecretKeySpec(key, "AES");
    }

    /** Under the key in the file, which is made when nothing was sealed yet. */
    static LineSeal keptIn(Path file, boolean needed) throws IOException {
        if (!Files.exists(file)) {
            if (needed) {
                throw new IOException("its key " + file + " is missing: bring it back, or delete the ledger too");
            }
            byte[] key = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(key);
            try (FileChannel made = LedgerFile.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(key);
                while (bytes.hasRemaining()) {
                    made.write(bytes);
                }
                made.force(true);
            }
            return new LineSeal(key);
        }
        byte[] kept = Files.readAllBytes(file);
        if (kept.length != KEY_BYTES) {
            if (needed) {
                throw new IOException("its key " + file + " is damaged: bring it back, or delete the ledger too");
            }
            // left by a crash before anything was sealed under it
            Files.delete(file);
            return keptIn(file, false);
        }
        return new LineSeal(kept);
    }

    byte[] seal(byte[] line, long place) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] closed = cipher(Cipher.ENCRYPT_MODE, nonce, place).doFinal(line);
            byte[] text = Base64.getEncoder()
                    .encode(ByteBuffer.allocate(nonce.length + closed.length)
                            .put(nonce)
                            .put(closed)
                            .array());
            return ByteBuffer.allocate(text.length + 1).put(MARK).put(text).array();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES-GCM is not offered by this Java runtime", impossible);
        }
    }

    byte[] open(byte[] line, long place) throws IOException {
        if (line.length == 0 || line[0] != MARK) {
            throw new IOException("it is not a line of ours");
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(Arrays.copyOfRange(line, 1, line.length));
            if (bytes.length <= NONCE_BYTES) {
                throw new IOException("it is cut short");
            }
            byte[] nonce = Arrays.copyOf(bytes, NONCE_BYTES);
            return cipher(Cipher.DECRYPT_MODE, nonce, place).doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES);
        } catch (GeneralSecurityException | IllegalArgumentException changed) {
            throw new IOException("it does not open", changed);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, long place) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(ALGORITHM);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(ByteBuffer.allocate(Long.BYTES).putLong(place).flip());
        return cipher;
    }
}
