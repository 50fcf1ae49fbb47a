package io.nestcms.server.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.nestcms.access.AccessPolicy;
import io.nestcms.access.Permission;
import io.nestcms.access.SessionId;
import io.nestcms.access.SessionStore;
import io.nestcms.access.Target;
import io.nestcms.server.http.Clients;
import io.nestcms.server.http.Deed;
import io.nestcms.server.http.Door;
import io.nestcms.server.http.Problem;
import io.nestcms.server.http.ProblemException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Asked by every route before it does anything: who calls, and whether the policy lets them. A token that was checked is not
 * checked again for two seconds, so a session that another node ended is over here within that time.
 */
final class Gate {
    private static final String CALLER = "caller";
    private static final String BEARER = "Bearer ";
    private static final Duration REMEMBERED = Duration.ofSeconds(2);
    private static final int MOST = 10_000;

    private final AccessTokens tokens;
    private final SessionStore sessions;
    private final AccessPolicy policy;
    private final Clients clients;
    private final Door door;
    private final Clock clock;
    private final Consumer<Deed> record;
    private final Cache<String, Caller> checked =
            Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(REMEMBERED).build();

    Gate(
            AccessTokens tokens,
            SessionStore sessions,
            AccessPolicy policy,
            Clients clients,
            Door door,
            Clock clock,
            Consumer<Deed> record) {
        this.tokens = tokens;
        this.sessions = sessions;
        this.policy = policy;
        this.clients = clients;
        this.door = door;
        this.clock = clock;
        this.record = record;
    }

    Handler protect(Handler handler) {
        return context -> {
            Caller caller = require(context);
            door.enter(context, caller.merchant());
            context.attribute(CALLER, caller);
            handler.handle(context);
        };
    }

    Handler protect(Permission permission, String model, Handler handler) {
        return protect(context -> {
            require(context, permission, Target.ownOf(model, caller(context).merchant()));
            handler.handle(context);
        });
    }

    /**
     * For what is asked when the database may be away: its signature and its end alone make a token good here, so one of a session that
     * was ended is good until it ends by itself.
     */
    Handler protectByToken(Permission permission, String model, Handler handler) {
        return context -> {
            context.attribute(CALLER, tokens.read(bearer(context)).orElseThrow(() -> notGood(context)));
            require(context, permission, Target.all(model));
            handler.handle(context);
        };
    }

    /** Ends the request with 403 unless the policy allows it; the refusal goes on record. */
    void require(Context context, Permission permission, Target target) {
        if (!isAllowed(context, permission, target)) {
            record.accept(new Deed(
                    clock.instant(),
                    caller(context).merchant(),
                    clients.of(context),
                    "AccessDenied",
                    target.model() + "/" + (target.id() == null ? "" : target.id()),
                    Map.of("permission", permission.name())));
            throw Problem.of(403, "forbidden", "You may not do this", null).asException();
        }
    }

    boolean isAllowed(Context context, Permission permission, Target target) {
        return policy.decide(caller(context).subject(), permission, target).isAllowed();
    }

    private Caller require(Context context) {
        return read(bearer(context)).orElseThrow(() -> notGood(context));
    }

    private static ProblemException notGood(Context context) {
        return unauthorized(context, "The access token is not good, or no longer");
    }

    private static String bearer(Context context) {
        String header = context.header("Authorization");
        if (header == null || !header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            throw unauthorized(context, "Sign in first: no access token came with the request");
        }
        return header.substring(BEARER.length()).strip();
    }

    private Optional<Caller> read(String token) {
        Caller known = checked.getIfPresent(token);
        if (known != null) {
            return Optional.of(known).filter(caller -> clock.instant().isBefore(caller.until()));
        }
        Optional<Caller> caller = tokens.read(token)
                .filter(read -> sessions.touch(new SessionId(read.merchant(), read.session()), clock.instant())
                        .isPresent());
        caller.ifPresent(good -> checked.put(token, good));
        return caller;
    }

    /** What was checked is checked again: a session has ended here. */
    void forget() {
        checked.invalidateAll();
    }

    static Caller caller(Context context) {
        Caller caller = context.attribute(CALLER);
        if (caller == null) {
            throw new IllegalStateException("a route that needs a caller is not protected");
        }
        return caller;
    }

    static ProblemException unauthorized(Context context, String detail) {
        context.header("WWW-Authenticate", "Bearer realm=\"nestcms\"");
        return Problem.of(401, "unauthorized", "Not signed in", detail).asException();
    }
}
