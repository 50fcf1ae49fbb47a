package io.nestcms.webhook;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The proof that a request passed every check, with its content. Only a {@link WebhookVerifier} can make one, so code that
 * takes a {@code VerifiedWebhook} cannot be handed anything unverified.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class VerifiedWebhook {
    private final Arrival arrival;
    private final WebhookRequest request;
    private final SignatureClaim claim;
    private final byte[] identity;
    private final @Nullable String sender;

    VerifiedWebhook(Arrival arrival, SignatureClaim claim, SignatureMatch match) {
        this.arrival = arrival;
        this.request = arrival.request();
        this.claim = claim;
        this.identity = match.identity();
        this.sender = match.sender();
    }

    /**
     * The raw body. Signed as a whole unless the {@linkplain #scheme() scheme} signs fields only; then trust
     * {@link #fields()} alone.
     *
     * @return a copy of the bytes as received
     */
    public byte[] body() {
        return request.body();
    }

    /**
     * The raw body without a copy.
     *
     * @return a read-only view of the bytes as received
     */
    public ByteBuffer bodyBuffer() {
        return request.bodyBuffer();
    }

    /**
     * The body as text.
     *
     * @return the body decoded as UTF-8
     */
    public String text() {
        return new String(request.rawBody(), StandardCharsets.UTF_8);
    }

    /**
     * The signed fields of a form or of a scheme that signs fields.
     *
     * @return decoded names and values, unmodifiable; empty for a scheme that signs the raw body
     */
    public Map<String, String> fields() {
        return claim.fields();
    }

    /**
     * When the request was verified, by the verifier's clock.
     *
     * @return the instant
     */
    public Instant receivedAt() {
        return arrival.at();
    }

    /**
     * When the sender signed, if the scheme tells.
     *
     * @return the signed time
     */
    public Optional<Instant> signedAt() {
        return Optional.ofNullable(claim.timestamp());
    }

    /**
     * The sender's name for the message, the same on each delivery, if the scheme signs one.
     *
     * @return the signed name
     */
    public Optional<String> messageId() {
        return Optional.ofNullable(claim.messageId());
    }

    /**
     * The name of the scheme.
     *
     * @return for example {@code paytabs-callback}
     */
    public String scheme() {
        return arrival.scheme();
    }

    /**
     * The tenant (merchant profile) whose key signed.
     *
     * @return empty when there is only one
     */
    public String tenant() {
        return request.tenant();
    }

    /**
     * Where the request came to and from.
     *
     * @return scheme, tenant and source
     */
    public WebhookEvent.Origin origin() {
        return arrival.origin();
    }

    /**
     * Names the delivery: equal for an equal signed message id, or else for equal signed content, where scheme, tenant and
     * secret are the same, and different otherwise. A secret's {@linkplain SigningSecret#named name}, where it has one, stands
     * for it. Derived from what was signed alone, so that nothing a forger can change makes an old message look new. Not
     * the signature, nor can the signature be had from it.
     *
     * @return 64 hexadecimal digits
     */
    public String digest() {
        @Nullable String id = claim.messageId();
        byte[] own = id == null ? identity : id.getBytes(StandardCharsets.UTF_8);
        byte[] scheme = label(arrival.scheme());
        byte[] tenant = label(request.tenant());
        return HexFormat.of()
                .formatHex(
                        sender == null
                                ? Digests.sha256(scheme, tenant, own)
                                : Digests.sha256(scheme, tenant, label(sender), own));
    }

    private static byte[] label(String text) {
        return (text + '\0').getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Shows no content.
     *
     * @return scheme and size
     */
    @Override
    public String toString() {
        return "VerifiedWebhook[" + arrival.scheme() + ", " + request.bodyLength() + " bytes]";
    }
}
