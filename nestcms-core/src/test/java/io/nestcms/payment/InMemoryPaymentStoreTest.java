package io.nestcms.payment;

import io.nestcms.payment.contract.OutboxContract;
import io.nestcms.payment.contract.PaymentStoreContract;
import org.junit.jupiter.api.Nested;

class InMemoryPaymentStoreTest {
    @Nested
    class AsStore extends PaymentStoreContract {
        private final PaymentStore store = new InMemoryPaymentStore();

        @Override
        protected PaymentStore store() {
            return store;
        }
    }

    @Nested
    class AsOutbox extends OutboxContract {
        private final PaymentStore store = new InMemoryPaymentStore();

        @Override
        protected PaymentStore store() {
            return store;
        }
    }
}
