package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.payment.contract.ForwardingStore;
import io.nestcms.payment.store.Outbox;
import io.nestcms.payment.store.PaymentStore;
import io.nestcms.resilience.BreakerOrder;
import io.nestcms.resilience.BreakerState;
import io.nestcms.testkit.ReplicaSet;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two servers on one replica set. */
class FleetTest {
    @TempDir
    Path data;

    /** Records payments and leaves the delivery of their events to others. */
    private static final class SilentStore extends ForwardingStore {
        private SilentStore(PaymentStore store) {
            super(store);
        }

        @Override
        public Outbox outbox() {
            return new KillableServer.StuckOutbox(super.outbox());
        }
    }

    @Test
    void twoNodes_oneWrites_theOtherIsWokenAndOrdersReachBoth() throws IOException {
        try (ReplicaSet set = ReplicaSet.builder().start();
                Stage writer = new Stage(
                        data.resolve("a"), Stage.Keeping.at(set.uri()), server -> server.store(SilentStore::new));
                Stage other = new Stage(
                        data.resolve("b"),
                        Stage.Keeping.at(set.uri()),
                        // so that only the watch can be what wakes it
                        server -> server.pollOutboxEvery(Duration.ofHours(1)))) {
            String id = writer.merchant
                    .create("key-1", Merchant.order("ORD-1", "250.000", "KWD"))
                    .text("id");

            Stage.eventually()
                    .untilAsserted(() -> assertThat(other.paymentEvents(id)).containsExactly("PaymentCreated"));
            assertThat(writer.paymentEvents(id)).isEmpty();

            other.server.breakers().order("paytabs", BreakerOrder.Command.FORCE_OPEN, "operator");

            Stage.eventually()
                    .untilAsserted(() -> assertThat(writer.server
                                    .breakers()
                                    .find("paytabs")
                                    .orElseThrow()
                                    .state())
                            .isEqualTo(BreakerState.FORCED_OPEN));
            assertThat(writer.merchant.process(id).status()).isEqualTo(503);
        }
    }
}
