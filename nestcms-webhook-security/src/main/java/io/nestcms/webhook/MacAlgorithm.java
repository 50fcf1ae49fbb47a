package io.nestcms.webhook;

/**
 * How signed bytes become a signature.
 *
 * @since 0.1
 */
public enum MacAlgorithm {
    /** HMAC with SHA-256, 32 bytes. */
    HMAC_SHA256("HmacSHA256", 32),
    /** HMAC with SHA-384, 48 bytes. */
    HMAC_SHA384("HmacSHA384", 48),
    /** HMAC with SHA-512, 64 bytes. */
    HMAC_SHA512("HmacSHA512", 64);

    private final String jcaName;
    private final int length;

    MacAlgorithm(String jcaName, int length) {
        this.jcaName = jcaName;
        this.length = length;
    }

    String jcaName() {
        return jcaName;
    }

    /**
     * The size of a signature.
     *
     * @return bytes
     */
    public int length() {
        return length;
    }
}
