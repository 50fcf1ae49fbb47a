package io.nestcms.webhook;

import io.nestcms.webhook.Refusal.Reason;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the JSON of a body must be: well-formed (RFC 8259, UTF-8, an object, nothing after it), not too deep, with the
 * required fields, of the expected profile. Fields are named by their path, names joined by dots:
 * {@code payment_result.response_status}. A field that is checked must not be there twice, however its name is escaped.
 * Other fields may come and go.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class PayloadRules implements WebhookCheck {
    private static final int DEFAULT_DEPTH = 32;

    private final int maxDepth;
    private final List<String> required;
    private final @Nullable String profileField;
    private final Set<String> profiles;
    private final List<TimeField> times;
    private final Clock clock;
    private final JsonPaths paths;

    private PayloadRules(Builder builder) {
        this.maxDepth = builder.maxDepth;
        this.required = List.copyOf(builder.required);
        this.profileField = builder.profileField;
        this.profiles = builder.profiles;
        this.times = List.copyOf(builder.times);
        this.clock = builder.clock;
        List<String> all = new ArrayList<>(required);
        times.forEach(time -> all.add(time.path()));
        if (profileField != null) {
            all.add(profileField);
        }
        this.paths = new JsonPaths(all);
    }

    /**
     * Starts rules for a JSON body.
     *
     * @return a builder
     */
    public static Builder json() {
        return new Builder();
    }

    @Override
    public Optional<Refusal> check(WebhookRequest request) {
        return Optional.ofNullable(refusal(request));
    }

    @Nullable Refusal refusal(WebhookRequest request) {
        try {
            return refusal(JsonScan.of(request.rawBody(), paths, maxDepth));
        } catch (JsonRefusedException e) {
            return e.refusal();
        }
    }

    private @Nullable Refusal refusal(JsonScan scan) {
        for (String field : required) {
            JsonScan.@Nullable Kind kind = scan.kind(paths.leafOf(field));
            if (kind == null || kind == JsonScan.Kind.NULL) {
                return Refusal.of(Reason.FIELD_MISSING, "no field " + field);
            }
        }
        Refusal refusal = profileField == null ? null : profileRefusal(scan, profileField);
        for (int i = 0; refusal == null && i < times.size(); i++) {
            refusal = timeRefusal(scan, times.get(i));
        }
        return refusal;
    }

    private @Nullable Refusal timeRefusal(JsonScan scan, TimeField time) {
        String text = scan.text(paths.leafOf(time.path()));
        if (text == null) {
            return Refusal.of(Reason.TIMESTAMP_MISSING, "no field " + time.path());
        }
        Instant at = time.format().parse(text);
        return at == null
                ? Refusal.of(Reason.TIMESTAMP_MALFORMED, time.path() + " is not a time of the form " + time.format())
                : time.rule().check(at, clock.instant()).orElse(null);
    }

    /** A field that holds a time, and what it must be. */
    private record TimeField(String path, TimestampFormat format, TimestampRule rule) {}

    private @Nullable Refusal profileRefusal(JsonScan scan, String field) {
        String profile = scan.text(paths.leafOf(field));
        if (profile == null) {
            return Refusal.of(Reason.FIELD_MISSING, "no field " + field);
        }
        return profiles.contains(profile)
                ? null
                : Refusal.of(Reason.PROFILE_MISMATCH, field + " is not the configured one");
    }

    /**
     * Builds rules.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final List<String> required = new ArrayList<>();
        private int maxDepth = DEFAULT_DEPTH;
        private @Nullable String profileField;
        private Set<String> profiles = Set.of();
        private final List<TimeField> times = new ArrayList<>();
        private Clock clock = Clock.systemUTC();

        private Builder() {}

        /**
         * Sets how deep objects and arrays may be nested. Default 32.
         *
         * @param maxDepth 1 to 512
         * @return this builder
         * @throws IllegalArgumentException if the number is outside that range
         */
        public Builder maxDepth(int maxDepth) {
            if (maxDepth < 1 || maxDepth > 512) {
                throw new IllegalArgumentException("maxDepth is " + maxDepth + ": 1 to 512 is allowed");
            }
            this.maxDepth = maxDepth;
            return this;
        }

        /**
         * Requires a field that is there and not {@code null}.
         *
         * @param path the names on the way to it, joined by dots
         * @return this builder
         */
        public Builder require(String path) {
            required.add(Objects.requireNonNull(path, "path"));
            return this;
        }

        /**
         * Requires that the message belongs to one of these profiles. A number and a string of the same digits are equal.
         *
         * @param path the field that names the profile, {@code profile_id} for PayTabs
         * @param allowed the configured profiles, at least one
         * @return this builder
         * @throws IllegalArgumentException if no profile is given
         */
        public Builder profile(String path, Set<String> allowed) {
            if (allowed.isEmpty()) {
                throw new IllegalArgumentException("allowed is empty: no message would ever pass");
            }
            profileField = Objects.requireNonNull(path, "path");
            profiles = Set.copyOf(allowed);
            return this;
        }

        /**
         * Requires that a field's time lies within tolerances. For a time of the event, not of the delivery, as PayTabs'
         * {@code payment_result.transaction_time}, use {@link TimestampRule#notFromTheFuture}: a bound on its age would lose
         * late deliveries.
         *
         * @param path the names on the way to the field, joined by dots
         * @param format how the time is written
         * @param rule the tolerances
         * @return this builder
         */
        public Builder time(String path, TimestampFormat format, TimestampRule rule) {
            times.add(new TimeField(
                    Objects.requireNonNull(path, "path"),
                    Objects.requireNonNull(format, "format"),
                    Objects.requireNonNull(rule, "rule")));
            return this;
        }

        /**
         * Sets the clock for times in the body. Default: the system's, in UTC.
         *
         * @param clock gives our time
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Builds the rules.
         *
         * @return the rules
         */
        public PayloadRules build() {
            return new PayloadRules(this);
        }
    }
}
