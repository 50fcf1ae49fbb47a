package io.nestcms.webhook;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a secret with the {@link Mac} objects that were set up with them. Setting one up costs as much as signing a
 * few hundred bytes, so they are kept: one place for each algorithm and stripe of threads, taken out while in use. The stripes lie
 * a cache line apart, so that threads do not slow each other down by writing side by side.
 */
final class HmacKey implements SecretKey {
    private static final long serialVersionUID = 1L;
    private static final int STRIPES = 16;
    /** References in a cache line of 64 bytes; more than there are algorithms. */
    private static final int STRIPE = 16;

    private final AtomicReferenceArray<@Nullable Mac> idle = new AtomicReferenceArray<>(STRIPES * STRIPE);

    private final byte[] bytes;
    private volatile boolean closed;

    HmacKey(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean isClosed() {
        return closed;
    }

    byte @Nullable [] mac(MacAlgorithm algorithm, byte[][] parts) {
        int place = (int) (Thread.currentThread().getId() & (STRIPES - 1)) * STRIPE + place(algorithm);
        Mac mac = idle.getAndSet(place, null);
        if (mac == null) {
            mac = newMac(algorithm);
        }
        if (mac == null || closed) {
            return null;
        }
        for (byte[] part : parts) {
            mac.update(part);
        }
        byte[] result = mac.doFinal();
        idle.set(place, mac);
        if (closed) { // closed meanwhile: nothing set up with the bytes may stay
            idle.set(place, null);
        }
        return result;
    }

    private static int place(MacAlgorithm algorithm) {
        return switch (algorithm) {
            case HMAC_SHA256 -> 0;
            case HMAC_SHA384 -> 1;
            case HMAC_SHA512 -> 2;
        };
    }

    private synchronized @Nullable Mac newMac(MacAlgorithm algorithm) {
        if (closed) {
            return null;
        }
        try {
            Mac mac = Mac.getInstance(algorithm.jcaName());
            mac.init(this);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new WebhookException(algorithm.jcaName() + " is not offered by this Java runtime", e);
        }
    }

    synchronized void close() {
        closed = true;
        Arrays.fill(bytes, (byte) 0);
        for (int i = 0; i < idle.length(); i++) {
            idle.set(i, null);
        }
    }

    @Override
    public String getAlgorithm() {
        return "HMAC";
    }

    @Override
    public String getFormat() {
        return "RAW";
    }

    @Override
    public byte[] getEncoded() {
        return bytes.clone();
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException("a secret is not written anywhere");
    }
}
