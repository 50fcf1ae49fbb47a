package io.nestcms.crypto;

import io.nestcms.failure.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Encrypts single fields with AES-256-GCM. Every value names its key, so keys can be changed while the application runs:
 * {@link #rotateTo(NamedKey)} seals from then on under the new key and still opens what older ones sealed. A value is bound to its
 * place (the context): moved to another record or field, it does not open.
 *
 * <p>Nonces are 96 random bits; change the key before it has sealed 2^32 values (NIST SP 800-38D, 8.3).
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class FieldCipher {
    private static final byte FORM = 1;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    /** The keys at one moment. */
    private record Ring(NamedKey current, Map<String, NamedKey> byId) {}

    private final SecureRandom random;
    private final NamedKey lookupKey;
    private volatile Ring ring;

    private FieldCipher(Builder builder) {
        this.random = builder.random;
        this.lookupKey = builder.lookupKey;
        this.ring = new Ring(builder.current, Map.copyOf(builder.keys));
    }

    /**
     * Starts with the keys that have no default.
     *
     * @param current seals new values
     * @param lookupKey makes the hashes of {@link #lookupHash}; another key than the current one, and never changed, since
     *     hashes made under another key no longer match
     * @return a builder
     * @throws InvalidInputException if both are one key
     */
    public static Builder builder(NamedKey current, NamedKey lookupKey) {
        return new Builder(current, lookupKey);
    }

    /**
     * Seals a value.
     *
     * @param clear the value
     * @param context where the value is stored, for example record and field; not stored with it, not secret
     * @return bytes that only {@link #open} with the same context understands; different at each call
     */
    public byte[] seal(String clear, String context) {
        return sealBytes(clear.getBytes(StandardCharsets.UTF_8), context);
    }

    /**
     * Seals bytes.
     *
     * @param clear the bytes
     * @param context where they are stored; not stored with them, not secret
     * @return bytes that only {@link #openBytes} with the same context understands; different at each call
     */
    public byte[] sealBytes(byte[] clear, String context) {
        NamedKey key = ring.current();
        byte[] id = key.id().getBytes(StandardCharsets.US_ASCII);
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] head = ByteBuffer.allocate(2 + id.length)
                .put(FORM)
                .put((byte) id.length)
                .put(id)
                .array();
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key, nonce, head, context);
            byte[] sealed = cipher.doFinal(clear);
            return ByteBuffer.allocate(head.length + nonce.length + sealed.length)
                    .put(head)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException missing) {
            throw new CipherException("AES-256-GCM does not work on this Java runtime", missing);
        }
    }

    /**
     * Opens what {@link #seal} made.
     *
     * @param sealed the stored bytes
     * @param context where the value is stored
     * @return the value
     * @throws CipherException if the bytes were changed, come from another context, or name a key that is not known
     */
    public String open(byte[] sealed, String context) {
        return new String(openBytes(sealed, context), StandardCharsets.UTF_8);
    }

    /**
     * Opens what {@link #sealBytes} made.
     *
     * @param sealed the stored bytes
     * @param context where they are stored
     * @return the bytes
     * @throws CipherException if the bytes were changed, come from another context, or name a key that is not known
     */
    public byte[] openBytes(byte[] sealed, String context) {
        NamedKey key = keyOf(sealed);
        int headLength = 2 + sealed[1];
        if (sealed.length < headLength + NONCE_BYTES + TAG_BITS / 8) {
            throw new CipherException("a sealed value is cut short", null);
        }
        byte[] head = java.util.Arrays.copyOf(sealed, headLength);
        byte[] nonce = java.util.Arrays.copyOfRange(sealed, headLength, headLength + NONCE_BYTES);
        int start = headLength + NONCE_BYTES;
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, nonce, head, context);
            return cipher.doFinal(sealed, start, sealed.length - start);
        } catch (AEADBadTagException changed) {
            throw new CipherException("a sealed value was changed or moved", changed);
        } catch (GeneralSecurityException missing) {
            throw new CipherException("AES-256-GCM does not work on this Java runtime", missing);
        }
    }

    /**
     * The name of the key that a value is sealed under.
     *
     * @param sealed the stored bytes
     * @return the key's name; whether it is true shows when the value is opened
     * @throws CipherException if the bytes are not a sealed value
     */
    public static String keyIdOf(byte[] sealed) {
        if (sealed.length < 2 || sealed[0] != FORM || sealed[1] < 1 || sealed.length < 2 + sealed[1]) {
            throw new CipherException("the bytes are not a sealed value", null);
        }
        return new String(sealed, 2, sealed[1], StandardCharsets.US_ASCII);
    }

    private NamedKey keyOf(byte[] sealed) {
        NamedKey key = ring.byId().get(keyIdOf(sealed));
        if (key == null) {
            throw new CipherException("a sealed value names a key that is not known here", null);
        }
        return key;
    }

    private static Cipher cipher(int mode, NamedKey key, byte[] nonce, byte[] head, String context)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key.forAlgorithm("AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(head);
        cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    /**
     * A keyed hash for finding equal values without storing them: HMAC-SHA-256 over field and value.
     *
     * @param value the value, in the one form in which it is compared
     * @param field the field, so that equal values of different fields have different hashes
     * @return 32 bytes, always the same ones
     */
    public byte[] lookupHash(String value, String field) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(lookupKey.forAlgorithm("HmacSHA256"));
            mac.update(field.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return mac.doFinal(value.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException missing) {
            throw new CipherException("HMAC-SHA-256 does not work on this Java runtime", missing);
        }
    }

    /**
     * Seals from now on under another key. What is sealed already stays readable; sealing it again is the stores' task. Where
     * several nodes read, each must {@linkplain #alsoOpen(NamedKey) open} it before the first one seals under it.
     *
     * @param key the new key, or one that is known already
     * @throws InvalidInputException if another key of the same name is known, or it is the lookup key
     */
    public synchronized void rotateTo(NamedKey key) {
        Map<String, NamedKey> keys = new HashMap<>(ring.byId());
        addTo(keys, key, lookupKey);
        ring = new Ring(key, Map.copyOf(keys));
    }

    /**
     * Opens from now on what is sealed under another key too, and seals as before: what every node does first, so that all can read
     * what the first of them seals after {@link #rotateTo(NamedKey)}.
     *
     * @param key the key to come, or one that is known already
     * @throws InvalidInputException if another key of the same name is known, or it is the lookup key
     */
    public synchronized void alsoOpen(NamedKey key) {
        Map<String, NamedKey> keys = new HashMap<>(ring.byId());
        addTo(keys, key, lookupKey);
        ring = new Ring(ring.current(), Map.copyOf(keys));
    }

    /**
     * The name of the key that seals new values.
     *
     * @return the current key's name
     */
    public String currentKeyId() {
        return ring.current().id();
    }

    /**
     * The names of all keys that can be opened with.
     *
     * @return with the current one
     */
    public Set<String> keyIds() {
        return ring.byId().keySet();
    }

    /**
     * The names of the keys, nothing more.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return "FieldCipher[current " + currentKeyId() + " of " + keyIds() + "]";
    }

    private static void addTo(Map<String, NamedKey> keys, NamedKey key, NamedKey lookupKey) {
        if (same(key, lookupKey)) {
            throw new InvalidInputException("key " + key.id(), "is the lookup key", "a key of its own");
        }
        NamedKey known = keys.put(key.id(), key);
        if (known != null && !same(known, key)) {
            throw new InvalidInputException("key " + key.id(), "has the name of another key", "one name, one key");
        }
    }

    private static boolean same(NamedKey one, NamedKey other) {
        return java.security.MessageDigest.isEqual(
                one.forAlgorithm("AES").getEncoded(), other.forAlgorithm("AES").getEncoded());
    }

    /**
     * Collects keys.
     *
     * <p>Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final NamedKey current;
        private final NamedKey lookupKey;
        private final Map<String, NamedKey> keys = new HashMap<>();
        private SecureRandom random = new SecureRandom();

        private Builder(NamedKey current, NamedKey lookupKey) {
            this.current = Objects.requireNonNull(current, "current");
            this.lookupKey = Objects.requireNonNull(lookupKey, "lookupKey");
            addTo(keys, current, lookupKey);
        }

        /**
         * Adds a key that older values were sealed under.
         *
         * @param key opens only
         * @return this
         * @throws InvalidInputException if another key of the same name is there, or it is the lookup key
         */
        public Builder alsoOpens(NamedKey key) {
            addTo(keys, key, lookupKey);
            return this;
        }

        /**
         * Where nonces come from. Default: the system's {@link SecureRandom}.
         *
         * @param source cryptographically strong; a nonce used twice gives the values away
         * @return this
         */
        public Builder random(SecureRandom source) {
            this.random = Objects.requireNonNull(source, "source");
            return this;
        }

        /**
         * The cipher.
         *
         * @return a cipher
         */
        public FieldCipher build() {
            return new FieldCipher(this);
        }
    }
}
