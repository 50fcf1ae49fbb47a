package io.nestcms.payment.service;

import io.nestcms.health.Health;
import io.nestcms.payment.CartId;
import io.nestcms.payment.TransactionRef;
import io.nestcms.payment.gateway.GatewayCharge;
import io.nestcms.payment.gateway.GatewayFollowUp;
import io.nestcms.payment.gateway.GatewayOutcome;
import io.nestcms.payment.gateway.GatewayTransaction;
import io.nestcms.payment.gateway.Initiation;
import io.nestcms.payment.gateway.PaymentGateway;
import io.nestcms.report.Reports;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls to the gateway. What the port forbids to be thrown is an outcome all the same, and a gateway that turns us away for
 * how we are set up is remembered until it answers again.
 */
final class GatewayCalls {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayCalls.class);
    /** A cart that nothing is ever paid under. */
    private static final CartId PROBE = new CartId("nc--probe");

    private final PaymentGateway gateway;
    private final AtomicBoolean misconfigured = new AtomicBoolean();

    GatewayCalls(PaymentGateway gateway) {
        this.gateway = gateway;
    }

    GatewayOutcome<Initiation> initiate(GatewayCharge charge) {
        return call("starting a payment", () -> gateway.initiate(charge));
    }

    GatewayOutcome<GatewayTransaction> followUp(GatewayFollowUp followUp) {
        return call("a follow-up", () -> gateway.followUp(followUp));
    }

    GatewayOutcome<List<GatewayTransaction>> findByCart(CartId cartId) {
        return call("a query", () -> gateway.findByCart(cartId));
    }

    GatewayOutcome<GatewayTransaction> findByReference(TransactionRef ref) {
        return call("a query", () -> gateway.findByReference(ref));
    }

    private <T> GatewayOutcome<T> call(String what, Supplier<GatewayOutcome<T>> call) {
        GatewayOutcome<T> outcome;
        try {
            outcome = call.get();
        } catch (Throwable broken) {
            // the port forbids it, and a broken gateway must still not cost anybody money
            Reports.failed(LOG, "The gateway threw during", what, broken);
            return new GatewayOutcome.Indeterminate<>("the gateway client failed");
        }
        note(outcome);
        return outcome;
    }

    private void note(GatewayOutcome<?> outcome) {
        if (outcome instanceof GatewayOutcome.NotSent<?> notSent) {
            switch (notSent.cause()) {
                case MISCONFIGURED -> {
                    if (misconfigured.compareAndSet(false, true)) {
                        LOG.error(
                                "Gateway {} turns us away: key, profile or region are wrong, or the profile is not"
                                        + " live. No payment fails of it; all can be started once the setting is right",
                                gateway.name());
                    }
                }
                case CURRENCY_NOT_CONFIGURED ->
                    LOG.error("Gateway {} does not take a currency that a payment was started in", gateway.name());
                default -> {
                    // says nothing about how we are set up
                }
            }
        } else if (outcome instanceof GatewayOutcome.Accepted && misconfigured.compareAndSet(true, false)) {
            LOG.info("Gateway {} answers again", gateway.name());
        }
    }

    /** Down from the first call that was turned away until a query succeeds; asks only while it is down. */
    Health health() {
        if (misconfigured.get()) {
            findByCart(PROBE);
        }
        return misconfigured.get()
                ? Health.down("the gateway turns us away: key, profile or region are wrong, or the profile is not live")
                : Health.up();
    }
}
