package io.nestcms.payment;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is to be paid and by whom: the part of a payment that its creator decides and that never changes afterwards.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param cartId the merchant's name for what is paid; one payment each
 * @param amount how much; above zero
 * @param description what the payer reads on the hosted page; 1 to 128 characters
 * @param customer who pays
 * @param contractId the contract that the payment belongs to, 1 to 64 characters, or {@code null}
 * @param mode whether the approval takes the money or only holds it
 * @since 0.1
 */
public record PaymentOrder(
        CartId cartId,
        Money amount,
        String description,
        Customer customer,
        @Nullable String contractId,
        ChargeMode mode) {
    /**
     * Checks every part.
     *
     * @param cartId the merchant's name for what is paid
     * @param amount how much
     * @param description what the payer reads
     * @param customer who pays
     * @param contractId the contract, or {@code null}
     * @param mode whether the approval takes the money
     * @throws InvalidInputException if the cart is of the reserved form, the amount is not above zero or a text is of another form
     */
    public PaymentOrder {
        Objects.requireNonNull(cartId, "cartId");
        Objects.requireNonNull(amount, "amount");
        Objects.requireNonNull(customer, "customer");
        Objects.requireNonNull(mode, "mode");
        if (cartId.isReserved()) {
            throw new InvalidInputException("cartId", "is of a reserved form", "not beginning with nc--");
        }
        if (!amount.isPositive()) {
            throw new InvalidInputException("amount", "is not above zero", "at least one minor unit");
        }
        Field.text("description", description, 1, 128);
        if (contractId != null) {
            Field.text("contractId", contractId, 1, 64);
        }
    }

    /**
     * A sale without a contract: the approval takes the money.
     *
     * @param cartId the merchant's name for what is paid
     * @param amount how much; above zero
     * @param description what the payer reads; 1 to 128 characters
     * @param customer who pays
     * @return the order
     * @throws InvalidInputException if the amount is not above zero or the description is of another form
     */
    public static PaymentOrder sale(CartId cartId, Money amount, String description, Customer customer) {
        return new PaymentOrder(cartId, amount, description, customer, null, ChargeMode.SALE);
    }
}
