package io.nestcms.payment.store;

import io.nestcms.payment.contract.DeliveryContract;
import io.nestcms.payment.contract.OutboxContract;
import org.junit.jupiter.api.Nested;

class MemoryOutboxTest {
    private final PaymentStore store = new InMemoryPaymentStore();

    @Nested
    class AsOutbox extends OutboxContract {
        @Override
        protected PaymentStore store() {
            return store;
        }
    }

    @Nested
    class AsDelivery extends DeliveryContract {
        @Override
        protected PaymentStore store() {
            return store;
        }
    }
}
