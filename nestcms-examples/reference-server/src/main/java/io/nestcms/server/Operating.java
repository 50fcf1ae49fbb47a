package io.nestcms.server;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.server.http.ClientLimits;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What those who run the server want of it.
 *
 * @param metricsToken what a scraper of {@code /metrics} shows as its bearer token, 24 characters or more; {@code null} for people with
 *     the right only
 * @param notice how long a server that was told to stop goes on while it says that it is not ready, so that whoever sends requests
 *     here hears of it; up to 5 minutes, default none
 * @param clients what clients may keep of the server for themselves
 * @param edges the caches in front of the nodes that are told of changed articles; default none
 */
public record Operating(@Nullable String metricsToken, Duration notice, ClientLimits clients, List<URI> edges) {
    private static final int SHORTEST_TOKEN = 24;
    private static final Duration LONGEST_NOTICE = Duration.ofMinutes(5);

    /**
     * Checks token and notice.
     *
     * @throws InvalidInputException if one is out of range, named as the setting that it comes from
     */
    public Operating {
        Objects.requireNonNull(clients, "clients");
        edges = List.copyOf(edges);
        if (metricsToken != null && metricsToken.length() < SHORTEST_TOKEN) {
            throw new InvalidInputException(
                    "METRICS_TOKEN", "is too short", "at least " + SHORTEST_TOKEN + " characters, made at random");
        }
        if (notice.isNegative() || notice.compareTo(LONGEST_NOTICE) > 0) {
            throw new InvalidInputException("DRAIN_NOTICE", "is out of range", "PT0S to " + LONGEST_NOTICE);
        }
    }

    /** Nothing of the token. */
    @Override
    public String toString() {
        return "Operating[metrics token " + (metricsToken == null ? "none" : "set") + ", notice " + notice + ", "
                + clients + "]";
    }

    /** No token, no notice, the usual limits. */
    public static Operating usual() {
        return new Operating(null, Duration.ZERO, ClientLimits.standard(), List.of());
    }

    /** From the environment. */
    static Operating from(ServerSettings.Environment env) {
        ClientLimits usual = ClientLimits.standard();
        return new Operating(
                env.text("METRICS_TOKEN"),
                env.duration("DRAIN_NOTICE", Duration.ZERO),
                new ClientLimits(
                        atLeastOne("CONNECTIONS", env.number("CONNECTIONS", usual.connections())),
                        atLeastOne(
                                "CONNECTIONS_PER_ADDRESS", env.number("CONNECTIONS_PER_ADDRESS", usual.perAddress())),
                        usual.grace(),
                        usual.bytesPerSecond()),
                env.list("EDGE_URLS").stream().map(Operating::edge).toList());
    }

    private static URI edge(String url) {
        try {
            URI uri = new URI(url);
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getUserInfo() == null
                    && uri.getRawPath().isEmpty()
                    && uri.getRawQuery() == null) {
                return uri;
            }
        } catch (URISyntaxException none) {
            throw refusedEdge();
        }
        throw refusedEdge();
    }

    private static InvalidInputException refusedEdge() {
        return new InvalidInputException(
                "EDGE_URLS", "has another form", "for example http://10.0.0.5,http://10.0.0.6");
    }

    private static int atLeastOne(String name, int number) {
        if (number < 1) {
            throw new InvalidInputException(name, "is out of range", "at least 1");
        }
        return number;
    }
}
