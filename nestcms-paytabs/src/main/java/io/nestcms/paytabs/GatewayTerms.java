package io.nestcms.paytabs;

import io.nestcms.money.Money;
import io.nestcms.payment.CartId;
import io.nestcms.payment.ChargeMode;
import io.nestcms.payment.Customer;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.GatewayOutcome;
import io.nestcms.payment.GatewayTransaction;
import io.nestcms.payment.Initiation;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.Rejection;
import io.nestcms.payment.TransactionKind;
import io.nestcms.payment.TransactionState;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Between the core's terms and PayTabs'. */
final class GatewayTerms {
    private GatewayTerms() {}

    /**
     * The order as PayTabs takes it.
     *
     * @param page how the hosted page is to be
     * @throws io.nestcms.failure.InvalidInputException if PayTabs cannot take it
     */
    static ChargeRequest request(PaymentOrder order, PageOptions page) {
        ChargeRequest.Type type = order.mode() == ChargeMode.SALE ? ChargeRequest.Type.SALE : ChargeRequest.Type.AUTH;
        return ChargeRequest.builder(type, order.cartId(), order.amount(), order.description())
                .customer(contact(order.customer()))
                .page(page)
                .build();
    }

    /**
     * The follow-up as PayTabs takes it.
     *
     * @throws io.nestcms.failure.InvalidInputException if PayTabs cannot take it
     */
    static FollowUpRequest request(PaymentOrder order, FollowUp followUp) {
        CartId cart = order.cartId();
        return switch (followUp.kind()) {
            case CAPTURE -> FollowUpRequest.capture(followUp.of(), cart, followUp.amount(), order.description());
            case VOID -> FollowUpRequest.voiding(followUp.of(), cart, followUp.amount(), order.description());
            case REFUND -> FollowUpRequest.refund(followUp.of(), cart, followUp.amount(), order.description());
            default -> throw new IllegalArgumentException(followUp.kind() + " is not asked for by the core");
        };
    }

    /**
     * The customer, without the parts that PayTabs would refuse: nobody is kept from paying for a name of three letters,
     * and the hosted page asks for what is missing.
     */
    private static PayTabsContact contact(Customer customer) {
        return new PayTabsContact(
                fitting(customer.name(), 4, 128),
                customer.email(),
                fitting(customer.phone(), 4, 32),
                fitting(customer.street(), 4, 128),
                fitting(customer.city(), 2, 128),
                null,
                customer.country(),
                null,
                null);
    }

    private static @Nullable String fitting(@Nullable String value, int min, int max) {
        return Limits.fits(value, min, max) ? value : null;
    }

    /**
     * What PayTabs made of an order.
     *
     * @throws UnreadableReplyException if the answer speaks of another cart
     */
    static Initiation initiation(ChargeReply reply, CartId asked) {
        checkCart(reply.transaction(), asked);
        return reply.fold(
                page -> new Initiation.HostedPage(page.transaction().ref(), page.page()),
                completed -> new Initiation.Completed(transaction(completed.transaction())));
    }

    /**
     * What PayTabs made of a follow-up.
     *
     * @throws UnreadableReplyException if the answer speaks of another cart or of another kind of transaction
     */
    static GatewayTransaction followUp(PayTabsTransaction reply, CartId asked, TransactionKind kind) {
        checkCart(reply, asked);
        if (reply.kind() != kind) {
            throw new UnreadableReplyException("tran_type is not what was asked for");
        }
        return transaction(reply);
    }

    /**
     * The transactions of a cart's answer.
     *
     * @throws UnreadableReplyException if one of its entries could not be read: it could be the one that matters
     */
    static List<PayTabsTransaction> whole(CartTransactions all) {
        if (!all.unreadable().isEmpty()) {
            throw new UnreadableReplyException(all.unreadable().get(0).problem());
        }
        return all.transactions();
    }

    static Rejection rejection(PayTabsError error) {
        return new Rejection(error.code(), error.message(), error.trace());
    }

    static GatewayOutcome.NotSent.Cause cause(PayTabsOutcome.NotSent.Cause cause) {
        return switch (cause) {
            case CIRCUIT_OPEN -> GatewayOutcome.NotSent.Cause.CIRCUIT_OPEN;
            case NO_CONNECTION -> GatewayOutcome.NotSent.Cause.NO_CONNECTION;
            case THROTTLED -> GatewayOutcome.NotSent.Cause.THROTTLED;
            case OUT_OF_TIME -> GatewayOutcome.NotSent.Cause.OUT_OF_TIME;
        };
    }

    private static void checkCart(PayTabsTransaction reply, CartId asked) {
        Optional<String> cart = reply.cartId();
        if (cart.isPresent() && !cart.get().equals(asked.value())) {
            throw new UnreadableReplyException("cart_id is another one's");
        }
    }

    /** A transaction in the core's terms. */
    static GatewayTransaction transaction(PayTabsTransaction paid) {
        PayTabsTransaction.@Nullable PaymentResult result = paid.result().orElse(null);
        return new GatewayTransaction(
                paid.ref(),
                paid.previousRef().orElse(null),
                paid.kind(),
                paid.state(),
                paid.cartId().map(GatewayTerms::cart).orElse(null),
                paid.cartAmount().orElse(null),
                charged(paid),
                result == null ? null : result.code(),
                result == null ? null : result.message(),
                result == null ? null : result.at());
    }

    /** PayTabs gives a total for what was declined, too; money moved, or is held, only on these two. */
    private static @Nullable Money charged(PayTabsTransaction paid) {
        boolean moved = paid.state() == TransactionState.APPROVED || paid.state() == TransactionState.ON_HOLD;
        return moved ? paid.total().orElse(null) : null;
    }

    private static CartId cart(String value) {
        try {
            return new CartId(Objects.requireNonNull(value));
        } catch (io.nestcms.failure.InvalidInputException unfit) {
            throw new UnreadableReplyException("cart_id is none of ours");
        }
    }
}
