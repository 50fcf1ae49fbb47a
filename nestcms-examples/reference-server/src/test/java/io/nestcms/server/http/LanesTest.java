package io.nestcms.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One thread for calls and one place to wait. */
class LanesTest {
    private final Server server = new Server();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final Semaphore working = new Semaphore(0);
    private final HttpClient http = HttpClient.newHttpClient();
    private URI uri = URI.create("http://127.0.0.1");

    @BeforeEach
    void start() throws Exception {
        Connections connections = new Connections(ClientLimits.standard(), peer -> false, System::nanoTime);
        Lanes lanes = new Lanes(connections, "/urgent"::equals, 1, 1);
        lanes.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                if (Request.getPathInContext(request).equals("/call")) {
                    working.release();
                    assertThat(goOn.await(1, TimeUnit.MINUTES)).isTrue();
                }
                callback.succeeded();
                return true;
            }
        });
        ServerConnector connector = new ServerConnector(server);
        connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        connector.addBean(connections);
        server.addConnector(connector);
        server.setHandler(lanes);
        server.start();
        uri = URI.create("http://" + connector.getHost() + ":" + connector.getLocalPort());
    }

    @AfterEach
    void stop() throws Exception {
        goOn.countDown();
        server.stop();
    }

    @Test
    void callsTakenUp_theNextIsTurnedAway_andHealthAndNotificationsGoOn() throws Exception {
        CompletableFuture<HttpResponse<String>> first = ask("/call");
        assertThat(working.tryAcquire(1, TimeUnit.MINUTES)).isTrue();
        CompletableFuture<HttpResponse<String>> second = ask("/call");
        CompletableFuture<HttpResponse<String>> third = ask("/call");

        // one of the two waits, the other is turned away
        HttpResponse<?> away =
                (HttpResponse<?>) CompletableFuture.anyOf(second, third).get(1, TimeUnit.MINUTES);
        assertThat(away.statusCode()).isEqualTo(503);
        assertThat(away.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(away.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(String.valueOf(away.body())).contains("urn:nestcms:problem:busy");
        for (String path : new String[] {"/health/liveness", "/health", "/urgent"}) {
            assertThat(ask(path).get(1, TimeUnit.MINUTES).statusCode()).as(path).isEqualTo(200);
        }
        assertThat(first).isNotDone();

        goOn.countDown();
        assertThat(first.get(1, TimeUnit.MINUTES).statusCode()).isEqualTo(200);
        assertThat(second.get(1, TimeUnit.MINUTES).statusCode()
                        + third.get(1, TimeUnit.MINUTES).statusCode())
                .isEqualTo(200 + 503);
    }

    private CompletableFuture<HttpResponse<String>> ask(String path) {
        return http.sendAsync(HttpRequest.newBuilder(uri.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
