package io.nestcms.webhook;

import io.nestcms.webhook.Refusal.Reason;
import io.nestcms.webhook.WebhookEvent.SecurityAlert;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a request is a genuine webhook. A cheap guard comes first (size, well-formed headers); then, in this order,
 * signature, timestamp, source address, headers and payload. The first check that fails ends it, and a check whose input is
 * missing fails.
 *
 * <p>Throws nothing for anything that a sender can send: every request ends as a {@link Verification}, which has the HTTP
 * answer. Nor for anything that a listener, a scheme, a secret source, a clock or a replay guard throws: a listener's failure
 * changes nothing, any other is a fault of our own and the provider delivers again.
 *
 * <p>Safe for use by many threads. {@link #verify} may be repeated: it changes nothing but the count of refusals.
 *
 * @since 0.1
 */
public final class WebhookVerifier {
    private static final int DEFAULT_MAX_BODY = 1024 * 1024;
    private static final String FAILED = "a check could not be made";
    private static final String NO_SECRETS = "the secrets could not be looked up";
    private static final Refusal NO_KEY = Refusal.of(Reason.SECRET_UNKNOWN, "no secret is valid now for this tenant");

    private final SignatureScheme scheme;
    private final SecretSource secrets;
    private final int maxBodyBytes;
    private final TimestampRule timestamps;
    private final TrustedProxies proxies;
    private final @Nullable IpAllowList sources;
    private final HeaderRules headers;
    private final @Nullable PayloadRules payload;
    private final Clock clock;
    private final Announcer announcer;
    private final SourceWatch watch;
    private final ReplayGate replayGate;

    private WebhookVerifier(Builder builder) {
        this.scheme = builder.scheme;
        this.secrets = builder.secrets;
        this.maxBodyBytes = builder.maxBodyBytes;
        this.timestamps = builder.timestamps;
        this.proxies = builder.proxies;
        this.sources = builder.sources;
        this.headers = builder.headers;
        this.payload = builder.payload;
        this.clock = builder.clock;
        this.announcer = new Announcer(builder.listeners);
        this.watch = new SourceWatch(builder.threatMonitor, announcer);
        this.replayGate = new ReplayGate(
                builder.replayGuard,
                builder.onGuardFailure,
                new ReplayGate.Patience(builder.patience.toNanos(), builder.ticker, builder.pause),
                announcer);
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
     * Decides whether a request is genuine. Does not ask the replay guard.
     *
     * @param request the request as it was received
     * @return the proof with the content, or why it was refused
     */
    public Verification verify(WebhookRequest request) {
        Verification verification = examine(request);
        if (verification instanceof Verification.Verified verified) {
            announcer.validated(verified.webhook());
        }
        return verification;
    }

    private Verification examine(WebhookRequest request) {
        Objects.requireNonNull(request, "request");
        try {
            Arrival arrival = new Arrival(request, scheme.name(), proxies.resolve(request), clock.instant());
            announcer.received(arrival);
            return decided(arrival);
        } catch (Throwable e) { // an Error too: what a clock throws must not reach the web server
            announcer.broken(FAILED, e);
            return new Verification.Refused(Refusal.of(Reason.CHECK_FAILED, FAILED));
        }
    }

    /**
     * Verifies a request and, when it is genuine and the replay guard has not seen it handled, hands it to the handler. The
     * delivery counts as handled only when the handler answers {@link WebhookAnswer#ACCEPTED}; when it throws or answers
     * otherwise, the provider's next delivery is handled.
     *
     * @param <X> what the handler may throw
     * @param request the request as it was received
     * @param handler acts on the delivery
     * @return how the delivery ended, with the answer for the sender
     * @throws X if the handler threw it
     */
    public <X extends Exception> Delivery handle(WebhookRequest request, WebhookHandler<X> handler) throws X {
        Verification verification = examine(request);
        if (verification instanceof Verification.Verified verified) {
            return replayGate.run(verified.webhook(), handler);
        }
        return new Delivery.Refused(((Verification.Refused) verification).refusal());
    }

    /**
     * Reports that a genuine message contradicts the application's own record, so that it is heard of as a refused one is.
     *
     * @param webhook the message
     * @param refusal why the application refuses it, {@link Refusal#contentMismatch}
     * @return the answer for the sender
     */
    public WebhookAnswer reject(VerifiedWebhook webhook, Refusal refusal) {
        Instant now = now(webhook);
        announcer.rejected(now, webhook.origin(), refusal);
        announcer.alert(
                new SecurityAlert(now, webhook.origin(), SecurityAlert.Kind.CONTENT_MISMATCH, refusal.detail(), null));
        return refusal.answer();
    }

    private Instant now(VerifiedWebhook webhook) {
        try {
            return clock.instant();
        } catch (Throwable e) {
            announcer.broken("the clock failed", e);
            return webhook.receivedAt();
        }
    }

    /**
     * The largest body that is taken. Read one byte more than that and no further.
     *
     * @return bytes
     */
    public int maxBodyBytes() {
        return maxBodyBytes;
    }

    private Verification decided(Arrival arrival) {
        try {
            return decide(arrival);
        } catch (Throwable e) { // a scheme or a ticker of the application's own may throw anything
            announcer.broken(FAILED, e);
            return refused(arrival, Refusal.of(Reason.CHECK_FAILED, FAILED), false);
        }
    }

    private Verification decide(Arrival arrival) {
        WebhookRequest request = arrival.request();
        Refusal malformed = request.bodyLength() > maxBodyBytes
                ? Refusal.of(Reason.BODY_TOO_LARGE, "over " + maxBodyBytes + " bytes")
                : headers.malformed(request);
        if (malformed != null) {
            return unsigned(arrival, malformed);
        }
        SignatureReading reading = scheme.read(request);
        return reading instanceof SignatureReading.Unreadable unreadable
                ? unsigned(arrival, unreadable.refusal())
                : checkSignature(arrival, (SignatureClaim) reading);
    }

    private Verification checkSignature(Arrival arrival, SignatureClaim claim) {
        Collection<? extends VerificationKey> keys;
        try {
            keys = keysOf(arrival.request().tenant());
        } catch (Throwable e) {
            announcer.broken(NO_SECRETS, e);
            return refused(arrival, Refusal.of(Reason.SECRET_UNAVAILABLE, NO_SECRETS), false);
        }
        SignatureMatch match = SignatureMatch.of(claim, keys, arrival.at());
        if (!match.isGood()) {
            return unsigned(arrival, match.anyKey() ? mismatch(arrival.request()) : NO_KEY);
        }
        watch.signed(arrival);
        Refusal refusal = checkRules(arrival, claim);
        if (refusal != null) {
            return refused(arrival, refusal, true);
        }
        return new Verification.Verified(new VerifiedWebhook(arrival, claim, match));
    }

    /** Copied, which costs nothing for a list that cannot change: another collection may do anything when it is walked. */
    private Collection<? extends VerificationKey> keysOf(String tenant) {
        Collection<? extends VerificationKey> keys = secrets.keysOf(tenant);
        return keys == null ? List.of() : List.copyOf(keys);
    }

    private static Refusal mismatch(WebhookRequest request) {
        return Refusal.of(
                Reason.SIGNATURE_MISMATCH,
                request.isOfOtherLength()
                        ? "no valid secret gives this signature; the body is not as long as Content-Length says: did"
                                + " something read or change it before the verifier?"
                        : "no valid secret gives this signature");
    }

    private @Nullable Refusal checkRules(Arrival arrival, SignatureClaim claim) {
        Instant signedAt = claim.timestamp();
        Refusal refusal = signedAt == null ? null : timestamps.refusal(signedAt, arrival.at());
        if (refusal == null && sources != null) {
            refusal = sources.refusal(arrival.client());
        }
        if (refusal == null) {
            refusal = headers.unwanted(arrival.request()); // that they are well-formed was seen to before the signature
        }
        return refusal == null && payload != null ? payload.refusal(arrival.request()) : refusal;
    }

    private Verification unsigned(Arrival arrival, Refusal refusal) {
        return refused(arrival, watch.unsigned(arrival, refusal), false);
    }

    private Verification refused(Arrival arrival, Refusal refusal, boolean signed) {
        announcer.rejected(arrival.at(), arrival.origin(), refusal);
        watch.refused(arrival, refusal, signed);
        return new Verification.Refused(refusal);
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
        private TimestampRule timestamps = TimestampRule.standard();
        private TrustedProxies proxies = TrustedProxies.none();
        private @Nullable IpAllowList sources;
        private HeaderRules headers = HeaderRules.standard();
        private @Nullable PayloadRules payload;
        private @Nullable ThreatMonitor threatMonitor;
        private @Nullable ReplayGuard replayGuard;
        private GuardFailurePolicy onGuardFailure = GuardFailurePolicy.REFUSE;
        private Duration patience = Duration.ZERO;
        private LongSupplier ticker = System::nanoTime;
        private ReplayGate.Pause pause = TimeUnit.NANOSECONDS::sleep;
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
         * Sets the tolerance for the time that the scheme signs, if it signs one. Default five minutes in both directions.
         *
         * @param timestamps the tolerances
         * @return this builder
         */
        public Builder timestamps(TimestampRule timestamps) {
            this.timestamps = Objects.requireNonNull(timestamps, "timestamps");
            return this;
        }

        /**
         * Sets the proxies whose word on the sender's address is taken. Default: none, the sender is the socket's other end.
         *
         * @param proxies the proxies
         * @return this builder
         */
        public Builder proxies(TrustedProxies proxies) {
            this.proxies = Objects.requireNonNull(proxies, "proxies");
            return this;
        }

        /**
         * Sets the addresses that may send. Default: any; a signature says more than an address.
         *
         * @param sources the addresses
         * @return this builder
         */
        public Builder sources(IpAllowList sources) {
            this.sources = Objects.requireNonNull(sources, "sources");
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
         * Sets what counts refusals, raises alerts and blocks sources for a while; a block is of scheme, tenant and address,
         * and never keeps a signed request out. Default: none.
         *
         * @param threatMonitor the monitor; may be shared by verifiers
         * @return this builder
         */
        public Builder threatMonitor(ThreatMonitor threatMonitor) {
            this.threatMonitor = Objects.requireNonNull(threatMonitor, "threatMonitor");
            return this;
        }

        /**
         * Sets what keeps {@link WebhookVerifier#handle} from handling a delivery twice. Default: none.
         *
         * @param replayGuard the guard. May be shared by verifiers of any schemes, tenants and secrets: all three are in
         *     the {@linkplain VerifiedWebhook#digest() key}. Two verifiers with the same secret share the deliveries as well, so where
         *     each of two endpoints has to handle them, {@linkplain SigningSecret#named name} the secret in one otherwise
         * @param onFailure what happens while it cannot be asked
         * @return this builder
         */
        public Builder replayGuard(ReplayGuard replayGuard, GuardFailurePolicy onFailure) {
            this.replayGuard = Objects.requireNonNull(replayGuard, "replayGuard");
            this.onGuardFailure = Objects.requireNonNull(onFailure, "onFailure");
            return this;
        }

        /**
         * Sets how long a delivery waits, on its thread, for the end of an equal one that is being handled, to be answered as that one
         * is. Then it is to come again. Default zero: at once. At most 64 wait at a time; more are to come again at once, so that
         * nobody who sends the same again and again holds all threads.
         *
         * @param longest zero to one minute
         * @return this builder
         * @throws IllegalArgumentException if the duration is outside that range
         */
        public Builder patience(Duration longest) {
            if (longest.isNegative() || longest.compareTo(Duration.ofMinutes(1)) > 0) {
                throw new IllegalArgumentException("patience is " + longest + ": zero to one minute is allowed");
            }
            this.patience = longest;
            return this;
        }

        /** What measures and makes the waits; for tests. */
        Builder waiting(LongSupplier ticker, ReplayGate.Pause pause) {
            this.ticker = ticker;
            this.pause = pause;
            return this;
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
