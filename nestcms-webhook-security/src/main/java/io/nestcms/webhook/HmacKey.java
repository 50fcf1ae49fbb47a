package io.nestcms.webhook;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a secret with the {@link Mac} objects that were set up with them. Setting one up costs as much as signing a
 * few hundred bytes, so they are kept: one slot for each algorithm and stripe of threads, taken out while in use.
 */
final class HmacKey implements SecretKey {
    private static final long serialVersionUID = 1L;
    private static final int STRIPES = 16;

    @SuppressWarnings("serial") // cannot be serialized, see writeObject
    private final Map<MacAlgorithm, AtomicReferenceArray<@Nullable Mac>> idle = new EnumMap<>(MacAlgorithm.class);

    private final byte[] bytes;
    private volatile boolean closed;

    HmacKey(byte[] bytes) {
        this.bytes = bytes;
        for (MacAlgorithm algorithm : MacAlgorithm.values()) {
            idle.put(algorithm, new AtomicReferenceArray<>(STRIPES));
        }
    }

    boolean isClosed() {
        return closed;
    }

    byte @Nullable [] mac(MacAlgorithm algorithm, byte[][] parts) {
        AtomicReferenceArray<@Nullable Mac> slots = Objects.requireNonNull(idle.get(algorithm));
        int slot = (int) (Thread.currentThread().getId() & (STRIPES - 1));
        Mac mac = slots.getAndSet(slot, null);
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
        slots.set(slot, mac);
        if (closed) { // closed meanwhile: nothing set up with the bytes may stay
            slots.set(slot, null);
        }
        return result;
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
        for (AtomicReferenceArray<@Nullable Mac> slots : idle.values()) {
            for (int i = 0; i < STRIPES; i++) {
                slots.set(i, null);
            }
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
