package io.nestcms.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoConnectionPoolClearedException;
import com.mongodb.MongoException;
import com.mongodb.MongoServerUnavailableException;
import com.mongodb.MongoSocketOpenException;
import com.mongodb.MongoSocketReadException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.ServerAddress;
import com.mongodb.connection.ClusterId;
import com.mongodb.connection.ServerId;
import io.nestcms.resilience.BreakerState;
import io.nestcms.resilience.CircuitBreakers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which calls open which circuit. */
@ExtendWith(RefusalCheck.class)
class CallsTest {
    private final AtomicLong nanos = new AtomicLong();
    private final CircuitBreakers breakers =
            CircuitBreakers.builder().ticker(nanos::get).build();
    private final Calls calls = Calls.guarded(breakers);

    /** As in an election: this many calls wait at once, and all of them succeed at its end. */
    private static final int WAITING = 30;

    private String election(UnaryOperator<Supplier<String>> call) {
        Supplier<String> waiting = () -> {
            nanos.addAndGet(Duration.ofMillis(2_100).toNanos());
            return "done";
        };
        for (int n = 0; n < WAITING; n++) {
            waiting = call.apply(waiting);
        }
        return waiting.get();
    }

    private BreakerState state(String breaker) {
        return breakers.find(breaker).orElseThrow().state();
    }

    @Test
    void writes_thatWaitedThroughAnElection_openNothing() {
        assertThat(election(call -> () -> calls.write("it", call))).isEqualTo("done");

        assertThat(state("database-write")).isEqualTo(BreakerState.CLOSED);
        assertThat(calls.write("it", () -> "the next")).isEqualTo("the next");
    }

    @Test
    void reads_allOfThemSlow_openTheirCircuit() {
        assertThat(election(call -> () -> calls.read("it", call))).isEqualTo("done");

        assertThat(state("database-read")).isEqualTo(BreakerState.OPEN);
        assertThatThrownBy(() -> calls.read("it", () -> "the next")).isInstanceOf(DatabaseUnavailableException.class);
    }

    @Test
    void writes_thatTimeOut_openTheirCircuit() {
        for (int n = 0; n < WAITING; n++) {
            assertThatThrownBy(() -> calls.write("it", () -> {
                        throw new MongoTimeoutException("no primary");
                    }))
                    .isInstanceOf(DatabaseUnavailableException.class);
        }

        assertThat(state("database-write")).isEqualTo(BreakerState.OPEN);
    }

    private static List<MongoException> absences() {
        ServerAddress address = new ServerAddress("db.example.test");
        ServerId server = new ServerId(new ClusterId("c"), address);
        return List.of(
                new MongoTimeoutException("no primary"),
                new MongoConnectionPoolClearedException(server, null),
                new MongoServerUnavailableException("closed"),
                new MongoSocketOpenException("refused", address),
                new MongoSocketReadException("cut", address));
    }

    @ParameterizedTest
    @MethodSource("absences")
    void serverThatIsNotThere_isUnavailable_howeverTheDriverFindsOut(MongoException absence) {
        for (int n = 0; n < WAITING; n++) {
            assertThatThrownBy(() -> calls.read("it", () -> {
                        throw absence;
                    }))
                    .isInstanceOf(DatabaseUnavailableException.class);
        }

        assertThat(state("database-read")).isEqualTo(BreakerState.OPEN);
    }
}
