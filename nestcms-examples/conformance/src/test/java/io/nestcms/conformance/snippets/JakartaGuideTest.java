package io.nestcms.conformance.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.jakarta.PaymentListener;
import io.nestcms.payment.PaymentEvent.PaymentSucceeded;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What docs/guides/jakarta.md shows; the shop of {@code nestcms-examples/jakarta-app} runs it. */
class JakartaGuideTest {
    @Test
    void listener_isNamedAtRuntime() throws NoSuchMethodException {
        assertThat(Receipts.class
                        .getDeclaredMethod("write", PaymentSucceeded.class)
                        .getAnnotation(PaymentListener.class)
                        .value())
                .isEqualTo("receipts");
        assertThat(new Receipts().written).isEmpty();
    }

    @ApplicationScoped
    class Receipts {
        private final List<String> written = new CopyOnWriteArrayList<>();

        @PaymentListener("receipts")
        void write(PaymentSucceeded event) {
            written.add(event.cartId().value() + " " + event.amount());
        }
    }
}
