package io.nestcms.e2e;

import io.nestcms.payment.CartId;
import io.nestcms.payment.FollowUp;
import io.nestcms.payment.GatewayOutcome;
import io.nestcms.payment.GatewayTransaction;
import io.nestcms.payment.Initiation;
import io.nestcms.payment.Payment;
import io.nestcms.payment.PaymentGateway;
import io.nestcms.payment.TransactionRef;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A gateway that notes what it is asked and how that ends. */
final class RecordingGateway implements PaymentGateway {
    private final PaymentGateway gateway;
    private final Hops hops;

    RecordingGateway(PaymentGateway gateway, Hops hops) {
        this.gateway = gateway;
        this.hops = hops;
    }

    @Override
    public String name() {
        return gateway.name();
    }

    @Override
    public Optional<Duration> unavailableFor() {
        Optional<Duration> unavailable = gateway.unavailableFor();
        hops.add("payments -> circuit: state? " + (unavailable.isPresent() ? "open" : "closed"));
        return unavailable;
    }

    @Override
    public GatewayOutcome<Initiation> initiate(Payment payment) {
        hops.add("payments -> gateway: create a payment page");
        return noted(gateway.initiate(payment));
    }

    @Override
    public GatewayOutcome<GatewayTransaction> followUp(Payment payment, FollowUp followUp) {
        hops.add("payments -> gateway: " + followUp.kind());
        return noted(gateway.followUp(payment, followUp));
    }

    @Override
    public GatewayOutcome<List<GatewayTransaction>> findByCart(CartId cartId) {
        hops.add("payments -> gateway: what became of the cart?");
        return noted(gateway.findByCart(cartId));
    }

    @Override
    public GatewayOutcome<GatewayTransaction> findByReference(TransactionRef ref) {
        hops.add("payments -> gateway: verify the payment");
        return noted(gateway.findByReference(ref));
    }

    private <T> GatewayOutcome<T> noted(GatewayOutcome<T> outcome) {
        hops.add("gateway -> payments: " + outcome.getClass().getSimpleName());
        return outcome;
    }
}
