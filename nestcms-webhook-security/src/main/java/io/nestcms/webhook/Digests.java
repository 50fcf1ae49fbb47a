package io.nestcms.webhook;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 over parts that are taken as one run of bytes. */
final class Digests {
    private Digests() {}

    static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                sha256.update(part);
            }
            return sha256.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new WebhookException("SHA-256 is not offered by this Java runtime", e);
        }
    }
}
