package io.nestcms.server.access;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.nestcms.access.AccessPolicy;
import io.nestcms.access.GrantStore;
import io.nestcms.access.Permission;
import io.nestcms.access.Refresh;
import io.nestcms.access.RefreshToken;
import io.nestcms.access.Role;
import io.nestcms.access.Session;
import io.nestcms.access.SessionId;
import io.nestcms.access.SessionStore;
import io.nestcms.access.Target;
import io.nestcms.cms.user.Actor;
import io.nestcms.cms.user.Profile;
import io.nestcms.cms.user.SignIn;
import io.nestcms.cms.user.User;
import io.nestcms.cms.user.UserResult;
import io.nestcms.cms.user.UserStatus;
import io.nestcms.cms.user.Users;
import io.nestcms.server.http.Clients;
import io.nestcms.server.http.Deed;
import io.nestcms.server.http.Door;
import io.nestcms.server.http.Json;
import io.nestcms.server.http.Problem;
import io.nestcms.server.http.StrictJson;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import javax.crypto.SecretKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signing in, staying signed in, and telling who calls; users, their sessions and what they were granted. */
public final class AuthRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(AuthRoutes.class);
    /** The same words wherever it is used: whoever asks must not learn whether there is such a user. */
    private static final String HEARD = "If this can be done, a message is on its way";

    private final Parts parts;
    private final AccessTokens tokens;
    private final SigningKeys keys;
    private final BrowserMarks marks;
    private final AccessPolicy policy;
    private final Gate gate;
    private final Session.Limits limits;

    /**
     * What signing in is made of.
     *
     * @param users who there is
     * @param sessions who is signed in
     * @param grants what was granted beside the roles
     * @param tokenSecret what access tokens are signed with is derived from; 32 bytes or more, the same on every node
     * @param tokenLife how long an access token is good for
     * @param clients tells where a request comes from
     * @param door counts the requests of who is signed in
     * @param https whether browsers reach this server over HTTPS
     * @param background does what nobody waits for
     * @param record hears of refusals and of what was granted
     * @param clock the wall clock
     * @param random cryptographically strong
     */
    public record Parts(
            Users users,
            SessionStore sessions,
            GrantStore grants,
            SecretKey tokenSecret,
            Duration tokenLife,
            Clients clients,
            Door door,
            boolean https,
            Executor background,
            Consumer<Deed> record,
            Clock clock,
            SecureRandom random) {}

    /** Routes of these parts. */
    public AuthRoutes(Parts parts) {
        this.parts = parts;
        this.keys = new SigningKeys(parts.tokenSecret(), parts.clock(), parts.tokenLife());
        this.tokens = new AccessTokens(keys, parts.clock(), parts.tokenLife());
        this.marks = new BrowserMarks(parts.tokenSecret(), parts.random(), parts.https());
        this.policy = Policies.standard(parts.grants(), parts.clock());
        this.gate = new Gate(
                tokens, parts.sessions(), policy, parts.clients(), parts.door(), parts.clock(), parts.record());
        // a session lasts as long as a token of it at least
        Session.Limits usual = Session.Limits.standard();
        this.limits = new Session.Limits(
                longer(usual.idleFor(), parts.tokenLife()), longer(usual.atMost(), parts.tokenLife()));
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** Adds them. */
    public void register(RoutesConfig routes) {
        routes.post("/auth/login", this::login);
        routes.post("/auth/refresh", this::refresh);
        routes.post("/auth/logout", gate.protect(this::logout));
        routes.post("/auth/register", this::registerUser);
        routes.post("/auth/password", gate.protect(this::changePassword));
        routes.post("/auth/password/forgotten", this::forgotten);
        routes.post("/auth/password/reset", this::reset);
        routes.get("/.well-known/jwks.json", this::published);
        new SessionRoutes(parts.sessions(), gate, parts.clock()).register(routes);
        new UserRoutes(parts.users(), parts.sessions(), gate, this::actor).register(routes);
        new PermissionRoutes(parts.grants(), parts.users(), gate, parts.record(), parts.clients(), parts.clock())
                .register(routes);
    }

    private Actor actor(Context context) {
        return new Actor(Gate.caller(context).merchant(), parts.clients().of(context));
    }

    private Actor stranger(Context context) {
        return Actor.anonymous(parts.clients().of(context));
    }

    private void login(Context context) {
        StrictJson.Fields body = StrictJson.object(context);
        String name = body.text("username");
        String password = body.text("password");
        body.done();
        SignIn ended = parts.users().signIn(name, password, marks.of(context, name), stranger(context));
        if (ended instanceof SignIn.Genuine it) {
            marks.give(context, name);
            begin(context, it.user());
        } else if (ended instanceof SignIn.Later later) {
            throw Problem.tooMany("too-many-sign-ins", "Too many sign-ins", "try again later", later.retryAfter())
                    .asException();
        } else if (ended instanceof SignIn.NotActive it) {
            boolean waits = it.status() == UserStatus.PENDING;
            throw Problem.of(
                            403,
                            waits ? "not-approved" : "deactivated",
                            "You cannot sign in",
                            waits ? "Somebody has to let you in first" : "Your account is not active any more")
                    .asException();
        } else {
            throw Gate.unauthorized(context, "Name or password is wrong");
        }
    }

    private void begin(Context context, User user) {
        SessionId id = new SessionId(user.id(), UUID.randomUUID().toString());
        Session session = Session.begin(
                id,
                parts.clock().instant(),
                limits,
                parts.clients().of(context),
                Objects.requireNonNullElse(context.userAgent(), ""));
        RefreshToken first = RefreshToken.first(id, parts.random());
        parts.sessions().open(session, first, parts.clock().instant());
        answer(context, user, id, first);
    }

    private void refresh(Context context) {
        StrictJson.Fields body = StrictJson.object(context);
        String text = body.text("refreshToken");
        body.done();
        RefreshToken token = RefreshToken.parse(text).orElseThrow(() -> over(context));
        RefreshToken next = token.next(parts.random());
        Refresh ended = parts.sessions().refresh(token, next, parts.clock().instant());
        if (ended instanceof Refresh.Renewed) {
            User user = parts.users()
                    .find(token.session().userId())
                    .filter(found -> found.status() == UserStatus.ACTIVE)
                    .orElseThrow(() -> over(context));
            answer(context, user, token.session(), next);
            return;
        }
        if (ended instanceof Refresh.Reused) {
            gate.forget();
            parts.record()
                    .accept(new Deed(
                            parts.clock().instant(),
                            token.session().userId(),
                            parts.clients().of(context),
                            "RefreshTokenReused",
                            "session/" + token.session().value(),
                            Map.of()));
        }
        throw over(context);
    }

    private static RuntimeException over(Context context) {
        return Gate.unauthorized(context, "Sign in again: the session is over");
    }

    private void answer(Context context, User user, SessionId session, RefreshToken refreshToken) {
        Json.answer(
                context,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("accessToken", tokens.issue(user.id(), user.roles(), session.value()))
                        .put("refreshToken", refreshToken.text())
                        .put("tokenType", "Bearer")
                        .put("expiresIn", tokens.life().toSeconds()));
    }

    private void logout(Context context) {
        Caller caller = Gate.caller(context);
        parts.sessions().end(new SessionId(caller.merchant(), caller.session()));
        gate.forget();
        context.status(204);
    }

    private void registerUser(Context context) {
        StrictJson.Fields body = StrictJson.object(context);
        String name = body.text("username");
        String password = body.text("password");
        Profile profile = UserRoutes.profile(body);
        body.done();
        UserResult result = parts.users().register(name, password, profile, stranger(context));
        if (result instanceof UserResult.Refused refused && refused.reason() != UserResult.Reason.EMAIL_TAKEN) {
            throw UserRoutes.refusal(refused.reason()).asException();
        }
        heard(context);
    }

    private static void heard(Context context) {
        Json.answer(context.status(202), JsonNodeFactory.instance.objectNode().put("detail", HEARD));
    }

    private void changePassword(Context context) {
        StrictJson.Fields body = StrictJson.object(context);
        String present = body.text("present");
        String next = body.text("password");
        body.done();
        Caller caller = Gate.caller(context);
        UserResult result = parts.users().changePassword(caller.merchant(), present, next, actor(context));
        if (result instanceof UserResult.Refused refused) {
            throw UserRoutes.refusal(refused.reason()).asException();
        }
        endAll(caller.merchant());
        context.status(204);
    }

    private void endAll(String userId) {
        parts.sessions().endAll(userId);
        gate.forget();
    }

    /** In the background, so that the time it takes does not tell whether there is such a user. */
    private void forgotten(Context context) {
        StrictJson.Fields body = StrictJson.object(context);
        String login = body.text("username");
        body.done();
        Actor by = stranger(context);
        try {
            parts.background().execute(() -> sendReset(login, by));
        } catch (RejectedExecutionException full) {
            throw Problem.unavailable(
                            "busy", "Too many requests at once", "try again in a moment", Duration.ofSeconds(5))
                    .asException();
        }
        heard(context);
    }

    private void sendReset(String login, Actor by) {
        try {
            parts.users().sendReset(login, by);
        } catch (RuntimeException broken) {
            LOG.error("A link for a forgotten password could not be made", broken);
        }
    }

    private void reset(Context context) {
        StrictJson.Fields body = StrictJson.object(context);
        String token = body.text("token");
        String next = body.text("password");
        body.done();
        UserResult result = parts.users().reset(token, next, stranger(context));
        if (result instanceof UserResult.Refused refused) {
            throw UserRoutes.refusal(refused.reason()).asException();
        }
        endAll(((UserResult.Done) result).user().id());
        context.status(204);
    }

    private void published(Context context) {
        context.header("Cache-Control", "public, max-age=3600")
                .contentType("application/jwk-set+json")
                .result(keys.published().toString());
    }

    /** The handler, for requests with a good access token; any other ends with 401. */
    public Handler protect(Handler handler) {
        return gate.protect(handler);
    }

    /**
     * The handler, for those who may do this with objects of their own at least; others end with 403. Whose object it is that a
     * path names is for the handler to compare, or for {@link #require}.
     */
    public Handler protect(Permission permission, String model, Handler handler) {
        return gate.protect(permission, model, handler);
    }

    /** The handler, for those who may do this with everybody's objects; others end with 403. */
    public Handler protectAll(Permission permission, String model, Handler handler) {
        return gate.protect(context -> {
            gate.require(context, permission, Target.all(model));
            handler.handle(context);
        });
    }

    /**
     * The handler, for those who may see how the server is; others end with 403. Answers while the database is away too: the token alone
     * tells who calls.
     */
    public Handler protectHealth(Handler handler) {
        return gate.protectByToken(Permission.READ, Policies.HEALTH, handler);
    }

    /** Ends the request with 403 unless the policy allows it. */
    public void require(Context context, Permission permission, Target target) {
        gate.require(context, permission, target);
    }

    /** Whether the caller may do this with everybody's objects. Asks, and puts nothing on record. */
    public boolean mayAll(Context context, Permission permission, String model) {
        return gate.isAllowed(context, permission, Target.all(model));
    }

    /** Whether the caller is a client and nobody else. */
    public static boolean isClient(Context context) {
        return caller(context).roles().equals(Set.of(Role.CLIENT));
    }

    /** Who calls; only behind {@link #protect}. */
    public static Caller caller(Context context) {
        return Gate.caller(context);
    }
}
