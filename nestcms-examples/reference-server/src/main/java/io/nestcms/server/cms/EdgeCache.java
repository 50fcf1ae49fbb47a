package io.nestcms.server.cms;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * The caches in front of the nodes: how long they may keep what is for everybody, and how they hear that it is old. One that cannot be told keeps
 * its page for half a minute more, and as long as no node answers.
 */
final class EdgeCache {
    /** Browsers ask each time; a cache that many share keeps it a little, and shows it while nothing newer can be had. */
    static final String SHARED = "public, max-age=0, s-maxage=30, stale-while-revalidate=30, stale-if-error=3600";

    private static final Duration LONGEST = Duration.ofSeconds(2);
    /** What nginx' module answers of a page that it does not have, by its version. */
    private static final Set<Integer> NOT_KEPT = Set.of(404, 412);

    private final List<URI> edges;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LONGEST)
            .build();

    EdgeCache(List<URI> edges) {
        this.edges = edges;
    }

    /**
     * Drops one page everywhere. Repeatable.
     *
     * @throws UncheckedIOException if an edge was not told; all others were
     */
    void drop(String path) {
        UncheckedIOException failure = null;
        for (URI edge : edges) {
            try {
                drop(edge.resolve("/purge" + path));
            } catch (IOException untold) {
                UncheckedIOException each = new UncheckedIOException("the edge " + edge + " was not told", untold);
                if (failure == null) {
                    failure = each;
                } else {
                    failure.addSuppressed(each);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void drop(URI page) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(page)
                .timeout(LONGEST)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        try {
            int status =
                    http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            if (status / 100 != 2 && !NOT_KEPT.contains(status)) {
                throw new IOException("answered " + status);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while an edge was told", stopped);
        }
    }
}
