package io.nestcms.webhook;

import io.nestcms.webhook.Refusal.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the headers of a request must be. Without any further rule: at most 100 of them, names that HTTP allows (HTTP/2's
 * {@code :path} and its like among them, which some servers hand on), values of at most 8192 characters without control characters,
 * no {@code Content-Encoding} but an empty one and {@code identity} (what was signed is the body as it stands), and
 * {@code Content-Type} not repeated.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class HeaderRules implements WebhookCheck {
    private static final String CONTENT_TYPE = "Content-Type";
    private static final String CONTENT_ENCODING = "Content-Encoding";
    private static final boolean[] IS_TOKEN = tokenCharacters();

    // arrays, since walking a list makes an object for each walk, and this is done for every request
    private final int maxHeaders;
    private final int maxValueLength;
    private final String[] required;
    private final String[] single;
    private final String[] contentTypes;

    private HeaderRules(Builder builder) {
        this.maxHeaders = builder.maxHeaders;
        this.maxValueLength = builder.maxValueLength;
        this.required = builder.required.toArray(new String[0]);
        this.single = builder.single.toArray(new String[0]);
        this.contentTypes = builder.contentTypes.toArray(new String[0]);
    }

    /**
     * The rules that always make sense.
     *
     * @return rules without any of a provider's own
     */
    public static HeaderRules standard() {
        return builder().build();
    }

    /**
     * Starts rules.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Optional<Refusal> check(WebhookRequest request) {
        Refusal refusal = malformed(request);
        return Optional.ofNullable(refusal == null ? unwanted(request) : refusal);
    }

    /** The part that is done before anything is computed: it bounds the work of all later checks. */
    @Nullable Refusal malformed(WebhookRequest request) {
        int count = request.headerFields();
        if (count > maxHeaders) {
            return Refusal.of(Reason.HEADER_MALFORMED, "more than " + maxHeaders + " headers");
        }
        for (int i = 0; i < count; i++) {
            if (!isToken(request.headerName(i))) {
                return Refusal.of(Reason.HEADER_MALFORMED, "a header name is not a token");
            }
            if (!isFieldValue(request.headerValue(i))) {
                return Refusal.of(
                        Reason.HEADER_MALFORMED,
                        "a header value is over " + maxValueLength + " characters or not printable");
            }
        }
        return null;
    }

    /** The rest, for a request whose headers are known to be well-formed. */
    @Nullable Refusal unwanted(WebhookRequest request) {
        for (int i = request.indexOf(CONTENT_ENCODING, 0); i >= 0; i = request.indexOf(CONTENT_ENCODING, i + 1)) {
            String encoding = request.headerValue(i).strip();
            if (!encoding.isEmpty() && !Ascii.equalsIgnoreCase(encoding, "identity")) {
                return Refusal.of(Reason.CONTENT_ENCODING_NOT_ALLOWED, "an encoded body is not what was signed");
            }
        }
        for (String name : required) {
            if (request.header(name) == null) {
                return Refusal.of(Reason.HEADER_MISSING, "no header " + name);
            }
        }
        for (String name : single) {
            int first = request.indexOf(name, 0);
            if (first >= 0 && request.indexOf(name, first + 1) >= 0) {
                return Refusal.of(Reason.HEADER_DUPLICATED, name + " was sent more than once");
            }
        }
        return contentTypes.length == 0 || hasAllowedType(request)
                ? null
                : Refusal.of(Reason.CONTENT_TYPE_NOT_ALLOWED, "content type is missing or not an allowed one");
    }

    private boolean hasAllowedType(WebhookRequest request) {
        String value = request.header(CONTENT_TYPE);
        if (value == null) {
            return false;
        }
        int semicolon = value.indexOf(';');
        String type = (semicolon < 0 ? value : value.substring(0, semicolon)).strip();
        for (String allowed : contentTypes) {
            if (Ascii.equalsIgnoreCase(allowed, type)) {
                return true;
            }
        }
        return false;
    }

    /** A table, since this is asked for every character of every header's name. */
    private static boolean[] tokenCharacters() {
        boolean[] table = new boolean[128];
        for (char c = 0; c < table.length; c++) {
            table[c] = Ascii.isLetterOrDigit(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
        }
        return table;
    }

    /** A token, or the name of a pseudo-header: a colon and a token. */
    private static boolean isToken(String name) {
        int first = !name.isEmpty() && name.charAt(0) == ':' ? 1 : 0;
        for (int i = first; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c >= IS_TOKEN.length || !IS_TOKEN[c]) {
                return false;
            }
        }
        return name.length() > first;
    }

    private boolean isFieldValue(String value) {
        if (value.length() > maxValueLength) {
            return false;
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                return false;
            }
        }
        return true;
    }

    /**
     * Builds rules.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final List<String> required = new ArrayList<>();
        private final List<String> single = new ArrayList<>(List.of(CONTENT_TYPE));
        private final List<String> contentTypes = new ArrayList<>();

        private int maxHeaders = 100;
        private int maxValueLength = 8192;

        private Builder() {}

        /**
         * Sets how many headers are taken, each value of a repeated one counted. Default 100.
         *
         * @param maxHeaders 1 to 10,000
         * @return this builder
         * @throws IllegalArgumentException if the number is outside that range
         */
        public Builder maxHeaders(int maxHeaders) {
            this.maxHeaders = within("maxHeaders", maxHeaders, 10_000);
            return this;
        }

        /**
         * Sets how long a header's value may be. Default 8192.
         *
         * @param maxValueLength characters, 1 to 1,048,576
         * @return this builder
         * @throws IllegalArgumentException if the number is outside that range
         */
        public Builder maxValueLength(int maxValueLength) {
            this.maxValueLength = within("maxValueLength", maxValueLength, 1_048_576);
            return this;
        }

        private static int within(String name, int value, int max) {
            if (value < 1 || value > max) {
                throw new IllegalArgumentException(name + " is " + value + ": 1 to " + max + " is allowed");
            }
            return value;
        }

        /**
         * Requires a header.
         *
         * @param name its name, in any case
         * @return this builder
         */
        public Builder require(String name) {
            required.add(Objects.requireNonNull(name, "name"));
            return this;
        }

        /**
         * Refuses a header that is sent more than once.
         *
         * @param name its name, in any case
         * @return this builder
         */
        public Builder single(String name) {
            single.add(Objects.requireNonNull(name, "name"));
            return this;
        }

        /**
         * Requires a content type. Given more than once, one of them is required. Parameters such as {@code charset} are
         * not looked at.
         *
         * @param type for example {@code application/json}
         * @return this builder
         */
        public Builder contentType(String type) {
            contentTypes.add(type.toLowerCase(Locale.ROOT));
            return this;
        }

        /**
         * Builds the rules.
         *
         * @return the rules
         */
        public HeaderRules build() {
            return new HeaderRules(this);
        }
    }
}
