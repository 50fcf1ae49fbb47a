package io.nestcms.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.resilience.BreakerMemory;
import io.nestcms.resilience.BreakerOrder;
import io.nestcms.resilience.BreakerOrder.Command;
import io.nestcms.resilience.BreakerOrders;
import io.nestcms.resilience.BreakerSettings;
import io.nestcms.resilience.BreakerState;
import io.nestcms.resilience.BreakerStore;
import io.nestcms.resilience.CircuitBreakers;
import io.nestcms.resilience.contract.BreakerOrdersContract;
import io.nestcms.resilience.contract.BreakerStoreContract;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bson.Document;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RefusalCheck.class)
class MongoBreakerStoreTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.123456789Z");

    private final String database = TestMongo.freshDatabase();
    private final NestMongo mongo = NestMongo.using(TestMongo.client(), database);

    @Nested
    class AsStore extends BreakerStoreContract {
        @Override
        protected BreakerStore store() {
            return mongo.breakerStore("node-1");
        }
    }

    @Nested
    class AsOrders extends BreakerOrdersContract {
        @Override
        protected BreakerOrders orders() {
            return mongo.breakerOrders();
        }
    }

    @Test
    void find_otherNode_hasAMemoryOfItsOwn() {
        mongo.breakerStore("a").save(new BreakerMemory("x", BreakerState.CLOSED, NOW, null, 0, false, List.of(), NOW));

        assertThat(mongo.breakerStore("b").find("x")).isEmpty();
        assertThatThrownBy(() -> mongo.breakerStore("a/b")).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void save_fieldOfALaterBuild_isKept() {
        BreakerStore store = mongo.breakerStore("a");
        BreakerMemory memory = new BreakerMemory("x", BreakerState.CLOSED, NOW, null, 0, false, List.of(), NOW);
        store.save(memory);
        var documents = TestMongo.client().getDatabase(database).getCollection("breakers");
        documents.updateOne(new Document(), Document.parse("{$set: {colour: 'red'}}"));

        store.save(memory);

        assertThat(documents.find().first().getString("colour")).isEqualTo("red");
    }

    @Test
    void give_manyAtOnce_haveANumberEach() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Callable<BreakerOrder>> all = new ArrayList<>();
            for (int n = 0; n < 24; n++) {
                String by = "ops-" + n;
                all.add(() -> mongo.breakerOrders().give("paytabs", Command.CLOSE, by, NOW));
            }
            List<Long> numbers = new ArrayList<>();
            for (Future<BreakerOrder> given : pool.invokeAll(all)) {
                numbers.add(given.get().number());
            }
            assertThat(numbers).doesNotHaveDuplicates().hasSize(24).allMatch(number -> number >= 1 && number <= 24);
        } finally {
            pool.shutdownNow();
        }
        assertThat(mongo.breakerOrders().standing())
                .singleElement()
                .extracting(BreakerOrder::number)
                .isEqualTo(24L);
    }

    @Test
    void breakers_overARestart_startAsTheyWere_andFollowOrders() {
        CircuitBreakers before = registry();
        before.create("paytabs", BreakerSettings.database().build());
        before.order("paytabs", Command.FORCE_OPEN, "ops");

        CircuitBreakers after = registry();
        after.create("paytabs", BreakerSettings.database().build());
        after.followOrders();

        assertThat(after.find("paytabs").orElseThrow().snapshot().state()).isEqualTo(BreakerState.FORCED_OPEN);
    }

    private CircuitBreakers registry() {
        return CircuitBreakers.builder()
                .store(mongo.breakerStore("a"), Runnable::run)
                .orders(mongo.breakerOrders())
                .build();
    }
}
