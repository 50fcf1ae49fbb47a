package io.nestcms.server.access;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.nestcms.access.Permission;
import io.nestcms.access.Role;
import io.nestcms.access.SessionStore;
import io.nestcms.access.Target;
import io.nestcms.cms.user.Actor;
import io.nestcms.cms.user.Profile;
import io.nestcms.cms.user.User;
import io.nestcms.cms.user.UserQuery;
import io.nestcms.cms.user.UserResult;
import io.nestcms.cms.user.UserStatus;
import io.nestcms.cms.user.Users;
import io.nestcms.server.http.Json;
import io.nestcms.server.http.Preconditions;
import io.nestcms.server.http.Problem;
import io.nestcms.server.http.Query;
import io.nestcms.server.http.StrictJson;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Users: oneself, and for admins everybody. Who is admin or owner is for owners. */
final class UserRoutes {
    private static final int PAGE = 20;

    private final Users users;
    private final SessionStore sessions;
    private final Gate gate;
    private final Function<Context, Actor> actor;

    UserRoutes(Users users, SessionStore sessions, Gate gate, Function<Context, Actor> actor) {
        this.users = users;
        this.sessions = sessions;
        this.gate = gate;
        this.actor = actor;
    }

    void register(RoutesConfig routes) {
        routes.get("/users", gate.protect(this::list));
        routes.post("/users", gate.protect(this::add));
        routes.get(
                "/users/me",
                gate.protect(context -> show(context, find(Gate.caller(context).merchant()))));
        routes.get("/users/{id}", gate.protect(context -> show(context, named(context, Permission.READ))));
        routes.put("/users/{id}", gate.protect(this::change));
        routes.put("/users/{id}/roles", gate.protect(this::setRoles));
        routes.post("/users/{id}/activate", gate.protect(context -> {
            User user = named(context, Permission.APPROVE);
            answer(context, users.activate(user.id(), actor.apply(context)));
        }));
        routes.post("/users/{id}/deactivate", gate.protect(this::deactivate));
    }

    private void list(Context context) {
        gate.require(context, Permission.READ, Target.all(Policies.USER));
        Query query = Query.of(context, "cursor", "limit", "status", "role");
        int limit = query.number("limit", PAGE, 1, 100);
        List<User> found = users.list(new UserQuery(
                query.constant("status", UserStatus.class),
                query.constant("role", Role.class),
                query.text("cursor"),
                limit + 1));
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode items = json.putArray("items");
        found.stream().limit(limit).forEach(user -> items.add(json(user)));
        if (found.size() > limit) {
            json.put("next", found.get(limit - 1).id());
        }
        Json.answer(context, json);
    }

    private void add(Context context) {
        gate.require(context, Permission.WRITE, Target.all(Policies.USER));
        StrictJson.Fields body = StrictJson.object(context);
        String username = body.text("username");
        String password = body.text("password");
        Profile profile = profile(body);
        Set<Role> roles = roles(body);
        body.done();
        requireStaffRight(context, Permission.WRITE, roles);
        User user = done(users.add(username, password, profile, roles, actor.apply(context)));
        context.header("Location", "/users/" + user.id());
        show(context.status(201), user);
    }

    private void change(Context context) {
        User user = named(context, Permission.MODIFY);
        StrictJson.Fields body = StrictJson.object(context);
        Profile profile = profile(body);
        body.done();
        Long version = Preconditions.version(context);
        answer(context, users.changeProfile(user.id(), version, profile, actor.apply(context)));
    }

    private void setRoles(Context context) {
        User user = find(context.pathParam("id"));
        gate.require(context, Permission.APPROVE, new Target(Policies.USER, user.id(), null));
        requireStaffRight(context, Permission.APPROVE, user.roles());
        StrictJson.Fields body = StrictJson.object(context);
        Set<Role> roles = roles(body);
        body.done();
        requireStaffRight(context, Permission.APPROVE, roles);
        UserResult result = users.setRoles(user.id(), roles, actor.apply(context));
        // tokens tell the roles of the sign-in
        endSessions(result);
        answer(context, result);
    }

    private void deactivate(Context context) {
        User user = named(context, Permission.APPROVE);
        UserResult result = users.deactivate(user.id(), actor.apply(context));
        endSessions(result);
        answer(context, result);
    }

    private void endSessions(UserResult result) {
        if (result instanceof UserResult.Done done) {
            sessions.endAll(done.user().id());
            gate.forget();
        }
    }

    /** To make or change an admin or an owner takes more than to make or change others. */
    private void requireStaffRight(Context context, Permission permission, Set<Role> roles) {
        if (isStaff(roles)) {
            gate.require(context, permission, Target.all(Policies.STAFF));
        }
    }

    private static boolean isStaff(Set<Role> roles) {
        return roles.contains(Role.ADMIN) || roles.contains(Role.OWNER);
    }

    /** The user that the path names, for whoever may do this; others get the same answer whether there is one or not. */
    private User named(Context context, Permission permission) {
        String id = context.pathParam("id");
        boolean own = id.equals(Gate.caller(context).merchant());
        gate.require(context, permission, new Target(Policies.USER, id, own ? id : null));
        User user = find(id);
        if (!own) {
            requireStaffRight(context, permission, user.roles());
        }
        return user;
    }

    private User find(String id) {
        return users.find(id)
                .orElseThrow(() -> refusal(UserResult.Reason.NOT_FOUND).asException());
    }

    private void answer(Context context, UserResult result) {
        show(context, done(result));
    }

    private static User done(UserResult result) {
        return result.fold(user -> user, reason -> {
            throw refusal(reason).asException();
        });
    }

    private static void show(Context context, User user) {
        Preconditions.tag(context, user.version());
        Json.answer(context, json(user));
    }

    private static ObjectNode json(User user) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", user.id());
        json.put("username", user.username());
        json.put("name", user.name());
        json.put("email", user.email());
        if (user.phone() != null) {
            json.put("phone", user.phone());
        }
        ArrayNode roles = json.putArray("roles");
        user.roles().forEach(role -> roles.add(role.name()));
        json.put("status", user.status().name());
        json.put("createdAt", user.createdAt().toString());
        json.put("updatedAt", user.updatedAt().toString());
        json.put("version", user.version());
        return json;
    }

    static Profile profile(StrictJson.Fields body) {
        return new Profile(body.text("name"), body.text("email"), body.optionalText("phone"));
    }

    private static Set<Role> roles(StrictJson.Fields body) {
        EnumSet<Role> roles = EnumSet.noneOf(Role.class);
        body.texts("roles").forEach(name -> roles.add(Query.constantOf("roles", name, Role.class)));
        if (roles.isEmpty()) {
            throw Problem.field(422, "roles", "are none", "at least one").asException();
        }
        return roles;
    }

    static Problem refusal(UserResult.Reason reason) {
        return switch (reason) {
            case NOT_FOUND -> Problem.of(404, "not-found", "There is no such user", null);
            case USERNAME_TAKEN -> Problem.field(409, "username", "is taken", "a name that nobody else has");
            case EMAIL_TAKEN -> Problem.field(409, "email", "is taken", "an address that nobody else has");
            case NOT_ALLOWED -> Problem.of(409, "not-allowed", "The user's status does not allow it", null);
            case CHANGED -> Problem.of(412, "changed", "The user was changed meanwhile", "read it again");
            case WRONG_PASSWORD -> Problem.field(422, "present", "is wrong", "the present password");
            case LINK_OVER -> Problem.field(422, "token", "is unknown, used or over", "ask for another link");
            case LAST_OWNER -> Problem.of(409, "last-owner", "Nobody would own the system", null);
        };
    }
}
