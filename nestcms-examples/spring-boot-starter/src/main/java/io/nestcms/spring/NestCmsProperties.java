package io.nestcms.spring;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.paytabs.PayTabsRegion;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings {@code nestcms.*}. What is missing or of another form stops the start, with the setting's name and the rule. Immutable;
 * {@link #toString()} shows no secret.
 *
 * @param paytabs the profile at PayTabs
 * @param publicUrl under which PayTabs and payers reach this application, or {@code null} when the addresses set in the profile hold
 * @param webhooks what PayTabs and payers' browsers send
 * @param store where payments are kept
 * @param mongo which database
 * @param reconciler settles payments that got lost
 * @param relay delivers events
 * @param timings when what is asked again
 * @param giveBackSecondCharges whether a second charge of one order is given back by itself
 * @since 0.1
 */
@ConfigurationProperties("nestcms")
public record NestCmsProperties(
        @DefaultValue Paytabs paytabs,
        @Nullable URI publicUrl,
        @DefaultValue Webhooks webhooks,
        @DefaultValue("mongo") Store store,
        @DefaultValue Mongo mongo,
        @DefaultValue Reconciling reconciler,
        @DefaultValue Relaying relay,
        @DefaultValue Timings timings,
        @DefaultValue("false") boolean giveBackSecondCharges) {

    /**
     * Checks the public address.
     *
     * @param paytabs the profile at PayTabs
     * @param publicUrl under which PayTabs and payers reach this application
     * @param webhooks what PayTabs and payers' browsers send
     * @param store where payments are kept
     * @param mongo which database
     * @param reconciler settles payments that got lost
     * @param relay delivers events
     * @param timings when what is asked again
     * @param giveBackSecondCharges whether a second charge of one order is given back by itself
     * @throws InvalidInputException if the address is not one of HTTP, or has a user, a query or a fragment
     */
    public NestCmsProperties {
        if (publicUrl != null
                && (!isHttp(publicUrl)
                        || publicUrl.getRawUserInfo() != null
                        || publicUrl.getRawQuery() != null
                        || publicUrl.getRawFragment() != null)) {
            throw new InvalidInputException(
                    "nestcms.public-url", "is '" + publicUrl + "'", "scheme http or https, host, port and path alone");
        }
    }

    private static boolean isHttp(URI uri) {
        return uri.getHost() != null && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()));
    }

    /**
     * An address below the public one.
     *
     * @param path begins with {@code /}
     * @return {@code null} without a public address
     */
    @Nullable URI at(String path) {
        URI base = publicUrl;
        if (base == null) {
            return null;
        }
        String text = base.toString();
        return URI.create((text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + path);
    }

    /** Where payments are kept. */
    public enum Store {
        /** In MongoDB, by the application's own client. */
        MONGO,
        /** In memory: gone at the end of the process, for tests. */
        MEMORY
    }

    /**
     * The profile at PayTabs.
     *
     * @param profileId its number
     * @param serverKey its key; a secret
     * @param region where it is at home, or {@code null}
     * @param baseUri the address of a sandbox instead, or {@code null}
     */
    public record Paytabs(
            @Nullable Long profileId,
            @Nullable String serverKey,
            @Nullable PayTabsRegion region,
            @Nullable URI baseUri) {
        @Override
        public String toString() {
            return "Paytabs[profileId=" + profileId + ", region=" + region + ", baseUri=" + baseUri + "]";
        }
    }

    /**
     * What PayTabs and payers' browsers send.
     *
     * @param path where notifications arrive
     * @param returnPath where the payer's browser comes back
     * @param returnTo the page that the payer then sees
     * @param sources where notifications may come from, as CIDR; empty for anywhere
     * @param trustedProxies whose {@code X-Forwarded-For} is believed, as CIDR
     */
    public record Webhooks(
            @DefaultValue("/payments/webhook") String path,
            @DefaultValue("/payments/return") String returnPath,
            @DefaultValue("/") String returnTo,
            @DefaultValue List<String> sources,
            @DefaultValue List<String> trustedProxies) {
        /**
         * Copies the lists and checks the paths.
         *
         * @param path where notifications arrive
         * @param returnPath where the payer's browser comes back
         * @param returnTo the page that the payer then sees
         * @param sources where notifications may come from
         * @param trustedProxies whose {@code X-Forwarded-For} is believed
         * @throws InvalidInputException if a path has another form, or both are one
         */
        public Webhooks {
            path("nestcms.webhooks.path", path);
            path("nestcms.webhooks.return-path", returnPath);
            if (path.equals(returnPath)) {
                throw new InvalidInputException(
                        "nestcms.webhooks.return-path", "is that of the notifications", "a path of its own");
            }
            if (!returnTo.startsWith("/") && !returnTo.startsWith("https://") && !returnTo.startsWith("http://")) {
                throw new InvalidInputException(
                        "nestcms.webhooks.return-to", "is '" + returnTo + "'", "a path or an address of HTTP");
            }
            sources = List.copyOf(sources);
            trustedProxies = List.copyOf(trustedProxies);
        }

        private static void path(String name, String value) {
            if (!value.matches("(/[A-Za-z0-9._~-]+)+")) {
                throw new InvalidInputException(
                        name, "is '" + value + "'", "segments of A-Z a-z 0-9 . _ ~ -, each after a /");
            }
        }
    }

    /**
     * Which database.
     *
     * @param database its name
     */
    public record Mongo(@DefaultValue("nestcms") String database) {}

    /**
     * Settles payments that got lost.
     *
     * @param enabled whether this node does
     * @param every how often it looks for them
     * @param perSecond how many queries a second it makes at most
     */
    public record Reconciling(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("1s") Duration every,
            @DefaultValue("10") double perSecond) {
        /**
         * Checks the ranges.
         *
         * @param enabled whether this node does
         * @param every how often it looks for them
         * @param perSecond how many queries a second it makes at most
         * @throws InvalidInputException if one is out of range
         */
        public Reconciling {
            if (every.compareTo(Duration.ofMillis(100)) < 0 || every.compareTo(Duration.ofHours(1)) > 0) {
                throw new InvalidInputException("nestcms.reconciler.every", "is " + every, "100 ms to 1 h");
            }
            if (!(perSecond > 0 && perSecond <= 1000)) {
                throw new InvalidInputException("nestcms.reconciler.per-second", "is " + perSecond, "over 0 to 1000");
            }
        }
    }

    /**
     * Delivers events.
     *
     * @param enabled whether this node does
     * @param threads how many payments at a time
     */
    public record Relaying(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("2") int threads) {
        /**
         * Checks the range.
         *
         * @param enabled whether this node does
         * @param threads how many payments at a time
         * @throws InvalidInputException if it is out of range
         */
        public Relaying {
            if (threads < 1 || threads > 64) {
                throw new InvalidInputException("nestcms.relay.threads", "is " + threads, "1 to 64");
            }
        }
    }

    /**
     * When what is asked again; what is {@code null} is as shipped.
     *
     * @param absenceAfter how long after its call a follow-up that is not seen counts as not done
     * @param pageLife how long a payment page can be used
     */
    public record Timings(
            @Nullable Duration absenceAfter, @Nullable Duration pageLife) {}
}
