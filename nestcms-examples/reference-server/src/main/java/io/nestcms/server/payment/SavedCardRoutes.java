package io.nestcms.server.payment;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.nestcms.access.Permission;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.payment.CardToken;
import io.nestcms.payment.PaymentRefusal;
import io.nestcms.payment.SavedCard;
import io.nestcms.payment.service.SavedCards;
import io.nestcms.server.access.AuthRoutes;
import io.nestcms.server.http.Json;
import io.nestcms.server.http.Problem;
import java.util.Optional;

/** The cards that the payers of a merchant have let it save. Whoever calls sees those of their own payers and no others. */
final class SavedCardRoutes {
    private final SavedCards cards;

    SavedCardRoutes(SavedCards cards) {
        this.cards = cards;
    }

    void register(RoutesConfig routes, AuthRoutes auth) {
        routes.get("/payments/v2/cards/{payer}", auth.protect(Permission.READ, "payment", this::list));
        routes.delete("/payments/v2/cards/{payer}/{token}", auth.protect(Permission.MODIFY, "payment", this::delete));
    }

    private static String payer(Context context) {
        return MerchantCart.payer(AuthRoutes.caller(context).merchant(), context.pathParam("payer"));
    }

    private void list(Context context) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode items = json.putArray("items");
        cards.list(payer(context)).forEach(card -> items.add(card(card)));
        Json.answer(context, json);
    }

    private static ObjectNode card(SavedCard card) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("savedCard", card.token().value());
        if (card.card().description() != null) {
            json.put("description", card.card().description());
        }
        if (card.card().scheme() != null) {
            json.put("scheme", card.card().scheme());
        }
        if (card.card().expiry() != null) {
            json.put("expiry", card.card().expiry().toString());
        }
        json.put("savedAt", card.savedAt().toString());
        return json;
    }

    private void delete(Context context) {
        String payer = payer(context);
        CardToken token = token(context.pathParam("token"));
        boolean own = cards.find(token).filter(it -> payer.equals(it.payer())).isPresent();
        Optional<Boolean> forgotten = own ? cards.delete(token) : Optional.empty();
        if (forgotten.isEmpty()) {
            throw PaymentRoutes.refusal(PaymentRefusal.NOT_FOUND).asException();
        }
        // charged no more either way; where the gateway has not confirmed it yet, the same call asks it again
        context.status(forgotten.get() ? 204 : 202);
    }

    private static CardToken token(String given) {
        try {
            return new CardToken(given);
        } catch (InvalidInputException unfit) {
            throw Problem.of(404, "not-found", "There is no such payment", null).asException();
        }
    }
}
