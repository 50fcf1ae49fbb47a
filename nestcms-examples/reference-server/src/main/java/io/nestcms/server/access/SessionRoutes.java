package io.nestcms.server.access;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.nestcms.access.Permission;
import io.nestcms.access.Session;
import io.nestcms.access.SessionId;
import io.nestcms.access.SessionStore;
import io.nestcms.access.Target;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.server.http.Json;
import io.nestcms.server.http.Problem;
import java.time.Clock;

/** Where users are signed in: their own sessions, and for admins anybody's. */
final class SessionRoutes {
    private final SessionStore sessions;
    private final Gate gate;
    private final Clock clock;

    SessionRoutes(SessionStore sessions, Gate gate, Clock clock) {
        this.sessions = sessions;
        this.gate = gate;
        this.clock = clock;
    }

    void register(RoutesConfig routes) {
        routes.get("/auth/sessions", gate.protect(context -> list(context, own(context))));
        routes.delete("/auth/sessions", gate.protect(context -> endAll(context, own(context))));
        routes.delete("/auth/sessions/{session}", gate.protect(context -> end(context, own(context))));
        routes.get("/admin/users/{id}/sessions", gate.protect(context -> list(context, context.pathParam("id"))));
        routes.delete("/admin/users/{id}/sessions", gate.protect(context -> endAll(context, context.pathParam("id"))));
        routes.delete(
                "/admin/users/{id}/sessions/{session}", gate.protect(context -> end(context, context.pathParam("id"))));
    }

    private static String own(Context context) {
        return Gate.caller(context).merchant();
    }

    /** Under {@code /admin} also one's own are for admins only: one place, one rule. */
    private void require(Context context, Permission permission, String userId) {
        boolean admin = context.path().startsWith("/admin/");
        gate.require(
                context, permission, admin ? Target.all(Policies.SESSION) : Target.ownOf(Policies.SESSION, userId));
    }

    private void list(Context context, String userId) {
        require(context, Permission.READ, userId);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode items = json.putArray("items");
        for (Session session : sessions.list(userId, clock.instant())) {
            items.addObject()
                    .put("id", session.id().value())
                    .put(
                            "current",
                            session.id().value().equals(Gate.caller(context).session()))
                    .put("address", session.address())
                    .put("userAgent", session.userAgent())
                    .put("createdAt", session.createdAt().toString())
                    .put("lastSeen", session.lastSeen().toString())
                    .put("endsAt", session.endsAt().toString());
        }
        Json.answer(context, json);
    }

    private void endAll(Context context, String userId) {
        require(context, Permission.MODIFY, userId);
        int ended = sessions.endAll(userId);
        gate.forget();
        Json.answer(context, JsonNodeFactory.instance.objectNode().put("ended", ended));
    }

    private void end(Context context, String userId) {
        require(context, Permission.MODIFY, userId);
        boolean there;
        try {
            there = sessions.end(new SessionId(userId, context.pathParam("session")));
        } catch (InvalidInputException noSession) {
            there = false;
        }
        gate.forget();
        if (!there) {
            throw Problem.of(404, "not-found", "There is no such session", null).asException();
        }
        context.status(204);
    }
}
