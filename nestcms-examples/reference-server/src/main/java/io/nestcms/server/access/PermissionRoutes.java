package io.nestcms.server.access;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.nestcms.access.Grant;
import io.nestcms.access.GrantStore;
import io.nestcms.access.Permission;
import io.nestcms.access.Target;
import io.nestcms.cms.user.Users;
import io.nestcms.server.http.Clients;
import io.nestcms.server.http.Deed;
import io.nestcms.server.http.Json;
import io.nestcms.server.http.Problem;
import io.nestcms.server.http.Query;
import io.nestcms.server.http.StrictJson;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What users were granted beside their roles. Nobody grants what they may not do themselves, nor anything to themselves. */
final class PermissionRoutes {
    private final GrantStore grants;
    private final Users users;
    private final Gate gate;
    private final Consumer<Deed> record;
    private final Clients clients;
    private final Clock clock;

    PermissionRoutes(GrantStore grants, Users users, Gate gate, Consumer<Deed> record, Clients clients, Clock clock) {

        this.grants = grants;
        this.users = users;
        this.gate = gate;
        this.record = record;
        this.clients = clients;
        this.clock = clock;
    }

    void register(RoutesConfig routes) {
        routes.get("/permissions", gate.protect(this::list));
        routes.post("/permissions", gate.protect(this::grant));
        routes.delete("/permissions/{id}", gate.protect(this::revoke));
    }

    private void list(Context context) {
        Query query = Query.of(context, "user");
        String own = Gate.caller(context).merchant();
        String of = query.text("user");
        String user = of == null ? own : of;
        if (!user.equals(own)) {
            gate.require(context, Permission.READ, Target.all(Policies.PERMISSION));
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode items = json.putArray("items");
        grants.ofUser(user).forEach(grant -> items.add(json(grant)));
        Json.answer(context, json);
    }

    private void grant(Context context) {
        gate.require(context, Permission.WRITE, Target.all(Policies.PERMISSION));
        StrictJson.Fields body = StrictJson.object(context);
        String user = body.text("user");
        Permission permission = Query.constantOf("permission", body.text("permission"), Permission.class);
        String model = body.text("model");
        String object = body.optionalText("object");
        Instant until = time(body.optionalText("until"));
        body.done();
        Caller caller = Gate.caller(context);
        Grant grant = new Grant(
                UUID.randomUUID().toString(),
                user,
                permission,
                model,
                object,
                caller.merchant(),
                clock.instant(),
                until,
                null,
                null);
        if (user.equals(caller.merchant())) {
            throw Problem.field(422, "user", "is yourself", "somebody else").asException();
        }
        gate.require(context, permission, new Target(model, object, null));
        if (users.find(user).isEmpty()) {
            throw Problem.field(422, "user", "is unknown", "the id of a user").asException();
        }
        grants.save(grant);
        record(context, "PermissionGranted", grant);
        context.header("Location", "/permissions/" + grant.id());
        Json.answer(context.status(201), json(grant));
    }

    private void revoke(Context context) {
        gate.require(context, Permission.MODIFY, Target.all(Policies.PERMISSION));
        Grant grant = grants.find(context.pathParam("id"))
                .orElseThrow(() -> Problem.of(404, "not-found", "There is no such permission", null)
                        .asException());
        Grant revoked = grant.revoked(Gate.caller(context).merchant(), clock.instant());
        if (!revoked.equals(grant)) {
            grants.save(revoked);
            record(context, "PermissionRevoked", revoked);
        }
        context.status(204);
    }

    private void record(Context context, String action, Grant grant) {
        String object = grant.objectId();
        record.accept(new Deed(
                clock.instant(),
                Gate.caller(context).merchant(),
                clients.of(context),
                action,
                "user/" + grant.userId(),
                Map.of(
                        "grant", grant.id(),
                        "permission", grant.permission().name(),
                        "on", object == null ? grant.model() : grant.model() + "/" + object)));
    }

    private static @Nullable Instant time(@Nullable String text) {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException other) {
            throw Problem.field(422, "until", "is no time", "for example 2026-12-31T23:59:59Z")
                    .asException();
        }
    }

    private static ObjectNode json(Grant grant) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", grant.id());
        json.put("user", grant.userId());
        json.put("permission", grant.permission().name());
        json.put("model", grant.model());
        json.put("object", grant.objectId());
        json.put("grantedBy", grant.grantedBy());
        json.put("grantedAt", grant.grantedAt().toString());
        json.put("until", grant.until() == null ? null : grant.until().toString());
        json.put("revokedBy", grant.revokedBy());
        json.put(
                "revokedAt",
                grant.revokedAt() == null ? null : grant.revokedAt().toString());
        return json;
    }
}
