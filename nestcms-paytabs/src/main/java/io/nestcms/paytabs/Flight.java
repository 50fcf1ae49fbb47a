package io.nestcms.paytabs;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import okio.ByteString;

/**
 * Watches one call and knows how far it came: whether a byte of the request can have left is decided here and nowhere
 * else. It is also the request's body, which writes itself once: neither OkHttp nor an interceptor of the caller's own
 * client can send a payment a second time.
 */
final class Flight extends EventListener {
    private static final MediaType JSON = MediaType.get("application/json");

    private volatile boolean connecting;
    private volatile boolean leaving;

    /** Whether a connection was looked for. */
    boolean wasConnecting() {
        return connecting;
    }

    /** Whether the first byte of the request may have gone out. */
    boolean mayHaveLeft() {
        return leaving;
    }

    @Override
    public void dnsStart(Call call, String domainName) {
        connecting = true;
    }

    @Override
    public void connectStart(Call call, InetSocketAddress address, Proxy proxy) {
        connecting = true;
    }

    @Override
    public void requestHeadersStart(Call call) {
        leaving = true;
    }

    /** The body of a request, written at most once. */
    static RequestBody body(ByteString json) {
        AtomicBoolean written = new AtomicBoolean();
        return new RequestBody() {
            @Override
            public MediaType contentType() {
                return JSON;
            }

            @Override
            public long contentLength() {
                return json.size();
            }

            /** Keeps OkHttp from repeating the request after a 401, 408, 421 or 503, which it may do unasked. */
            @Override
            public boolean isOneShot() {
                return true;
            }

            @Override
            public void writeTo(BufferedSink sink) throws IOException {
                if (!written.compareAndSet(false, true)) {
                    throw new IOException("a request to the gateway is sent once");
                }
                sink.write(json);
            }
        };
    }
}
