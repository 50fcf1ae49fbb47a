package io.nestcms.paytabs;

import com.fasterxml.jackson.databind.JsonNode;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.gateway.GatewayNotification;
import io.nestcms.webhook.VerifiedWebhook;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads what PayTabs sends: the callback and the IPN (JSON, signed as a whole) and the browser's return (a form, its
 * fields signed). Takes verified webhooks only, so nothing unsigned can be read.
 *
 * <p>Immutable and safe for use by many threads. Reading may be repeated.
 *
 * @since 0.1
 */
public final class PayTabsNotifications {
    private static final String CALLBACK = "paytabs-callback";
    private static final String RETURN = "paytabs-return";

    private final long profileId;

    PayTabsNotifications(long profileId) {
        this.profileId = profileId;
    }

    /**
     * Notifications for one profile.
     *
     * @param profile whose notifications these are
     * @return the reader
     */
    public static PayTabsNotifications of(PayTabsProfile profile) {
        return new PayTabsNotifications(profile.id());
    }

    /**
     * What a notification claims. Whether it is so decides a query.
     *
     * @param proof a webhook that passed the scheme {@code paytabs-callback} or {@code paytabs-return}
     * @return the claim. A browser's return has no amount and its kind is {@link TransactionKind#UNRECOGNISED}
     * @throws InvalidInputException if a field that is needed is missing or of another form, the notification is for
     *     another profile, or the scheme is not one of PayTabs
     */
    public GatewayNotification read(VerifiedWebhook proof) {
        return switch (proof.scheme()) {
            case CALLBACK -> callback(proof.body());
            case RETURN -> browserReturn(proof.fields());
            default -> throw new InvalidInputException("scheme", "is not one of PayTabs", CALLBACK + " or " + RETURN);
        };
    }

    /** The callback and the IPN; {@code body} is what was signed. */
    GatewayNotification callback(byte[] body) {
        JsonNode json = Json.read(body);
        if (json == null || !json.isObject()) {
            throw new InvalidInputException("body", "is no JSON object", "the notification as PayTabs signed it");
        }
        try {
            return callback(Fields.of(json));
        } catch (UnreadableReplyException unreadable) {
            throw new InvalidInputException(
                    "body", "cannot be read: " + unreadable.getMessage(), "the notification as PayTabs signed it");
        }
    }

    private GatewayNotification callback(Fields fields) {
        PayTabsTransaction told = told(fields);
        Money amount = told.cartAmount().orElse(null);
        if (amount == null) {
            throw missing(fields.has("cart_amount") ? "cart_currency" : "cart_amount");
        }
        return new GatewayNotification(
                told.ref(),
                told.previousRef().orElse(null),
                told.cartId().flatMap(GatewayTerms::cart).orElse(null),
                told.kind(),
                told.state(),
                amount);
    }

    /** The browser's return; {@code fields} are the signed ones. */
    GatewayNotification browserReturn(Map<String, String> fields) {
        PayTabsReturn returned = returned(fields);
        String cart = returned.cartId();
        if (cart == null) {
            throw missing("cartId");
        }
        return new GatewayNotification(
                returned.ref(),
                null,
                GatewayTerms.cart(cart).orElse(null),
                TransactionKind.UNRECOGNISED,
                returned.state(),
                null);
    }

    /**
     * All that a callback or an IPN says, typed: also of a follow-up that was made elsewhere, in the dashboard say, whose cart id nobody
     * here gave and which only its {@linkplain PayTabsTransaction#previousRef() original} ties to a payment. Whether it is so decides a
     * query.
     *
     * @param proof a webhook that passed the scheme {@code paytabs-callback}
     * @return the transaction as PayTabs told of it; its cart id is as it came, and may be missing
     * @throws InvalidInputException if it cannot be read, is for another profile, or the scheme is another one
     */
    public PayTabsTransaction transaction(VerifiedWebhook proof) {
        if (!proof.scheme().equals(CALLBACK)) {
            throw new InvalidInputException("scheme", "is no callback", CALLBACK);
        }
        return transaction(proof.body());
    }

    /** The callback and the IPN as a transaction; {@code body} is what was signed. */
    PayTabsTransaction transaction(byte[] body) {
        JsonNode json = Json.read(body);
        if (json == null || !json.isObject()) {
            throw new InvalidInputException("body", "is no JSON object", "the notification as PayTabs signed it");
        }
        try {
            return told(Fields.of(json));
        } catch (UnreadableReplyException unreadable) {
            throw new InvalidInputException(
                    "body", "cannot be read: " + unreadable.getMessage(), "the notification as PayTabs signed it");
        }
    }

    private PayTabsTransaction told(Fields fields) {
        Long profile = fields.number("profile_id");
        if (profile == null) {
            throw missing("profile_id");
        }
        if (profile != profileId) {
            throw new InvalidInputException("profile_id", "is another profile's", "a notification for this profile");
        }
        if (!fields.has("tran_ref")) {
            throw missing("tran_ref");
        }
        return new PayTabsTransaction(fields);
    }

    /**
     * All that a browser's return says, typed. Whether it is so decides a query.
     *
     * @param proof a webhook that passed the scheme {@code paytabs-return}
     * @return what the browser brought
     * @throws InvalidInputException if it has no reference, or the scheme is another one
     */
    public PayTabsReturn returned(VerifiedWebhook proof) {
        if (!proof.scheme().equals(RETURN)) {
            throw new InvalidInputException("scheme", "is no browser's return", RETURN);
        }
        return returned(proof.fields());
    }

    /** The browser's return; {@code fields} are the signed ones. */
    PayTabsReturn returned(Map<String, String> fields) {
        return PayTabsReturn.of(ref("tranRef", fields.get("tranRef")), fields);
    }

    private static TransactionRef ref(String field, @Nullable String value) {
        try {
            return new TransactionRef(required(field, value));
        } catch (InvalidInputException unfit) {
            throw new InvalidInputException(field, unfit.problem(), unfit.rule());
        }
    }

    private static String required(String field, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            throw missing(field);
        }
        return Objects.requireNonNull(value);
    }

    private static InvalidInputException missing(String field) {
        return new InvalidInputException(field, "is missing", "PayTabs always sends it");
    }
}
