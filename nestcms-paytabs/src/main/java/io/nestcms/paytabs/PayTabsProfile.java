package io.nestcms.paytabs;

import io.nestcms.failure.InvalidInputException;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A merchant profile of PayTabs: its number, its server key, where its API is, and where PayTabs reports to. An
 * application may hold as many as it likes at once; nothing is global.
 *
 * <p>Immutable and safe for use by many threads. The server key is never part of a text, an exception or a log.
 *
 * @since 0.1
 */
public final class PayTabsProfile {
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{8,256}");

    private final long id;
    private final String serverKey;
    private final URI baseUri;
    private final @Nullable URI callback;
    private final @Nullable URI returnUrl;

    private PayTabsProfile(Builder builder) {
        this.id = builder.id;
        this.serverKey = builder.serverKey;
        this.baseUri = builder.baseUri;
        this.callback = builder.callback;
        this.returnUrl = builder.returnUrl;
    }

    /**
     * Begins a profile in a region of PayTabs.
     *
     * @param profileId the profile's number; above zero
     * @param serverKey the profile's server key (not the client key and not a mobile key); 8 to 256 visible ASCII
     *     characters
     * @param region the region that the profile lives in
     * @return a builder
     * @throws InvalidInputException if the number or the key is of another form
     */
    public static Builder builder(long profileId, String serverKey, PayTabsRegion region) {
        Objects.requireNonNull(region, "region");
        return new Builder(profileId, serverKey, region.baseUri());
    }

    /**
     * Begins a profile at an address of its own: a white label, or a sandbox.
     *
     * @param profileId the profile's number; above zero
     * @param serverKey the profile's server key; 8 to 256 visible ASCII characters
     * @param baseUri where the API is: HTTPS, or plain HTTP on this machine only. See {@link Builder#plainHttp()}
     * @return a builder
     * @throws InvalidInputException if the number, the key or the address is of another form
     */
    public static Builder builder(long profileId, String serverKey, URI baseUri) {
        return new Builder(profileId, serverKey, Limits.url("baseUri", baseUri));
    }

    /**
     * The profile's number.
     *
     * @return above zero
     */
    public long id() {
        return id;
    }

    /**
     * Where the API is.
     *
     * @return an absolute address, without a slash at its end
     */
    public URI baseUri() {
        return baseUri;
    }

    /**
     * Where PayTabs reports results to, unless a request says otherwise.
     *
     * @return the address, or empty
     */
    public Optional<URI> callback() {
        return Optional.ofNullable(callback);
    }

    /**
     * Where PayTabs sends the payer's browser afterwards, unless a request says otherwise.
     *
     * @return the address, or empty
     */
    public Optional<URI> returnUrl() {
        return Optional.ofNullable(returnUrl);
    }

    String serverKey() {
        return serverKey;
    }

    /**
     * Number and address, never the key.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return "PayTabsProfile[" + id + " at " + baseUri.getHost() + "]";
    }

    /**
     * Collects the parts of a profile. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final long id;
        private final String serverKey;
        private final URI baseUri;
        private @Nullable URI callback;
        private @Nullable URI returnUrl;
        private boolean plainHttp;

        private Builder(long id, String serverKey, URI baseUri) {
            if (id <= 0) {
                throw new InvalidInputException("profile_id", "is not above zero", "the number of the profile");
            }
            this.id = id;
            this.serverKey = Limits.matching("serverKey", serverKey, KEY, "8 to 256 visible ASCII characters");
            this.baseUri = withoutSlash(baseUri);
        }

        private static URI withoutSlash(URI uri) {
            if (uri.getRawQuery() != null || uri.getRawFragment() != null || uri.getRawUserInfo() != null) {
                throw new InvalidInputException(
                        "baseUri", "has more than host and path", "https://host or https://host/path");
            }
            String text = uri.toString();
            return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : uri;
        }

        /**
         * Where PayTabs reports results to. None by default: results are then found by query only, which is slower.
         *
         * @param url an absolute address of at most 255 characters; HTTPS, since PayTabs sends an empty body to any
         *     other. Plain HTTP is taken only when the base URI is plain too, that is for a sandbox
         * @return this
         * @throws InvalidInputException if the address is of another form
         */
        public Builder callback(URI url) {
            this.callback = Limits.url("callback", url);
            return this;
        }

        /**
         * Where PayTabs sends the payer's browser afterwards. None by default: PayTabs then shows a page of its own.
         *
         * @param url an absolute address of at most 255 characters; HTTPS, as for {@link #callback(URI)}
         * @return this
         * @throws InvalidInputException if the address is of another form
         */
        public Builder returnUrl(URI url) {
            this.returnUrl = Limits.url("return", url);
            return this;
        }

        /**
         * Allows a base URI without encryption that is not on this machine: for a sandbox in a test network. Whoever
         * can read that network can read the server key.
         *
         * @return this
         */
        public Builder plainHttp() {
            this.plainHttp = true;
            return this;
        }

        /**
         * Makes the profile.
         *
         * @return the profile
         * @throws InvalidInputException if an address is not encrypted and must be
         */
        public PayTabsProfile build() {
            if (!Limits.isHttps(baseUri) && !Limits.isLoopback(baseUri) && !plainHttp) {
                throw new InvalidInputException("baseUri", "is not HTTPS", "plain HTTP only on this machine");
            }
            requireHttps("callback", callback);
            requireHttps("return", returnUrl);
            return new PayTabsProfile(this);
        }

        private void requireHttps(String field, @Nullable URI url) {
            if (url != null && !Limits.isHttps(url) && Limits.isHttps(baseUri)) {
                throw new InvalidInputException(field, "is not HTTPS", "PayTabs sends nothing to a plain address");
            }
        }
    }
}
