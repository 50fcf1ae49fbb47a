package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Lets a merchant's call in: the raw server key in {@code Authorization}, and the profile that belongs to the key. */
final class MerchantAccess {
    private final Settings settings;

    MerchantAccess(Settings settings) {
        this.settings = settings;
    }

    /** The body of a call that has one. */
    ObjectNode body(Context ctx) {
        key(ctx);
        // whatever Content-Type says: the official PHP SDK sends none of JSON, and is answered
        ObjectNode body = Json.parse(ctx.bodyAsBytes());
        profile(body.path("profile_id").asText());
        return body;
    }

    void key(Context ctx) {
        String key = ctx.header("Authorization");
        byte[] given = (key == null ? "" : key).getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(given, settings.serverKey().getBytes(StandardCharsets.UTF_8))) {
            throw refused();
        }
    }

    void profile(String id) {
        if (!id.equals(String.valueOf(settings.profileId()))) {
            throw refused();
        }
    }

    private static RefusedException refused() {
        return new RefusedException(401, 1, "Authentication failed. Check authentication header.");
    }
}
