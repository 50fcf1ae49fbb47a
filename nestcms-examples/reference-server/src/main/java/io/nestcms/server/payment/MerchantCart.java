package io.nestcms.server.payment;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.payment.CartId;
import io.nestcms.payment.Payment;

/**
 * A merchant's name for what is paid, and the cart that it is at the gateway: with the merchant in it, so that nobody can find out
 * about another's carts or take them.
 */
public final class MerchantCart {
    private static final String SEPARATOR = ":";

    private MerchantCart() {}

    /**
     * The cart at the gateway.
     *
     * @throws InvalidInputException if the name is of another form, or does not fit beside the merchant's
     */
    static CartId of(String merchant, String name) {
        int room = 64 - merchant.length() - SEPARATOR.length();
        if (!name.matches("[\\x21-\\x7e]+") || name.length() > room) {
            throw new InvalidInputException("cartId", "has another form", "1 to " + room + " visible ASCII characters");
        }
        CartId cart = new CartId(name);
        if (cart.isReserved()) {
            throw new InvalidInputException("cartId", "is of a reserved form", "not beginning with nc--");
        }
        return new CartId(merchant + SEPARATOR + name);
    }

    /**
     * A payer of the merchant's: those of two merchants are never the same.
     *
     * @throws InvalidInputException if the name is of another form, or does not fit beside the merchant's
     */
    static String payer(String merchant, String name) {
        int room = 64 - merchant.length() - SEPARATOR.length();
        if (!name.matches("[\\x21-\\x7e]+") || name.length() > room) {
            throw new InvalidInputException("payer", "has another form", "1 to " + room + " visible ASCII characters");
        }
        return merchant + SEPARATOR + name;
    }

    /** The merchant's own name for it; payments of before carts had a merchant in them are shown as they are. */
    public static String name(Payment payment) {
        String cart = payment.order().cartId().value();
        String prefix = payment.claim().key().scope() + SEPARATOR;
        return cart.startsWith(prefix) ? cart.substring(prefix.length()) : cart;
    }
}
