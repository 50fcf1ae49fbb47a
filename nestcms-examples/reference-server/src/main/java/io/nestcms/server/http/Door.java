package io.nestcms.server.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.nestcms.limit.LimitAnswer;
import io.nestcms.limit.RequestLimit;
import io.nestcms.limit.RequestLimits;
import io.nestcms.webhook.IpAllowList;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a request passes before anything else: the lists of addresses, the rules for scripts of other sites, and the limits, whose state
 * each answer tells in {@code RateLimit} (draft-ietf-httpapi-ratelimit-headers). Users are counted once they are known.
 */
public final class Door {
    private static final Duration WINDOW = Duration.ofMinutes(1);
    /** These must not be lost for where they come from or how many they are: news of money, and whether the server lives. */
    private static final Set<String> ALWAYS =
            Set.of("/payments/v2/webhook", "/payments/v2/return", "/health", "/health/liveness", "/health/readiness");

    private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
    private static final String SENT =
            "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id";
    private static final String SHOWN = "ETag, Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id";
    private static final int NETWORK_BYTES = 8;

    private final @Nullable IpAllowList allowed;
    private final @Nullable IpAllowList denied;
    private final Set<String> origins;
    private final @Nullable RequestLimit ofAddress;
    private final @Nullable RequestLimit ofUser;
    private final RequestLimits limits;
    private final Clients clients;

    /** A door with these rules; {@code clients} tells where a request comes from. */
    public Door(DoorRules rules, RequestLimits limits, Clients clients) {
        this.allowed = list(rules.allowed());
        this.denied = list(rules.denied());
        this.origins = rules.origins();
        this.ofAddress = limit("address", rules.perAddress());
        this.ofUser = limit("user", rules.perUser());
        this.limits = limits;
        this.clients = clients;
    }

    private static @Nullable IpAllowList list(List<String> ranges) {
        return ranges.isEmpty() ? null : IpAllowList.of(ranges);
    }

    private static @Nullable RequestLimit limit(String name, int requests) {
        return requests == 0 ? null : new RequestLimit(name, requests, WINDOW);
    }

    /** Stands in front of all routes that are added after it. */
    public void register(RoutesConfig routes) {
        routes.before(this::enter);
    }

    private void enter(Context context) {
        InetAddress from = address(clients.of(context));
        boolean always = ALWAYS.contains(context.path());
        if ((denied != null && denied.allows(from)) || (allowed != null && !always && !allowed.allows(from))) {
            throw Problem.of(403, "address-refused", "Nothing is taken from your address", null)
                    .asException();
        }
        if (!origins.isEmpty() && isPreflight(context)) {
            // nothing is left to do: no route takes OPTIONS
            context.skipRemainingHandlers();
            return;
        }
        if (ofAddress != null && !always) {
            take(context, ofAddress, network(from));
        }
    }

    /** Counts a request of somebody who is signed in; 429 when it is one too many. */
    public void enter(Context context, String user) {
        if (ofUser != null) {
            take(context, ofUser, user);
        }
    }

    private void take(Context context, RequestLimit limit, String client) {
        LimitAnswer answer = limits.take(limit, client);
        tell(context, "RateLimit-Policy", item(limit) + ";q=" + limit.requests() + ";w=" + WINDOW.toSeconds());
        tell(context, "RateLimit", item(limit) + ";r=" + answer.remaining() + ";t=" + seconds(answer));
        if (!answer.isAllowed()) {
            throw Problem.tooMany(
                            "rate-limited",
                            "Too many requests",
                            "of one " + limit.name() + " at most " + limit.requests() + " a minute are taken",
                            answer.retryAfter())
                    .asException();
        }
    }

    private static String item(RequestLimit limit) {
        return "\"" + limit.name() + "\"";
    }

    private static long seconds(LimitAnswer answer) {
        return answer.reset().plusMillis(999).toSeconds();
    }

    /** One list over both limits, as the draft has it. */
    private static void tell(Context context, String header, String item) {
        String before = context.res().getHeader(header);
        context.header(header, before == null ? item : before + ", " + item);
    }

    /** Tells a browser whose scripts may read; answers its question before a request, and nobody else's. */
    private boolean isPreflight(Context context) {
        context.header("Vary", "Origin");
        String origin = context.header("Origin");
        if (origin == null || !origins.contains(origin)) {
            return false;
        }
        // tokens come in a header that the script sets, so nothing is allowed to browsers' own credentials
        context.header("Access-Control-Allow-Origin", origin);
        context.header("Access-Control-Expose-Headers", SHOWN);
        if (!context.req().getMethod().equals("OPTIONS") || context.header("Access-Control-Request-Method") == null) {
            return false;
        }
        context.header("Access-Control-Allow-Methods", METHODS);
        context.header("Access-Control-Allow-Headers", SENT);
        context.header("Access-Control-Max-Age", "600");
        context.status(204);
        return true;
    }

    private static InetAddress address(String digits) {
        try {
            // in digits, so nothing is looked up
            return InetAddress.getByName(digits);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("the client's address is none", impossible);
        }
    }

    /** Of IPv6 the network, which is the least that one customer has. */
    private static String network(InetAddress address) {
        return address instanceof Inet6Address
                ? HexFormat.of().formatHex(Arrays.copyOf(address.getAddress(), NETWORK_BYTES)) + "/64"
                : address.getHostAddress();
    }
}
