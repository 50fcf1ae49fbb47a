package io.nestcms.mongo;

import io.nestcms.crypto.NamedKey;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Objects;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A stream sealed chunk by chunk with AES-256-GCM under a key of its own, derived from the given one and a random salt. The
 * nonce is the chunk's number and whether it is the last, so chunks cannot be changed, moved, doubled, left out or cut off;
 * and nothing is given out of a chunk before it is checked.
 */
final class SealedStream {
    private static final byte[] MAGIC = "NESTCMS-BACKUP-1".getBytes(StandardCharsets.US_ASCII);
    private static final int SALT_BYTES = 32;
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int TAG_BYTES = 16;

    private SealedStream() {}

    static OutputStream sealing(OutputStream to, NamedKey key, SecureRandom random) throws IOException {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        byte[] head = head(key.id(), salt);
        to.write(head);
        return new Sealing(to, derived(key, salt), head);
    }

    static InputStream opening(InputStream from, NamedKey key) throws IOException {
        byte[] magic = from.readNBytes(MAGIC.length);
        int idLength = from.read();
        if (!Arrays.equals(magic, MAGIC) || idLength < 1) {
            throw new BackupException("this is not a backup", null);
        }
        String keyId = new String(from.readNBytes(idLength), StandardCharsets.US_ASCII);
        byte[] salt = from.readNBytes(SALT_BYTES);
        if (!keyId.equals(key.id()) || salt.length < SALT_BYTES) {
            throw new BackupException("the backup is cut short or sealed under a key of another name", null);
        }
        return new Opening(from, derived(key, salt), head(keyId, salt));
    }

    private static byte[] head(String keyId, byte[] salt) {
        byte[] id = keyId.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(MAGIC.length + 1 + id.length + salt.length)
                .put(MAGIC)
                .put((byte) id.length)
                .put(id)
                .put(salt)
                .array();
    }

    private static SecretKeySpec derived(NamedKey key, byte[] salt) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key.forAlgorithm("HmacSHA256"));
            mac.update(MAGIC);
            return new SecretKeySpec(mac.doFinal(salt), "AES");
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("HMAC-SHA-256 does not work on this Java runtime", missing);
        }
    }

    private static Cipher cipher(int mode, SecretKeySpec key, int number, boolean last, byte[] head)
            throws GeneralSecurityException {
        byte[] nonce = ByteBuffer.allocate(12)
                .putInt(0)
                .putInt(number)
                .putInt(last ? 1 : 0)
                .array();
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * 8, nonce));
        cipher.updateAAD(head);
        return cipher;
    }

    private static final class Sealing extends OutputStream {
        private final DataOutputStream to;
        private final SecretKeySpec key;
        private final byte[] head;
        private final ByteArrayOutputStream chunk = new ByteArrayOutputStream(CHUNK_BYTES);
        private int number;
        private boolean closed;

        Sealing(OutputStream to, SecretKeySpec key, byte[] head) {
            this.to = new DataOutputStream(to);
            this.key = key;
            this.head = head;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            int done = 0;
            while (done < length) {
                if (chunk.size() == CHUNK_BYTES) {
                    seal(false);
                }
                int part = Math.min(CHUNK_BYTES - chunk.size(), length - done);
                chunk.write(bytes, offset + done, part);
                done += part;
            }
        }

        private void seal(boolean last) throws IOException {
            try {
                byte[] sealed =
                        cipher(Cipher.ENCRYPT_MODE, key, number++, last, head).doFinal(chunk.toByteArray());
                to.writeInt(last ? -sealed.length : sealed.length);
                to.write(sealed);
                chunk.reset();
            } catch (GeneralSecurityException missing) {
                throw new IOException("AES-256-GCM does not work on this Java runtime", missing);
            }
        }

        /** Seals the last chunk and flushes; the stream below stays open. */
        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                seal(true);
                to.flush();
            }
        }
    }

    private static final class Opening extends InputStream {
        private final DataInputStream from;
        private final SecretKeySpec key;
        private final byte[] head;
        private ByteBuffer chunk = ByteBuffer.allocate(0);
        private int number;
        private boolean ended;

        Opening(InputStream from, SecretKeySpec key, byte[] head) {
            this.from = new DataInputStream(from);
            this.key = key;
            this.head = head;
        }

        @Override
        public int read() throws IOException {
            return fill() ? Byte.toUnsignedInt(chunk.get()) : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int part = Math.min(length, chunk.remaining());
            chunk.get(bytes, offset, part);
            return part;
        }

        @Override
        public int available() {
            return chunk.remaining();
        }

        private boolean fill() throws IOException {
            while (!chunk.hasRemaining()) {
                if (ended) {
                    return false;
                }
                open();
            }
            return true;
        }

        private void open() throws IOException {
            try {
                int marked = from.readInt();
                ended = marked < 0;
                int length = Math.abs(marked);
                if (length < TAG_BYTES || length > CHUNK_BYTES + TAG_BYTES) {
                    throw new BackupException("the backup was changed", null);
                }
                byte[] sealed = new byte[length];
                from.readFully(sealed);
                chunk = ByteBuffer.wrap(
                        cipher(Cipher.DECRYPT_MODE, key, number++, ended, head).doFinal(sealed));
                if (ended && from.read() >= 0) {
                    throw new BackupException("the backup was changed: something follows its end", null);
                }
            } catch (EOFException cut) {
                throw new BackupException("the backup is cut short", cut);
            } catch (GeneralSecurityException changed) {
                throw new BackupException("the backup was changed, or its key is another", changed);
            }
        }
    }
}
