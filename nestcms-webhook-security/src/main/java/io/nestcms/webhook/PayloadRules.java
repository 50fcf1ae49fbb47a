package io.nestcms.webhook;

import io.nestcms.webhook.Refusal.Reason;
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
    private final JsonPaths paths;

    private PayloadRules(Builder builder) {
        this.maxDepth = builder.maxDepth;
        this.required = List.copyOf(builder.required);
        this.profileField = builder.profileField;
        this.profiles = builder.profiles;
        List<String> all = new ArrayList<>(required);
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
        try {
            return Optional.ofNullable(refusal(JsonScan.of(request.rawBody(), paths, maxDepth)));
        } catch (JsonRefusedException e) {
            return Optional.of(e.refusal());
        }
    }

    private @Nullable Refusal refusal(JsonScan scan) {
        for (String field : required) {
            JsonScan.@Nullable Kind kind = scan.kind(paths.leafOf(field));
            if (kind == null || kind == JsonScan.Kind.NULL) {
                return Refusal.of(Reason.FIELD_MISSING, "no field " + field);
            }
        }
        return profileField == null ? null : profileRefusal(scan, profileField);
    }

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
         * Builds the rules.
         *
         * @return the rules
         */
        public PayloadRules build() {
            return new PayloadRules(this);
        }
    }
}
