package io.nestcms.payment.store;

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
}
