package io.nestcms.e2e;

import io.nestcms.payment.CartId;
import io.nestcms.payment.PaymentOrder;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.gateway.Allowance;
import io.nestcms.payment.gateway.GatewayCharge;
import io.nestcms.payment.gateway.GatewayFollowUp;
import io.nestcms.payment.gateway.GatewayOutcome;
import io.nestcms.payment.gateway.GatewayTransaction;
import io.nestcms.payment.gateway.Initiation;
import io.nestcms.payment.gateway.PaymentGateway;
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
    public String profile() {
        return gateway.profile();
    }

    @Override
    public Optional<Duration> queriesUnavailableFor() {
        return gateway.queriesUnavailableFor();
    }

    @Override
    public Allowance allowance(PaymentOrder order) {
        return gateway.allowance(order);
    }

    @Override
    public GatewayOutcome<Initiation> initiate(GatewayCharge charge) {
        hops.add("payments -> gateway: create a payment page");
        return noted(gateway.initiate(charge));
    }

    @Override
    public GatewayOutcome<GatewayTransaction> followUp(GatewayFollowUp followUp) {
        hops.add("payments -> gateway: " + followUp.kind());
        return noted(gateway.followUp(followUp));
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
