package io.nestcms.server.access;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.nestcms.server.http.Problem;
import io.nestcms.server.http.ProblemException;
import io.nestcms.server.http.StrictJson;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/** Signing in, staying signed in, and telling who calls. */
public final class AuthRoutes {
    private static final String CALLER = "caller";
    private static final String BEARER = "Bearer ";

    private final Users users;
    private final AccessTokens access;
    private final RefreshTokens refresh;

    private AuthRoutes(Users users, AccessTokens access, RefreshTokens refresh) {
        this.users = users;
        this.access = access;
        this.refresh = refresh;
    }

    public void register(RoutesConfig routes) {
        routes.post("/auth/login", this::login);
        routes.post("/auth/refresh", this::refresh);
    }

    /**
     * Routes for these users.
     *
     * @param passwords who may sign in: name and password
     * @param tokenKey signs access tokens; {@code null} for a random one
     * @param tokenLife how long an access token is good for
     */
    public static AuthRoutes of(
            Map<String, String> passwords,
            @Nullable SecretKey tokenKey,
            Duration tokenLife,
            Clock clock,
            SecureRandom random) {
        return new AuthRoutes(
                new Users(passwords, random),
                new AccessTokens(AccessTokens.key(tokenKey, random), clock, tokenLife),
                new RefreshTokens(random));
    }

    private void login(Context context) {
        StrictJson.Fields body = StrictJson.object(context);
        String name = body.text("username");
        String password = body.text("password");
        body.done();
        if (!users.isGenuine(name, password)) {
            throw unauthorized(context, "Name or password is wrong");
        }
        answer(context, name, refresh.begin(name));
    }

    private void refresh(Context context) {
        StrictJson.Fields body = StrictJson.object(context);
        String token = body.text("refreshToken");
        body.done();
        RefreshTokens.Refreshed next =
                refresh.rotate(token).orElseThrow(() -> unauthorized(context, "Sign in again: the session is over"));
        answer(context, next.merchant(), next.token());
    }

    private void answer(Context context, String merchant, String refreshToken) {
        context.header("Cache-Control", "no-store");
        context.contentType("application/json")
                .result(JsonNodeFactory.instance
                        .objectNode()
                        .put("accessToken", access.issue(merchant))
                        .put("refreshToken", refreshToken)
                        .put("tokenType", "Bearer")
                        .put("expiresIn", access.life().toSeconds())
                        .toString());
    }

    /** The handler, for requests with a good access token; any other ends with 401. */
    public Handler protect(Handler handler) {
        return context -> {
            require(context);
            handler.handle(context);
        };
    }

    private void require(Context context) {
        String header = context.header("Authorization");
        if (header == null || !header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            throw unauthorized(context, "Sign in first: no access token came with the request");
        }
        Caller caller = access.read(header.substring(BEARER.length()).strip())
                .orElseThrow(() -> unauthorized(context, "The access token is not good, or no longer"));
        context.attribute(CALLER, caller);
    }

    /** Who calls; only behind {@link #protect}. */
    public static Caller caller(Context context) {
        Caller caller = context.attribute(CALLER);
        if (caller == null) {
            throw new IllegalStateException("a route that needs a caller is not protected");
        }
        return caller;
    }

    private static ProblemException unauthorized(Context context, String detail) {
        context.header("WWW-Authenticate", "Bearer realm=\"nestcms\"");
        return Problem.of(401, "unauthorized", "Not signed in", detail).asException();
    }
}
