package io.nestcms.storage;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Fails at its end when the bytes were not those that were stored. */
final class ChecksumStream extends FilterInputStream {
    private final MessageDigest digest = Received.newSha256();
    private final StoredFile file;
    private long read;
    private boolean ended;

    ChecksumStream(InputStream raw, StoredFile file) {
        super(raw);
        this.file = file;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        int count = super.read(into, from, length);
        if (count > 0) {
            digest.update(into, from, count);
            read += count;
        } else if (count < 0 && !ended) {
            ended = true;
            if (read != file.size()
                    || !HexFormat.of().formatHex(digest.digest()).equals(file.sha256())) {
                throw new IOException("the stored file " + file.key() + " was changed after it was stored");
            }
        }
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        // what is skipped is part of the checksum
        byte[] left = new byte[(int) Math.min(8_192, Math.max(0, count))];
        long skipped = 0;
        while (skipped < count) {
            int now = read(left, 0, (int) Math.min(left.length, count - skipped));
            if (now < 0) {
                break;
            }
            skipped += now;
        }
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
