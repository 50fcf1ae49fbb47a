package io.nestcms.webhook;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who sent a request that came through proxies of our own. Begins at the socket's other end and walks the one
 * configured header from right to left, for as long as each address is a trusted proxy; the first one that is not is the
 * sender. Whatever a sender wrote into the header itself stands further left and is never reached.
 *
 * <p>Where an entry on the way cannot be read (a name, {@code unknown}, a zone id), the sender is not known.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class TrustedProxies {
    private static final TrustedProxies NONE = new TrustedProxies(List.of(), Header.X_FORWARDED_FOR);
    private static final int MAX_HOPS = 64;

    private final List<CidrBlock> proxies;
    private final Header header;

    private TrustedProxies(List<CidrBlock> proxies, Header header) {
        this.proxies = proxies;
        this.header = header;
    }

    /** The header in which the proxies write. Only one: a sender could write the other. */
    public enum Header {
        /** {@code X-Forwarded-For}: addresses, separated by commas. */
        X_FORWARDED_FOR("X-Forwarded-For"),
        /** {@code Forwarded} of RFC 7239: its {@code for} parameters. */
        FORWARDED("Forwarded");

        private final String headerName;

        Header(String headerName) {
            this.headerName = headerName;
        }
    }

    /**
     * No proxies: the sender is the socket's other end and headers are not looked at.
     *
     * @return the default
     */
    public static TrustedProxies none() {
        return NONE;
    }

    /**
     * Proxies of our own.
     *
     * @param blocks their addresses or ranges, as for {@link IpAllowList#of}
     * @param header the header in which they write
     * @return the proxies
     * @throws IllegalArgumentException if a range cannot be read
     */
    public static TrustedProxies of(Collection<String> blocks, Header header) {
        return new TrustedProxies(blocks.stream().map(CidrBlock::parse).toList(), header);
    }

    /**
     * Who sent a request.
     *
     * @param request the request
     * @return the sender's address, empty when it cannot be known
     */
    public Optional<InetAddress> client(WebhookRequest request) {
        IpAddress address = resolve(request);
        return address == null ? Optional.empty() : Optional.of(address.toInetAddress());
    }

    /** Who sent a request, {@code null} when it cannot be known. */
    @Nullable IpAddress resolve(WebhookRequest request) {
        InetAddress peer = request.peer();
        if (peer == null) {
            return null;
        }
        IpAddress current = IpAddress.of(peer);
        if (!isProxy(current)) {
            return current;
        }
        List<String> hops = hops(request);
        for (int i = hops.size() - 1; i >= 0; i--) {
            IpAddress hop = parseHop(hops.get(i));
            if (hop == null) {
                return null;
            }
            if (!isProxy(hop)) {
                return hop;
            }
            current = hop;
        }
        return hops.isEmpty() ? null : current;
    }

    private boolean isProxy(IpAddress address) {
        for (int i = 0; i < proxies.size(); i++) {
            if (proxies.get(i).contains(address)) {
                return true;
            }
        }
        return false;
    }

    /** The entries from left to right; none when they cannot be told apart. Repeated headers are one list. */
    private List<String> hops(WebhookRequest request) {
        List<String> hops = new ArrayList<>();
        for (String value : request.headers(header.headerName)) {
            List<String> entries = QuotedList.split(value, ',');
            if (entries == null || hops.size() + entries.size() > MAX_HOPS) {
                return List.of();
            }
            hops.addAll(entries);
        }
        return hops;
    }

    private @Nullable IpAddress parseHop(String entry) {
        String node = header == Header.FORWARDED ? forParameter(entry) : entry.strip();
        return node == null ? null : parseNode(node);
    }

    private static @Nullable String forParameter(String element) {
        List<String> pairs = QuotedList.split(element, ';');
        if (pairs == null) {
            return null;
        }
        @Nullable String found = null;
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            if (equals > 0 && Ascii.equalsIgnoreCase(pair.substring(0, equals).strip(), "for")) {
                if (found != null) {
                    return null;
                }
                found = QuotedList.unquote(pair.substring(equals + 1).strip());
            }
        }
        return found;
    }

    /** An address, with or without a port: {@code 192.0.2.1:80}, {@code [2001:db8::1]:80}, {@code 2001:db8::1}. */
    private static @Nullable IpAddress parseNode(String node) {
        if (node.startsWith("[")) {
            int close = node.indexOf(']');
            boolean portIsRight = close > 0 && (close == node.length() - 1 || isPort(node, close + 1));
            String inside = portIsRight ? node.substring(1, close) : "";
            return inside.indexOf(':') >= 0 ? IpAddress.parse(inside) : null;
        }
        int colon = node.indexOf(':');
        boolean withPort = colon >= 0 && colon == node.lastIndexOf(':');
        if (withPort) {
            return isPort(node, colon) ? IpAddress.parse(node.substring(0, colon)) : null;
        }
        return IpAddress.parse(node);
    }

    private static boolean isPort(String node, int colon) {
        int length = node.length() - colon - 1;
        return node.charAt(colon) == ':'
                && length >= 1
                && length <= 5
                && node.substring(colon + 1).chars().allMatch(Ascii::isDigit);
    }
}
