package io.nestcms.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.event.contract.Mischief;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReadingTest {
    private final AtomicLong nanos = new AtomicLong();

    @ParameterizedTest
    @MethodSource("io.nestcms.event.contract.Mischief#all")
    void value_storeThrowsAnything_isNoNumber_untilTheStoreIsWell(Throwable anything) {
        AtomicReference<Throwable> fault = new AtomicReference<>(anything);
        Reading<Integer> reading = new Reading<>(
                () -> {
                    Throwable now = fault.get();
                    if (now != null) {
                        throw Mischief.sneak(now);
                    }
                    return 7;
                },
                nanos::get);
        assertThat(reading.value(Integer::doubleValue)).isNaN();
        fault.set(null);
        nanos.addAndGet(1_000_000_000);
        assertThat(reading.value(Integer::doubleValue)).isEqualTo(7);
    }
}
