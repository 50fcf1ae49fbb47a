package io.nestcms.shop;

import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import io.nestcms.payment.Customer;
import io.nestcms.payment.IdempotencyKey;
import io.nestcms.payment.PaymentId;
import io.nestcms.payment.PaymentMethod;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.service.Payments;
import io.nestcms.payment.service.SavedCards;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.ServiceUnavailableException;
import jakarta.ws.rs.core.MediaType;
import java.util.Map;

/** Takes an order to the payment page or to the payer's saved card, shows what became of it, gives money back. */
@Singleton
@Path("/orders")
@Produces(MediaType.APPLICATION_JSON)
public class Checkout {
    private static final String SHOP = "shop";

    private final Payments payments;
    private final SavedCards cards;

    @Inject
    Checkout(Payments payments, SavedCards cards) {
        this.payments = payments;
        this.cards = cards;
    }

    /**
     * Pressed twice, it is the same payment and the same page.
     *
     * @param number the order's
     * @param amount with the currency's decimals
     * @param currency ISO 4217
     * @param name the payer's
     * @param email the payer's
     * @return payment, status and page
     */
    @POST
    public Map<String, String> pay(
            @FormParam("number") String number,
            @FormParam("amount") String amount,
            @FormParam("currency") String currency,
            @FormParam("name") String name,
            @FormParam("email") String email) {
        return create(number, order(number, amount, currency, name, email).saveCard());
    }

    /**
     * The payer's newest saved card is charged, once for each order.
     *
     * @param number the order's
     * @param amount with the currency's decimals
     * @param currency ISO 4217
     * @param name the payer's
     * @param email the payer's
     * @return payment and status
     */
    @POST
    @Path("/again")
    public Map<String, String> again(
            @FormParam("number") String number,
            @FormParam("amount") String amount,
            @FormParam("currency") String currency,
            @FormParam("name") String name,
            @FormParam("email") String email) {
        PaymentMethod card = cards.list(email).stream()
                .findFirst()
                .map(it -> PaymentMethod.savedCard(it.card().token()))
                .orElseThrow(NotFoundException::new);
        return create(number, order(number, amount, currency, name, email).method(card));
    }

    private static PaymentOrder.Builder order(
            String number, String amount, String currency, String name, String email) {
        return PaymentOrder.builder(new CartId(number), Money.of(amount, currency))
                .description("Order " + number)
                .customer(new Customer(name, email, null, null, null, null))
                .payer(email);
    }

    private Map<String, String> create(String number, PaymentOrder.Builder order) {
        return payments.create(new IdempotencyKey(SHOP, number), order.build())
                .fold(created -> start(created.payment().id()), refused -> {
                    throw new ClientErrorException(refused.refusal().toString(), 409);
                });
    }

    private Map<String, String> start(PaymentId id) {
        return payments.process(id)
                .fold(
                        ready -> next(id, ready.page().toString()),
                        settled -> next(id, ""),
                        later -> {
                            throw new ServiceUnavailableException(
                                    Math.max(1, later.retryAfter().toSeconds()));
                        },
                        unknown -> next(id, ""),
                        refused -> {
                            throw new ClientErrorException(refused.refusal().toString(), 409);
                        });
    }

    /**
     * What became of a payment.
     *
     * @param id the payment's
     * @return payment and status
     */
    @GET
    @Path("/{id}")
    public Map<String, String> show(@PathParam("id") String id) {
        return next(new PaymentId(id), "");
    }

    /**
     * The key is the order's: a second press gives back nothing more.
     *
     * @param id the payment's
     * @return payment and status
     */
    @POST
    @Path("/{id}/refund")
    public Map<String, String> refund(@PathParam("id") String id) {
        PaymentId payment = new PaymentId(id);
        payments.refund(payment, new IdempotencyKey(SHOP, "refund-" + id), null);
        return next(payment, "");
    }

    private Map<String, String> next(PaymentId id, String page) {
        return payments.find(id)
                .map(it -> Map.of("payment", id.value(), "status", it.status().name(), "page", page))
                .orElseThrow(NotFoundException::new);
    }
}
