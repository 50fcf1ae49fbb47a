package io.nestcms.webhook;

import io.nestcms.webhook.Refusal.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The common form of signature: an HMAC in one header, over the raw body or over a time, a separator and the raw body.
 * Header names, algorithm and encoding are free, so most providers that are not here are a few lines away:
 *
 * <pre>{@code
 * SignatureScheme slack = HmacScheme.builder("slack", "X-Slack-Signature")
 *         .signaturePrefix("v0=")
 *         .contentPrefix("v0:")
 *         .timestamp("X-Slack-Request-Timestamp", TimestampFormat.UNIX_SECONDS, ":")
 *         .build();
 * }</pre>
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class HmacScheme implements SignatureScheme {
    static final HmacScheme PAYTABS_CALLBACK =
            builder("paytabs-callback", "Signature").build();
    static final HmacScheme GITHUB =
            builder("github", "X-Hub-Signature-256").signaturePrefix("sha256=").build();
    static final HmacScheme ADYEN_HEADER = builder("adyen-header", "HmacSignature")
            .encoding(SignatureEncoding.BASE64)
            .build();

    private final String name;
    private final String signatureHeader;
    private final String signaturePrefix;
    private final MacAlgorithm algorithm;
    private final SignatureEncoding encoding;
    private final String contentPrefix;
    private final byte[] contentPrefixBytes;
    private final @Nullable String timestampHeader;
    private final TimestampFormat timestampFormat;
    private final String separator;

    private HmacScheme(Builder builder) {
        this.name = builder.name;
        this.signatureHeader = builder.signatureHeader;
        this.signaturePrefix = builder.signaturePrefix;
        this.algorithm = builder.algorithm;
        this.encoding = builder.encoding;
        this.contentPrefix = builder.contentPrefix;
        this.contentPrefixBytes = contentPrefix.getBytes(StandardCharsets.UTF_8);
        this.timestampHeader = builder.timestampHeader;
        this.timestampFormat = builder.timestampFormat;
        this.separator = builder.separator;
    }

    /**
     * Starts a scheme: HMAC-SHA256 over the raw body, in hexadecimal digits, unless changed.
     *
     * @param name the scheme's name in events, logs and replay keys
     * @param signatureHeader the header that holds the signature
     * @return a builder
     */
    public static Builder builder(String name, String signatureHeader) {
        return new Builder(name, signatureHeader);
    }

    /** Square signs the address it was told to send to, so the scheme is told the same; never taken from the request. */
    static HmacScheme square(String notificationUrl) {
        return builder("square", "x-square-hmacsha256-signature")
                .encoding(SignatureEncoding.BASE64)
                .contentPrefix(notificationUrl)
                .build();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public SignatureReading read(WebhookRequest request) {
        if (request.bodyLength() == 0) {
            // what PayTabs sends to a plain http address, and what a redirect leaves of any request
            return SignatureReading.noBody(request);
        }
        return SignatureHeader.single(request, signatureHeader, value -> read(request, value));
    }

    private SignatureReading read(WebhookRequest request, String value) {
        byte[] signature =
                value.startsWith(signaturePrefix) ? encoding.decode(value.substring(signaturePrefix.length())) : null;
        if (signature == null || signature.length != algorithm.length()) {
            return SignatureReading.unreadable(
                    Reason.SIGNATURE_MALFORMED, "not " + algorithm.length() + " bytes in " + encoding);
        }
        if (timestampHeader != null) {
            return readTimed(request, timestampHeader, signature);
        }
        SignatureClaim.Builder claim = contentPrefixBytes.length == 0
                ? SignatureClaim.builder(algorithm, request.rawBody())
                : SignatureClaim.builder(algorithm, contentPrefixBytes, request.rawBody());
        return claim.signature(signature).build();
    }

    private SignatureReading readTimed(WebhookRequest request, String header, byte[] signature) {
        String text = request.header(header);
        if (text == null) {
            return SignatureReading.unreadable(Reason.TIMESTAMP_MISSING, "no header " + header);
        }
        SignatureReading repeated = SignatureHeader.repeated(request, header);
        if (repeated != null) {
            return repeated;
        }
        Instant at = timestampFormat.parse(text);
        return at == null
                ? SignatureReading.unreadable(Reason.TIMESTAMP_MALFORMED, "not a time of the form " + timestampFormat)
                : SignatureClaim.builder(algorithm, timedPrefix(text), request.rawBody())
                        .signature(signature)
                        .timestamp(at)
                        .build();
    }

    private byte[] timedPrefix(String timestamp) {
        return (contentPrefix + timestamp + separator).getBytes(StandardCharsets.UTF_8);
    }

    /** The headers that a sender adds. */
    Map<String, String> sign(SigningSecret secret, Instant at, byte[] body) {
        Map<String, String> headers = new LinkedHashMap<>();
        byte[] prefix = contentPrefixBytes;
        if (timestampHeader != null) {
            String timestamp = timestampFormat.format(at);
            headers.put(timestampHeader, timestamp);
            prefix = timedPrefix(timestamp);
        }
        byte[] mac = secret.sign(algorithm, prefix, body);
        headers.put(signatureHeader, signaturePrefix + encoding.encode(mac));
        return headers;
    }

    /**
     * Builds a scheme.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final String name;
        private final String signatureHeader;
        private String signaturePrefix = "";
        private MacAlgorithm algorithm = MacAlgorithm.HMAC_SHA256;
        private SignatureEncoding encoding = SignatureEncoding.HEX;
        private String contentPrefix = "";
        private @Nullable String timestampHeader;
        private TimestampFormat timestampFormat = TimestampFormat.UNIX_SECONDS;
        private String separator = ".";

        private Builder(String name, String signatureHeader) {
            this.name = Objects.requireNonNull(name, "name");
            this.signatureHeader = Objects.requireNonNull(signatureHeader, "signatureHeader");
        }

        /**
         * Sets what stands before the signature in its header. Default: nothing.
         *
         * @param prefix for example {@code sha256=}
         * @return this builder
         */
        public Builder signaturePrefix(String prefix) {
            this.signaturePrefix = Objects.requireNonNull(prefix, "prefix");
            return this;
        }

        /**
         * Sets the algorithm. Default HMAC-SHA256.
         *
         * @param algorithm the algorithm
         * @return this builder
         */
        public Builder algorithm(MacAlgorithm algorithm) {
            this.algorithm = Objects.requireNonNull(algorithm, "algorithm");
            return this;
        }

        /**
         * Sets how the signature is written. Default hexadecimal.
         *
         * @param encoding the encoding
         * @return this builder
         */
        public Builder encoding(SignatureEncoding encoding) {
            this.encoding = Objects.requireNonNull(encoding, "encoding");
            return this;
        }

        /**
         * Sets a fixed text that is signed before everything else. Default: none.
         *
         * @param prefix for example {@code v0:}, or the address the provider sends to
         * @return this builder
         */
        public Builder contentPrefix(String prefix) {
            this.contentPrefix = Objects.requireNonNull(prefix, "prefix");
            return this;
        }

        /**
         * Makes the time part of what is signed: time, separator, body. Default: no time.
         *
         * @param header the header that holds it
         * @param format how it is written; it is signed exactly as received
         * @param separator what stands between time and body, mostly {@code .}; not empty and not starting with a sign that a
         *     time may hold, so that nothing can be moved from one to the other
         * @return this builder
         * @throws IllegalArgumentException if the separator does not separate
         */
        public Builder timestamp(String header, TimestampFormat format, String separator) {
            if (separator.isEmpty() || Ascii.isLetterOrDigit(separator.charAt(0))) {
                throw new IllegalArgumentException(
                        "separator does not separate: a sign that no time holds is expected");
            }
            this.timestampHeader = Objects.requireNonNull(header, "header");
            this.timestampFormat = Objects.requireNonNull(format, "format");
            this.separator = separator;
            return this;
        }

        /**
         * Builds the scheme.
         *
         * @return the scheme
         */
        public HmacScheme build() {
            return new HmacScheme(this);
        }
    }
}
