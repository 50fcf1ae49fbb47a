package io.nestcms.webhook;

import io.nestcms.webhook.Refusal.Reason;
import io.nestcms.webhook.WebhookEvent.Origin;
import io.nestcms.webhook.WebhookEvent.SecurityAlert;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a request is a genuine webhook. A cheap guard comes first (size, well-formed headers); then, in this
 * order, signature, headers and payload. The first check that fails ends it, and a check whose input is
 * missing fails.
 *
 * <p>Throws nothing for anything that a sender can send: every request ends as a {@link Verification}.
 *
 * <p>Immutable and safe for use by many threads. May be repeated: verifying changes nothing.
 *
 * @since 0.1
 */
public final class WebhookVerifier {
    private static final int DEFAULT_MAX_BODY = 1024 * 1024;

    private final SignatureScheme scheme;
    private final SecretSource secrets;
    private final int maxBodyBytes;
    private final HeaderRules headers;
    private final @Nullable PayloadRules payload;
    private final Clock clock;
    private final Announcer announcer;

    private WebhookVerifier(Builder builder) {
        this.scheme = builder.scheme;
        this.secrets = builder.secrets;
        this.maxBodyBytes = builder.maxBodyBytes;
        this.headers = builder.headers;
        this.payload = builder.payload;
        this.clock = builder.clock;
        this.announcer = new Announcer(builder.listeners);
    }

    /**
     * Starts a verifier with the same keys for every tenant.
     *
     * @param scheme how the provider signs
     * @param keys the keys, at least one; copied. Each may have a time from which and until which it is valid
     * @return a builder
     * @throws IllegalArgumentException if there is no key: there is no unsigned mode
     */
    public static Builder builder(SignatureScheme scheme, Collection<? extends VerificationKey> keys) {
        return new Builder(scheme, SecretSource.of(keys));
    }

    /**
     * Starts a verifier whose keys are looked up by tenant.
     *
     * @param scheme how the provider signs
     * @param secrets gives the keys of a tenant
     * @return a builder
     */
    public static Builder builder(SignatureScheme scheme, SecretSource secrets) {
        return new Builder(scheme, secrets);
    }

    /**
     * Decides whether a request is genuine.
     *
     * @param request the request as it was received
     * @return the proof with the content, or why it was refused
     */
    public Verification verify(WebhookRequest request) {
        Instant now = clock.instant();
        Origin origin = new Origin(scheme.name(), request.tenant(), source(request));
        announcer.received(now, origin, request.bodyLength());
        Verification verification = decide(request, origin, now);
        if (verification instanceof Verification.Refused refused) {
            announcer.rejected(now, origin, refused.refusal());
        } else if (verification instanceof Verification.Verified verified) {
            announcer.validated(now, origin, verified.webhook());
        }
        return verification;
    }

    /**
     * Reports that a genuine message contradicts the application's own record, so that it is heard of as a refused one is.
     *
     * @param webhook the message
     * @param refusal why the application refuses it, {@link Refusal#contentMismatch}
     * @return the answer for the sender
     */
    public WebhookAnswer reject(VerifiedWebhook webhook, Refusal refusal) {
        Instant now = clock.instant();
        announcer.rejected(now, webhook.origin(), refusal);
        announcer.alert(
                new SecurityAlert(now, webhook.origin(), SecurityAlert.Kind.CONTENT_MISMATCH, refusal.detail(), null));
        return refusal.answer();
    }

    /**
     * The largest body that is taken. Read one byte more than that and no further.
     *
     * @return bytes
     */
    public int maxBodyBytes() {
        return maxBodyBytes;
    }

    private Verification decide(WebhookRequest request, Origin origin, Instant now) {
        Refusal refusal = guard(request);
        if (refusal != null) {
            return new Verification.Refused(refusal);
        }
        SignatureReading reading = scheme.read(request);
        if (reading instanceof SignatureReading.Unreadable unreadable) {
            return new Verification.Refused(unreadable.refusal());
        }
        SignatureClaim claim = (SignatureClaim) reading;
        return check(request, origin, claim, now);
    }

    private @Nullable Refusal guard(WebhookRequest request) {
        return request.bodyLength() > maxBodyBytes
                ? Refusal.of(Reason.BODY_TOO_LARGE, "over " + maxBodyBytes + " bytes")
                : HeaderRules.malformed(request);
    }

    private Verification check(WebhookRequest request, Origin origin, SignatureClaim claim, Instant now) {
        Collection<? extends VerificationKey> keys;
        try {
            keys = secrets.keysOf(request.tenant());
        } catch (RuntimeException e) {
            announcer.broken("the secrets could not be looked up", e);
            return refused(Reason.SECRET_UNAVAILABLE, "the secrets could not be looked up");
        }
        SignatureMatch match = SignatureMatch.of(claim, keys, now);
        byte[] identity = match.identity();
        if (identity == null) {
            return match.anyKey()
                    ? refused(Reason.SIGNATURE_MISMATCH, "no valid secret gives this signature")
                    : refused(Reason.SECRET_UNKNOWN, "no secret is valid now for this tenant");
        }
        Optional<Refusal> refusal = rules(request);
        return refusal.isPresent()
                ? new Verification.Refused(refusal.get())
                : new Verification.Verified(new VerifiedWebhook(request, origin, claim, identity, now));
    }

    private Optional<Refusal> rules(WebhookRequest request) {
        Optional<Refusal> refusal = headers.check(request);
        return refusal.isPresent() || payload == null ? refusal : payload.check(request);
    }

    private static Verification refused(Reason reason, String detail) {
        return new Verification.Refused(Refusal.of(reason, detail));
    }

    private static String source(WebhookRequest request) {
        InetAddress peer = request.peer();
        return peer == null ? "unknown" : peer.getHostAddress();
    }

    /**
     * Builds a verifier.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final SignatureScheme scheme;
        private final SecretSource secrets;
        private final List<WebhookListener> listeners = new ArrayList<>();
        private int maxBodyBytes = DEFAULT_MAX_BODY;
        private HeaderRules headers = HeaderRules.standard();
        private @Nullable PayloadRules payload;
        private Clock clock = Clock.systemUTC();

        private Builder(SignatureScheme scheme, SecretSource secrets) {
            this.scheme = Objects.requireNonNull(scheme, "scheme");
            this.secrets = Objects.requireNonNull(secrets, "secrets");
        }

        /**
         * Sets the largest body that is taken. Default 1 MiB.
         *
         * @param maxBodyBytes bytes, 1 to 2147483646
         * @return this builder
         * @throws IllegalArgumentException if the number is outside that range
         */
        public Builder maxBodyBytes(int maxBodyBytes) {
            if (maxBodyBytes < 1 || maxBodyBytes == Integer.MAX_VALUE) {
                throw new IllegalArgumentException("maxBodyBytes is " + maxBodyBytes + ": 1 to 2147483646 is allowed");
            }
            this.maxBodyBytes = maxBodyBytes;
            return this;
        }

        /**
         * Sets the rules for headers. Default {@link HeaderRules#standard()}.
         *
         * @param headers the rules
         * @return this builder
         */
        public Builder headers(HeaderRules headers) {
            this.headers = Objects.requireNonNull(headers, "headers");
            return this;
        }

        /**
         * Sets the rules for a JSON body. Default: none, the body may be anything that was signed.
         *
         * @param payload the rules
         * @return this builder
         */
        public Builder payload(PayloadRules payload) {
            this.payload = Objects.requireNonNull(payload, "payload");
            return this;
        }

        /**
         * Requires that a JSON body's {@code profile_id} is this one, as PayTabs' notifications have it. Sets the rules for
         * the body: for more of them use {@link #payload}.
         *
         * @param profileId the configured profile
         * @return this builder
         */
        public Builder expectedProfile(long profileId) {
            return payload(PayloadRules.json()
                    .profile("profile_id", Set.of(Long.toString(profileId)))
                    .build());
        }

        /**
         * Adds a listener. Default: none.
         *
         * @param listener hears every event
         * @return this builder
         */
        public Builder listener(WebhookListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Sets the clock. Default: the system's, in UTC.
         *
         * @param clock gives the time of events and the validity of secrets
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Builds the verifier.
         *
         * @return the verifier
         */
        public WebhookVerifier build() {
            return new WebhookVerifier(this);
        }
    }
}
