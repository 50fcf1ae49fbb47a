package io.nestcms.server.http;

import io.javalin.http.Context;
import io.nestcms.webhook.IpAllowList;
import io.nestcms.webhook.TrustedProxies;
import io.nestcms.webhook.WebhookRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.function.Predicate;

/** Where a request comes from: the peer, or whom a trusted proxy names. */
public final class Clients {
    private static final String FORWARDED = "X-Forwarded-For";

    private final TrustedProxies proxies;
    private final Predicate<InetAddress> known;

    /** {@code trusted} are the addresses and ranges of proxies whose {@code X-Forwarded-For} is believed. */
    public Clients(List<String> trusted) {
        this.proxies = TrustedProxies.of(trusted, TrustedProxies.Header.X_FORWARDED_FOR);
        this.known = trusted.isEmpty() ? address -> false : IpAllowList.of(trusted)::allows;
    }

    /** Whether a proxy that is trusted has this address. */
    public boolean isProxy(InetAddress address) {
        return known.test(address);
    }

    /** The client's address in digits; the peer's where what a proxy says is no address. */
    public String of(Context context) {
        String peer = context.req().getRemoteAddr();
        String forwarded = context.header(FORWARDED);
        if (forwarded == null) {
            return peer;
        }
        try {
            WebhookRequest request = WebhookRequest.builder(InputStream.nullInputStream(), 1)
                    .peer(InetAddress.getByName(peer))
                    .header(FORWARDED, forwarded)
                    .build();
            return proxies.client(request).map(InetAddress::getHostAddress).orElse(peer);
        } catch (UnknownHostException noAddress) {
            return peer;
        } catch (IOException impossible) {
            throw new UncheckedIOException("an empty body could not be read", impossible);
        }
    }
}
