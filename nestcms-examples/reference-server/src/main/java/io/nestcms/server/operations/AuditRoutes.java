package io.nestcms.server.operations;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.nestcms.access.Permission;
import io.nestcms.audit.AuditEntry;
import io.nestcms.audit.AuditHead;
import io.nestcms.audit.AuditRecord;
import io.nestcms.audit.AuditTrail;
import io.nestcms.audit.AuditVerification;
import io.nestcms.server.access.AuthRoutes;
import io.nestcms.server.http.Json;
import io.nestcms.server.http.Problem;
import io.nestcms.server.http.Query;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The audit trail: read, searched and verified while the server runs. */
public final class AuditRoutes {
    private static final String MODEL = "audit";
    private static final int PAGE = 100;
    /** How many records one search looks at; the answer says where the next one goes on. */
    private static final int LOOKED_AT = 5_000;

    private final @Nullable AuditTrail trail;

    /** Routes to a trail; {@code null} where there is none. */
    public AuditRoutes(@Nullable AuditTrail trail) {
        this.trail = trail;
    }

    /** Adds them. */
    public void register(RoutesConfig routes, AuthRoutes auth) {
        routes.get("/audit", auth.protectAll(Permission.READ, MODEL, this::read));
        routes.post("/audit/verify", auth.protectAll(Permission.APPROVE, MODEL, this::verify));
    }

    private AuditTrail trail() {
        AuditTrail kept = trail;
        if (kept == null) {
            throw Problem.of(404, "no-audit-trail", "There is no audit trail", "set AUDIT_KEY to have one")
                    .asException();
        }
        return kept;
    }

    private void read(Context context) {
        Query query = Query.of(context, "from", "limit", "actor", "action", "subject");
        long from = Math.max(1, query.number("from", 1));
        int limit = query.number("limit", PAGE, 1, PAGE);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode items = json.putArray("items");
        long next = from;
        boolean more = true;
        while (more && items.size() < limit && next < from + LOOKED_AT) {
            List<AuditRecord> page = trail().read(next, PAGE);
            for (AuditRecord record : page) {
                if (items.size() == limit) {
                    break;
                }
                next = record.sequence() + 1;
                if (matches(record.entry(), query)) {
                    items.add(json(record));
                }
            }
            more = page.size() == PAGE;
        }
        if (next <= trail().head().sequence()) {
            json.put("next", next);
        }
        Json.answer(context, json);
    }

    private static boolean matches(AuditEntry entry, Query query) {
        return is(query.text("actor"), entry.actor())
                && is(query.text("action"), entry.action())
                && is(query.text("subject"), entry.subject());
    }

    private static boolean is(@Nullable String wanted, String found) {
        return wanted == null || wanted.equals(found);
    }

    private static ObjectNode json(AuditRecord record) {
        AuditEntry entry = record.entry();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("sequence", record.sequence());
        json.put("at", entry.at().toString());
        json.put("actor", entry.actor());
        json.put("action", entry.action());
        json.put("subject", entry.subject());
        json.put("from", entry.origin());
        ObjectNode details = json.putObject("details");
        entry.details().forEach(details::put);
        json.put("hash", record.hash());
        return json;
    }

    private void verify(Context context) {
        AuditVerification found = trail().verify(AuditHead.NONE);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (found instanceof AuditVerification.Broken it) {
            json.put("intact", false).put("sequence", it.sequence()).put("problem", it.problem());
        } else if (found instanceof AuditVerification.Intact it) {
            json.put("intact", true)
                    .put("sequence", it.head().sequence())
                    .put("hash", it.head().hash());
        }
        Json.answer(context, json);
    }
}
