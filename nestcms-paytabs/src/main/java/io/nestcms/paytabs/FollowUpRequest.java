package io.nestcms.paytabs;

import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import io.nestcms.payment.TransactionRef;
import java.util.Objects;
import okio.ByteString;

/**
 * Something done to an earlier transaction. Each is a transaction of its own with a reference of its own.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class FollowUpRequest {
    private final String type;
    private final TransactionRef original;
    private final CartId cartId;
    private final Money amount;
    private final String description;

    private FollowUpRequest(String type, TransactionRef original, CartId cartId, Money amount, String description) {
        this.type = type;
        this.original = Objects.requireNonNull(original, "original");
        this.cartId = Objects.requireNonNull(cartId, "cartId");
        this.amount = Limits.amount("cart_amount", amount);
        this.description = Limits.text("cart_description", description, 1, 128);
    }

    /**
     * Takes held money, or a part of it.
     *
     * @param authorization the approved authorisation
     * @param cartId the cart
     * @param amount at most what is held and not taken yet, in the same currency
     * @param description 1 to 128 characters
     * @return the request
     * @throws io.nestcms.failure.InvalidInputException if amount or description are of another form
     */
    public static FollowUpRequest capture(
            TransactionRef authorization, CartId cartId, Money amount, String description) {
        return new FollowUpRequest("capture", authorization, cartId, amount, description);
    }

    /**
     * Gives all held money back.
     *
     * @param authorization the approved authorisation, of which nothing is captured
     * @param cartId the cart
     * @param amount the whole amount held
     * @param description 1 to 128 characters
     * @return the request
     * @throws io.nestcms.failure.InvalidInputException if amount or description are of another form
     */
    public static FollowUpRequest voiding(
            TransactionRef authorization, CartId cartId, Money amount, String description) {
        return new FollowUpRequest("void", authorization, cartId, amount, description);
    }

    /**
     * Gives a part of held money back.
     *
     * @param authorization the approved authorisation
     * @param cartId the cart
     * @param amount at most what is held and not taken yet, in the same currency
     * @param description 1 to 128 characters
     * @return the request
     * @throws io.nestcms.failure.InvalidInputException if amount or description are of another form
     */
    public static FollowUpRequest release(
            TransactionRef authorization, CartId cartId, Money amount, String description) {
        return new FollowUpRequest("release", authorization, cartId, amount, description);
    }

    /**
     * Gives taken money back, or a part of it.
     *
     * @param payment the sale or the capture, not the authorisation
     * @param cartId the cart
     * @param amount at most what was taken and not given back yet, in the same currency
     * @param description 1 to 128 characters
     * @return the request
     * @throws io.nestcms.failure.InvalidInputException if amount or description are of another form
     */
    public static FollowUpRequest refund(TransactionRef payment, CartId cartId, Money amount, String description) {
        return new FollowUpRequest("refund", payment, cartId, amount, description);
    }

    /**
     * Extends a hold: {@code authext}. The type is in PayTabs' official list and nowhere explained, neither what the amount means nor
     * how long it then lasts: it is passed through, and answered as {@link TransactionType#AUTH_EXT}.
     *
     * @param authorization the approved authorisation
     * @param cartId the cart
     * @param amount what PayTabs is to take for the amount, in the same currency
     * @param description 1 to 128 characters
     * @return the request
     * @throws io.nestcms.failure.InvalidInputException if amount or description are of another form
     */
    public static FollowUpRequest extension(
            TransactionRef authorization, CartId cartId, Money amount, String description) {
        return new FollowUpRequest("authext", authorization, cartId, amount, description);
    }

    TransactionRef original() {
        return original;
    }

    ByteString json(PayTabsProfile profile) {
        return Json.object(json -> {
            json.writeNumberField("profile_id", profile.id());
            json.writeStringField("tran_type", type);
            json.writeStringField("tran_class", "ecom");
            json.writeStringField("tran_ref", original.value());
            json.writeStringField("cart_id", cartId.value());
            json.writeStringField("cart_currency", amount.currencyCode());
            Json.amount(json, "cart_amount", amount);
            json.writeStringField("cart_description", description);
        });
    }

    /**
     * Kind, original and amount.
     *
     * @return for logs
     */
    @Override
    public String toString() {
        return "FollowUpRequest[" + type + " " + original + " " + amount + "]";
    }
}
