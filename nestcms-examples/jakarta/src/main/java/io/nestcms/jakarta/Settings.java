package io.nestcms.jakarta;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.paytabs.PayTabsProfile;
import io.nestcms.paytabs.PayTabsRegion;
import java.net.URI;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/** The settings {@code nestcms.*}, checked when read. */
record Settings(
        @Nullable URI publicUrl,
        String webhookPath,
        String returnPath,
        String returnTo,
        List<String> sources,
        List<String> trustedProxies,
        boolean memory,
        String database,
        boolean reconciles,
        Duration reconcileEvery,
        double perSecond,
        boolean relays,
        int relayThreads,
        @Nullable Duration absenceAfter,
        @Nullable Duration pageLife,
        boolean giveBackSecondCharges,
        boolean protects) {

    static Settings of(Config config) {
        String webhookPath = path(config, "nestcms.webhooks.path", "/payments/webhook");
        String returnPath = path(config, "nestcms.webhooks.return-path", "/payments/return");
        if (webhookPath.equals(returnPath)) {
            throw new InvalidInputException(
                    "nestcms.webhooks.return-path", "is that of the notifications", "a path of its own");
        }
        String returnTo = text(config, "nestcms.webhooks.return-to").orElse("/");
        if (!returnTo.startsWith("/") && !returnTo.startsWith("https://") && !returnTo.startsWith("http://")) {
            throw new InvalidInputException(
                    "nestcms.webhooks.return-to", "is '" + returnTo + "'", "a path or an address of HTTP");
        }
        String store = text(config, "nestcms.store").orElse("mongo");
        if (!store.equals("mongo") && !store.equals("memory")) {
            throw new InvalidInputException("nestcms.store", "is '" + store + "'", "mongo or memory");
        }
        Duration every = duration(config, "nestcms.reconciler.every").orElse(Duration.ofSeconds(1));
        if (every.compareTo(Duration.ofMillis(100)) < 0 || every.compareTo(Duration.ofHours(1)) > 0) {
            throw new InvalidInputException("nestcms.reconciler.every", "is " + every, "100 ms to 1 h");
        }
        double perSecond =
                number(config, "nestcms.reconciler.per-second", Double::valueOf).orElse(10.0);
        if (!(perSecond > 0 && perSecond <= 1000)) {
            throw new InvalidInputException("nestcms.reconciler.per-second", "is " + perSecond, "over 0 to 1000");
        }
        int threads = number(config, "nestcms.relay.threads", Integer::valueOf).orElse(2);
        if (threads < 1 || threads > 64) {
            throw new InvalidInputException("nestcms.relay.threads", "is " + threads, "1 to 64");
        }
        return new Settings(
                publicUrl(config),
                webhookPath,
                returnPath,
                returnTo,
                list(config, "nestcms.webhooks.sources"),
                list(config, "nestcms.webhooks.trusted-proxies"),
                store.equals("memory"),
                text(config, "nestcms.mongo.database").orElse("nestcms"),
                flag(config, "nestcms.reconciler.enabled", true),
                every,
                perSecond,
                flag(config, "nestcms.relay.enabled", true),
                threads,
                duration(config, "nestcms.timings.absence-after").orElse(null),
                duration(config, "nestcms.timings.page-life").orElse(null),
                flag(config, "nestcms.give-back-second-charges", false),
                flag(config, "nestcms.protected.enabled", true));
    }

    /** The profile is read only when the application has no {@code PayTabs} of its own. */
    PayTabsProfile profile(Config config) {
        long id = number(config, "nestcms.paytabs.profile-id", Long::valueOf)
                .orElseThrow(() ->
                        new InvalidInputException("nestcms.paytabs.profile-id", "is missing", "the profile's number"));
        String key = text(config, "nestcms.paytabs.server-key")
                .orElseThrow(() -> new InvalidInputException(
                        "nestcms.paytabs.server-key", "is missing", "the profile's server key"));
        Optional<String> region = text(config, "nestcms.paytabs.region");
        Optional<URI> base = uri(config, "nestcms.paytabs.base-uri");
        if (region.isPresent() == base.isPresent()) {
            throw new InvalidInputException(
                    "nestcms.paytabs.region",
                    region.isPresent() ? "is set beside base-uri" : "is missing",
                    "a region, or the base-uri of a sandbox");
        }
        PayTabsProfile.Builder profile = base.isPresent()
                ? PayTabsProfile.builder(id, key, base.get())
                : PayTabsProfile.builder(id, key, region(region.orElseThrow()));
        URI callback = at(webhookPath);
        URI comeBack = at(returnPath);
        if (callback != null && comeBack != null) {
            profile.callback(callback).returnUrl(comeBack);
        }
        if (isPlain(callback) || isPlain(base.orElse(null))) {
            profile.plainHttp();
        }
        return profile.build();
    }

    private static PayTabsRegion region(String name) {
        return Arrays.stream(PayTabsRegion.values())
                .filter(it -> it.name().equals(name.toUpperCase(Locale.ROOT).replace('-', '_')))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException(
                        "nestcms.paytabs.region",
                        "is '" + name + "'",
                        "one of " + Arrays.toString(PayTabsRegion.values())));
    }

    private @Nullable URI at(String path) {
        URI base = publicUrl;
        if (base == null) {
            return null;
        }
        String text = base.toString();
        return URI.create((text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + path);
    }

    /** Where the payer goes: below the public address, because a container makes a path absolute by the address that it sees itself. */
    String page() {
        URI base = publicUrl;
        return base == null || !returnTo.startsWith("/")
                ? returnTo
                : base.getScheme() + "://" + base.getRawAuthority() + returnTo;
    }

    private static boolean isPlain(@Nullable URI uri) {
        return uri != null && "http".equals(uri.getScheme());
    }

    private static @Nullable URI publicUrl(Config config) {
        URI url = uri(config, "nestcms.public-url").orElse(null);
        if (url != null
                && (url.getHost() == null
                        || !("https".equals(url.getScheme()) || "http".equals(url.getScheme()))
                        || url.getRawUserInfo() != null
                        || url.getRawQuery() != null
                        || url.getRawFragment() != null)) {
            throw new InvalidInputException(
                    "nestcms.public-url", "is '" + url + "'", "scheme http or https, host, port and path alone");
        }
        return url;
    }

    private static Optional<String> text(Config config, String name) {
        return config.getOptionalValue(name, String.class).map(String::strip).filter(it -> !it.isEmpty());
    }

    private static Optional<URI> uri(Config config, String name) {
        return text(config, name).map(value -> {
            try {
                return URI.create(value);
            } catch (IllegalArgumentException e) {
                throw new InvalidInputException(name, "is '" + value + "'", "an address");
            }
        });
    }

    private static String path(Config config, String name, String otherwise) {
        String value = text(config, name).orElse(otherwise);
        if (!value.matches("(/[A-Za-z0-9._~-]+)+")) {
            throw new InvalidInputException(
                    name, "is '" + value + "'", "segments of A-Z a-z 0-9 . _ ~ -, each after a /");
        }
        return value;
    }

    private static List<String> list(Config config, String name) {
        return text(config, name)
                .map(it -> Arrays.stream(it.split(",", -1))
                        .map(String::strip)
                        .filter(part -> !part.isEmpty())
                        .toList())
                .orElse(List.of());
    }

    private static <N extends Number> Optional<N> number(Config config, String name, Function<String, N> read) {
        return text(config, name).map(value -> {
            try {
                return read.apply(value);
            } catch (NumberFormatException e) {
                throw new InvalidInputException(name, "is '" + value + "'", "a number");
            }
        });
    }

    private static boolean flag(Config config, String name, boolean otherwise) {
        String value = text(config, name).orElse(Boolean.toString(otherwise));
        if (!value.equals("true") && !value.equals("false")) {
            throw new InvalidInputException(name, "is '" + value + "'", "true or false");
        }
        return value.equals("true");
    }

    private static Optional<Duration> duration(Config config, String name) {
        return text(config, name).map(value -> {
            try {
                return Duration.parse(value);
            } catch (DateTimeParseException e) {
                throw new InvalidInputException(name, "is '" + value + "'", "a duration of ISO 8601, as PT1S");
            }
        });
    }
}
