package io.nestcms.webhook;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request as it was received: the raw bytes of its body, its headers, the address of the socket's other end. Nothing is
 * checked or changed here, so that whatever a sender sends ends as a {@link Refusal} of the verifier.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class WebhookRequest {
    private static final int MAX_LENGTH_DIGITS = 18;

    private final byte[] body;
    private final String[] names;
    private final String[] values;
    private final String method;
    private final String query;
    private final String tenant;
    private final @Nullable InetAddress peer;

    private WebhookRequest(Builder builder) {
        this.body = builder.body;
        this.names = builder.names.toArray(new String[0]);
        this.values = builder.values.toArray(new String[0]);
        this.method = builder.method;
        this.query = builder.query;
        this.tenant = builder.tenant;
        this.peer = builder.peer;
    }

    /**
     * Starts a request.
     *
     * @param body the bytes exactly as received, before any decoding, parsing or decompression; copied
     * @return a builder
     */
    public static Builder builder(byte[] body) {
        return new Builder(body.clone());
    }

    /**
     * Starts a request whose body is read from a stream, at most one byte more than allowed: a larger body is never held
     * in memory and is refused by the verifier.
     *
     * @param body gives the bytes exactly as received; not closed here
     * @param maxBytes the verifier's limit, {@link WebhookVerifier#maxBodyBytes()}
     * @return a builder
     * @throws IOException if reading fails
     */
    public static Builder builder(InputStream body, int maxBytes) throws IOException {
        if (maxBytes < 1 || maxBytes == Integer.MAX_VALUE) {
            throw new IllegalArgumentException("maxBytes is " + maxBytes + ": 1 to 2147483646 is allowed");
        }
        return new Builder(body.readNBytes(maxBytes + 1));
    }

    /**
     * The body.
     *
     * @return a copy of the raw bytes
     */
    public byte[] body() {
        return body.clone();
    }

    /**
     * The body without a copy.
     *
     * @return a read-only view of the raw bytes
     */
    public ByteBuffer bodyBuffer() {
        return ByteBuffer.wrap(body).asReadOnlyBuffer();
    }

    /**
     * The size of the body.
     *
     * @return bytes
     */
    public int bodyLength() {
        return body.length;
    }

    /**
     * All values of a header.
     *
     * @param name the header's name, in any case
     * @return its values in the order received, empty when it was not sent
     */
    public List<String> headers(String name) {
        List<String> found = new ArrayList<>(1);
        for (int i = indexOf(name, 0); i >= 0; i = indexOf(name, i + 1)) {
            found.add(values[i]);
        }
        return List.copyOf(found);
    }

    /**
     * The first value of a header.
     *
     * @param name the header's name, in any case
     * @return its first value, or {@code null} when it was not sent
     */
    public @Nullable String header(String name) {
        int index = indexOf(name, 0);
        return index < 0 ? null : values[index];
    }

    /**
     * How often a header was sent.
     *
     * @param name the header's name, in any case
     * @return the number of its values
     */
    public int headerCount(String name) {
        int count = 0;
        for (int i = indexOf(name, 0); i >= 0; i = indexOf(name, i + 1)) {
            count++;
        }
        return count;
    }

    /**
     * The method.
     *
     * @return in capitals, {@code POST} unless set
     */
    public String method() {
        return method;
    }

    /**
     * The query of the request's URL, still encoded.
     *
     * @return without the question mark, empty when there is none
     */
    public String query() {
        return query;
    }

    /**
     * The tenant (merchant profile) that the request was sent to, as the host knows it, for example from the path.
     *
     * @return empty when there is only one
     */
    public String tenant() {
        return tenant;
    }

    /**
     * The address of the socket's other end. Never taken from a header.
     *
     * @return the address, or {@code null} when it is not known
     */
    public @Nullable InetAddress peer() {
        return peer;
    }

    /**
     * Shows sizes only.
     *
     * @return a text without any content of the request
     */
    @Override
    public String toString() {
        return "WebhookRequest[" + body.length + " bytes, " + names.length + " headers]";
    }

    /** Whether {@code Content-Length} tells of another length than the body has here. */
    boolean isOfOtherLength() {
        String told = header("Content-Length");
        if (told == null || told.isEmpty() || told.length() > MAX_LENGTH_DIGITS) {
            return false;
        }
        return told.chars().allMatch(Ascii::isDigit) && Long.parseLong(told) != body.length;
    }

    /** The bytes themselves, for this package only, which never changes them. */
    byte[] rawBody() {
        return body;
    }

    int headerFields() {
        return names.length;
    }

    String headerName(int index) {
        return names[index];
    }

    String headerValue(int index) {
        return values[index];
    }

    /** Where the header stands first at that index or after it, -1 when it does not. */
    int indexOf(String name, int from) {
        for (int i = from; i < names.length; i++) {
            if (Ascii.equalsIgnoreCase(names[i], name)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Builds a request.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final byte[] body;
        private final List<String> names = new ArrayList<>();
        private final List<String> values = new ArrayList<>();
        private String method = "POST";
        private String query = "";
        private String tenant = "";
        private @Nullable InetAddress peer;

        private Builder(byte[] body) {
            this.body = body;
        }

        /**
         * Adds a header. A header that was received more than once is added more than once.
         *
         * @param name its name
         * @param value its value as received
         * @return this builder
         */
        public Builder header(String name, String value) {
            names.add(Objects.requireNonNull(name, "name"));
            values.add(Objects.requireNonNull(value, "value"));
            return this;
        }

        /**
         * Adds headers.
         *
         * @param headers names with their values
         * @return this builder
         */
        public Builder headers(Map<String, ? extends Collection<String>> headers) {
            headers.forEach((name, all) -> all.forEach(value -> header(name, value)));
            return this;
        }

        /**
         * Sets the address of the socket's other end. Default: not known.
         *
         * @param peer the address
         * @return this builder
         */
        public Builder peer(InetAddress peer) {
            this.peer = Objects.requireNonNull(peer, "peer");
            return this;
        }

        /**
         * Sets the address of the socket's other end from its text, as a servlet container gives it. The name service is
         * never asked: a text that is no address (a name, an address with a zone, an empty one) leaves the sender unknown.
         *
         * @param address the text of an IPv4 or IPv6 address, or {@code null} when it is not known
         * @return this builder
         */
        public Builder peerAddress(@Nullable String address) {
            IpAddress parsed = address == null ? null : IpAddress.parse(address);
            this.peer = parsed == null ? null : parsed.toInetAddress();
            return this;
        }

        /**
         * Sets the method. Default {@code POST}.
         *
         * @param method the method, in any case
         * @return this builder
         */
        public Builder method(String method) {
            this.method = method.toUpperCase(Locale.ROOT);
            return this;
        }

        /**
         * Sets the query of the URL. Default empty.
         *
         * @param query still encoded, without the question mark; {@code null} when there is none
         * @return this builder
         */
        public Builder query(@Nullable String query) {
            this.query = query == null ? "" : query;
            return this;
        }

        /**
         * Sets the tenant. Default empty.
         *
         * @param tenant as the host knows it, for example from the path
         * @return this builder
         */
        public Builder tenant(String tenant) {
            this.tenant = Objects.requireNonNull(tenant, "tenant");
            return this;
        }

        /**
         * Builds the request.
         *
         * @return the request
         */
        public WebhookRequest build() {
            return new WebhookRequest(this);
        }
    }
}
