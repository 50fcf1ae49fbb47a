package io.nestcms.notification;

import io.nestcms.failure.InvalidInputException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPrivateKeySpec;
import java.time.Instant;
import java.util.Base64;

/**
 * Says to a push service who sends (VAPID, RFC 8292): a key of P-256, whose public half the page gives to
 * {@code pushManager.subscribe} as {@code applicationServerKey}. Immutable and safe for use by many threads; {@link #toString()}
 * shows the public half.
 *
 * @since 0.1
 */
public final class VapidKey {
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final PrivateKey privateKey;
    private final String publicKey;

    private VapidKey(PrivateKey privateKey, String publicKey) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
    }

    /**
     * A key in the form that the usual generators of VAPID keys print.
     *
     * @param publicKey 65 bytes in base64url
     * @param privateKey 32 bytes in base64url; a secret
     * @return the key
     * @throws InvalidInputException if one of them has another form, or they do not belong together
     */
    public static VapidKey of(String publicKey, String privateKey) {
        byte[] point = bytes("publicKey", publicKey, 65);
        byte[] secret = bytes("privateKey", privateKey, 32);
        ECPublicKey open;
        try {
            open = PushSeal.publicKey(point);
        } catch (GeneralSecurityException e) {
            throw new InvalidInputException("publicKey", "is no point of P-256", "65 bytes in base64url");
        }
        try {
            PrivateKey own = KeyFactory.getInstance("EC")
                    .generatePrivate(new ECPrivateKeySpec(new BigInteger(1, secret), PushSeal.curve()));
            byte[] probe = {1};
            Signature verifier = Signature.getInstance("SHA256withECDSA");
            verifier.initVerify(open);
            verifier.update(probe);
            if (!verifier.verify(sign("SHA256withECDSA", own, probe))) {
                throw new InvalidInputException("privateKey", "is not the public key's", "the two of one pair");
            }
            return new VapidKey(own, BASE64.encodeToString(point));
        } catch (GeneralSecurityException e) {
            throw new InvalidInputException("privateKey", "is no key of P-256", "32 bytes in base64url");
        }
    }

    private static byte[] bytes(String field, String value, int length) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(value);
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException(field, "is not base64url", length + " bytes in base64url");
        }
        if (bytes.length != length) {
            throw new InvalidInputException(field, "has " + bytes.length + " bytes", length + " bytes in base64url");
        }
        return bytes;
    }

    /**
     * The public half.
     *
     * @return 65 bytes in base64url without padding
     */
    public String publicKey() {
        return publicKey;
    }

    /** The value of {@code Authorization} for one push service. */
    String authorization(String origin, String contact, Instant until) throws GeneralSecurityException {
        String claims = "{\"aud\":\"" + Json.escape(origin) + "\",\"exp\":" + until.getEpochSecond() + ",\"sub\":\""
                + Json.escape(contact) + "\"}";
        String signed = base64("{\"typ\":\"JWT\",\"alg\":\"ES256\"}") + "." + base64(claims);
        byte[] signature = sign("SHA256withECDSAinP1363Format", privateKey, signed.getBytes(StandardCharsets.US_ASCII));
        return "vapid t=" + signed + "." + BASE64.encodeToString(signature) + ", k=" + publicKey;
    }

    private static byte[] sign(String algorithm, PrivateKey key, byte[] content) throws GeneralSecurityException {
        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(key);
        signer.update(content);
        return signer.sign();
    }

    private static String base64(String json) {
        return BASE64.encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "VapidKey[" + publicKey + "]";
    }
}
