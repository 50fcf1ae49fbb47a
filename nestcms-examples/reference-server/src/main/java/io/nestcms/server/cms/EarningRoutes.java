package io.nestcms.server.cms;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.nestcms.access.Permission;
import io.nestcms.cms.earning.Earning;
import io.nestcms.cms.earning.EarningGroup;
import io.nestcms.cms.earning.Earnings;
import io.nestcms.server.access.AuthRoutes;
import io.nestcms.server.http.Json;
import io.nestcms.server.http.Problem;
import io.nestcms.server.http.Query;
import java.time.DateTimeException;
import java.time.YearMonth;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who earned how much, in two ways that give the same answer: added up by the database, and here from every payment. */
final class EarningRoutes {
    private static final String MODEL = "earning";

    /** How it is added up. */
    private enum Way {
        OPTIMISED,
        PLAIN
    }

    private final Earnings optimised;
    private final Earnings plain;
    private final Supplier<YearMonth> present;
    private final AuthRoutes auth;

    EarningRoutes(Earnings optimised, Earnings plain, Supplier<YearMonth> present, AuthRoutes auth) {
        this.optimised = optimised;
        this.plain = plain;
        this.present = present;
        this.auth = auth;
    }

    void register(RoutesConfig routes) {
        routes.get("/earnings", auth.protect(Permission.READ, MODEL, this::list));
    }

    /** Employees see their own. */
    private void list(Context context) {
        Query query = Query.of(context, "group", "from", "to", "way", "earner");
        EarningGroup group = query.constant("group", EarningGroup.class);
        boolean all = auth.mayAll(context, Permission.READ, MODEL);
        String earner = all ? query.text("earner") : AuthRoutes.caller(context).merchant();
        if (group == null || !all) {
            group = EarningGroup.EMPLOYEE;
        }
        YearMonth from = month(query, "from");
        YearMonth to = month(query, "to");
        Earnings way = query.constant("way", Way.class) == Way.PLAIN ? plain : optimised;
        ObjectNode json = Shown.object();
        ArrayNode items = json.putArray("items");
        way.of(group, from, to).stream()
                .filter(earning -> earner == null || earning.earner().equals(earner))
                .forEach(earning -> items.add(json(earning)));
        Json.answer(context, json);
    }

    private YearMonth month(Query query, String name) {
        @Nullable String given = query.text(name);
        try {
            return given == null ? present.get() : YearMonth.parse(given);
        } catch (DateTimeException other) {
            throw Problem.field(400, name, "has another form", "a month as 2026-12")
                    .asException();
        }
    }

    private static ObjectNode json(Earning earning) {
        return Shown.object()
                .put("earner", earning.earner())
                .put("month", earning.month().toString())
                .put("currency", earning.taken().currencyCode())
                .put("taken", earning.taken().amountText())
                .put("refunded", earning.refunded().amountText())
                .put("commission", earning.commission().amountText())
                .put("net", earning.net().amountText());
    }
}
