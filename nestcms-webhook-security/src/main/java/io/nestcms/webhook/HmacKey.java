package io.nestcms.webhook;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a secret with the {@link Mac} objects that were set up with them. Setting one up costs as much as signing a
 * few hundred bytes, so they are kept: one for each algorithm and stripe of threads, and marked while in use. The marks lie a
 * cache line apart, so that threads do not slow each other down by writing side by side; they are numbers, since a
 * reference that is written makes work for the garbage collector.
 */
final class HmacKey implements SecretKey {
    private static final long serialVersionUID = 1L;
    private static final int STRIPES = 16;
    /** Numbers in a cache line of 64 bytes; more than there are algorithms. */
    private static final int STRIPE = 16;

    private final AtomicReferenceArray<@Nullable Mac> kept = new AtomicReferenceArray<>(STRIPES * STRIPE);
    /** 1 at the place of a {@link Mac} that a thread is using. */
    private final AtomicIntegerArray used = new AtomicIntegerArray(STRIPES * STRIPE);

    /** Signed to tell two secrets apart without keeping anything of them. */
    private static final byte[][] FINGERPRINT = {"nestcms webhook sender".getBytes(StandardCharsets.US_ASCII)};

    private final byte[] bytes;
    private volatile boolean closed;
    private volatile @Nullable String fingerprint;

    HmacKey(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean isClosed() {
        return closed;
    }

    /** Signs, or returns {@code null} when the key is closed. */
    byte @Nullable [] mac(MacAlgorithm algorithm, byte[][] parts) {
        int place = (int) (Thread.currentThread().getId() & (STRIPES - 1)) * STRIPE + place(algorithm);
        if (!used.compareAndSet(place, 0, 1)) { // a thread of the same stripe is at it
            Mac mac = newMac(algorithm);
            return mac == null ? null : sign(mac, parts);
        }
        byte @Nullable [] result = null;
        try {
            Mac mac = kept.get(place);
            if (mac == null) {
                mac = newMac(algorithm);
                kept.set(place, mac);
            }
            result = mac == null ? null : sign(mac, parts);
            return result;
        } finally {
            if (result == null
                    || closed) { // left half-fed; or closed meanwhile, when nothing set up with the bytes may stay
                kept.set(place, null);
            }
            used.set(place, 0);
        }
    }

    /** Differs for different secrets; the secret cannot be had from it. Empty when it was closed before it was asked. */
    String fingerprint() {
        String known = fingerprint;
        if (known == null) {
            byte[] mac = mac(MacAlgorithm.HMAC_SHA256, FINGERPRINT);
            known = mac == null ? "" : HexFormat.of().formatHex(mac);
            fingerprint = known;
        }
        return known;
    }

    private static byte[] sign(Mac mac, byte[][] parts) {
        for (byte[] part : parts) {
            mac.update(part);
        }
        return mac.doFinal();
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
        for (int i = 0; i < kept.length(); i++) {
            kept.set(i, null);
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
