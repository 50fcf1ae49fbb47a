package io.nestcms.webhook;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.EdECPublicKey;
import java.util.Base64;

/** Public keys to seeds: the JDK gives them out only when it makes the pair, so it is told what is random. */
final class Ed25519Samples {
    private Ed25519Samples() {}

    static String publicKeyOf(byte[] seed) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(255, new SecureRandom() {
                private static final long serialVersionUID = 1L;

                @Override
                public void nextBytes(byte[] bytes) {
                    System.arraycopy(seed, 0, bytes, 0, bytes.length);
                }
            });
            KeyPair pair = generator.generateKeyPair();
            EdECPublicKey key = (EdECPublicKey) pair.getPublic();
            byte[] y = key.getPoint().getY().toByteArray();
            byte[] bytes = new byte[32];
            for (int i = 0; i < y.length && i < 32; i++) {
                bytes[i] = y[y.length - 1 - i];
            }
            bytes[31] |= (byte) (key.getPoint().isXOdd() ? 0x80 : 0);
            return "whpk_" + Base64.getEncoder().encodeToString(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
