package io.nestcms.paytabs;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.paytabs.PayTabsOutcome.Accepted;
import io.nestcms.paytabs.PayTabsOutcome.Indeterminate;
import io.nestcms.paytabs.PayTabsOutcome.NotSent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionSpec;
import okhttp3.OkHttpClient;
import okhttp3.TlsVersion;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cuts an encrypted connection at each byte of request and reply, and all through the handshake. */
class TlsCutTest {
    private static final char[] PASSWORD = "test-only".toCharArray();
    private static final byte[] REPLY =
            RawServer.reply(200, "{\"tran_ref\":\"TST1\",\"redirect_url\":\"https://gateway.example/page/1\"}");

    private static final int STEP = 13;

    private static SSLContext tls;
    private static X509TrustManager trust;

    @BeforeAll
    static void makeCertificate(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("server.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        keytool.getInputStream().readAllBytes();
        assertThat(keytool.waitFor()).isZero();

        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(store);
        trust = (X509TrustManager) trusted.getTrustManagers()[0];
        tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
    }

    @Test
    void charge_replyCutAtEveryByte_neverRejectedAndUnsentOnlyWhenUnsent() throws Exception {
        assertCuts(true, TlsVersion.TLS_1_2);
    }

    @Test
    void charge_requestCutAtEveryByte_neverRejectedAndUnsentOnlyWhenUnsent() throws Exception {
        assertCuts(false, TlsVersion.TLS_1_3);
    }

    private static void assertCuts(boolean cutReply, TlsVersion version) throws Exception {
        AtomicInteger arrived = new AtomicInteger();
        try (RawServer server = new RawServer("https", tls.getServerSocketFactory(), socket -> {});
                CuttingProxy proxy = new CuttingProxy(server.uri().getPort(), cutReply)) {
            server.script(socket -> {
                // a cut within the first record shows as a failed read: nothing arrived
                if (socket.getInputStream().read() >= 0) {
                    arrived.incrementAndGet();
                }
                readToTheEndOf(socket);
                socket.getOutputStream().write(REPLY);
            });
            OkHttpClient http = new OkHttpClient.Builder()
                    .socketFactory(new PromptSockets())
                    .sslSocketFactory(tls.getSocketFactory(), trust)
                    .connectionSpecs(List.of(new ConnectionSpec.Builder(ConnectionSpec.MODERN_TLS)
                            .tlsVersions(version)
                            .build()))
                    .build();
            PayTabsProfile profile = PayTabsProfile.builder(Fixtures.PROFILE_ID, Fixtures.SERVER_KEY, proxy.uri())
                    .build();
            int unsent = 0;
            int unknown = 0;
            int cutAfter = 0;
            try (PayTabsClient client = PayTabsClient.builder(profile)
                    .httpClient(http)
                    .timeouts(Fixtures.LONG)
                    .build()) {
                client.guard().breaker(Api.Lane.PAYMENTS).disable();
                while (true) {
                    int before = arrived.get();
                    proxy.next(cutAfter);
                    PayTabsOutcome<ChargeReply> outcome =
                            client.charge(Fixtures.charge()).execute();
                    http.connectionPool().evictAll();
                    forgetSessions();
                    proxy.awaitEnd();
                    if (outcome instanceof Accepted) {
                        break;
                    }
                    assertThat(outcome)
                            .as("cut after %d bytes", cutAfter)
                            .isInstanceOfAny(NotSent.class, Indeterminate.class);
                    if (outcome instanceof NotSent) {
                        assertThat(arrived.get()).isEqualTo(before);
                        unsent++;
                        // within the handshake a byte is like the next one, and a handshake is dear
                        cutAfter += unknown == 0 ? STEP : 1;
                    } else {
                        // from here on each byte, and those of the last step as well
                        cutAfter += unknown == 0 ? 1 - STEP : 1;
                        unknown++;
                    }
                }
            }
            // both ends were met: the handshake, and what comes after it
            assertThat(unsent).isGreaterThan(10);
            assertThat(unknown).isGreaterThan(REPLY.length);
        }
    }

    /** So that each handshake is a whole one and of the same length. */
    private static void forgetSessions() {
        SSLSessionContext sessions = tls.getClientSessionContext();
        Collections.list(sessions.getIds())
                .forEach(id -> Optional.ofNullable(sessions.getSession(id)).ifPresent(SSLSession::invalidate));
    }

    /** The request has no byte after its JSON. */
    private static void readToTheEndOf(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder seen = new StringBuilder();
        while (seen.indexOf("\"Two concert tickets\"") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("client left");
            }
            seen.append((char) next);
        }
        while (in.available() > 0) {
            in.read();
        }
    }

    /** Passes bytes on, and after so many in one direction resets both connections. */
    private static final class CuttingProxy implements AutoCloseable {
        private final RawServer entrance;
        private volatile int bytes;
        private volatile CountDownLatch ended = new CountDownLatch(0);

        CuttingProxy(int target, boolean cutReply) throws IOException {
            this.entrance = new RawServer("https", ServerSocketFactory.getDefault(), client -> {
                CountDownLatch end = ended;
                client.setTcpNoDelay(true);
                try (Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
                    server.setTcpNoDelay(true);
                    Thread back = new Thread(() -> pass(server, client, cutReply ? bytes : Integer.MAX_VALUE));
                    back.setDaemon(true);
                    back.start();
                    pass(client, server, cutReply ? Integer.MAX_VALUE : bytes);
                    back.join();
                } finally {
                    end.countDown();
                }
            });
        }

        URI uri() {
            return entrance.uri();
        }

        void next(int cutAfter) {
            ended = new CountDownLatch(1);
            bytes = cutAfter;
        }

        void awaitEnd() throws InterruptedException {
            assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
        }

        private static void pass(Socket from, Socket to, int limit) {
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                byte[] buffer = new byte[8192];
                int left = limit;
                while (left > 0) {
                    int read = in.read(buffer, 0, Math.min(buffer.length, left));
                    if (read < 0) {
                        to.shutdownOutput();
                        return;
                    }
                    out.write(buffer, 0, read);
                    left -= read;
                }
                RawServer.reset(from);
                RawServer.reset(to);
            } catch (IOException gone) {
                closed(from);
                closed(to);
            }
        }

        private static void closed(Socket socket) {
            try {
                socket.close();
            } catch (IOException alreadyGone) {
                assertThat(socket.isClosed()).isTrue();
            }
        }

        @Override
        public void close() throws IOException {
            entrance.close();
        }
    }
}
