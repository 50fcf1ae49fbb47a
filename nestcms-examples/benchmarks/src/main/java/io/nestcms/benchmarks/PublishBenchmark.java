package io.nestcms.benchmarks;

import io.nestcms.event.EventBus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import net.engio.mbassy.bus.MBassador;
import net.engio.mbassy.listener.Handler;
import org.greenrobot.eventbus.Subscribe;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One event to synchronous listeners. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PublishBenchmark {
    /** How many listeners hear the event. */
    @Param({"1", "3", "20"})
    public int listeners = 1;

    private final List<Listener> heard = new ArrayList<>();
    private final Event event = new Event(1);
    private Consumer<Event>[] loop;
    private EventBus ours;
    private com.google.common.eventbus.EventBus guava;
    private org.greenrobot.eventbus.EventBus greenrobot;
    private MBassador<Event> mbassador;

    /** What is published. */
    public record Event(int number) {}

    /** Counts what it hears; annotated for the buses that want that. */
    public static final class Listener {
        int sum;

        /** Hears an event. */
        @Subscribe
        @com.google.common.eventbus.Subscribe
        @Handler
        public void hear(Event event) {
            sum += event.number();
        }
    }

    /** Subscribes the listeners. */
    @Setup
    @SuppressWarnings({"unchecked", "rawtypes"})
    public void subscribe() {
        ours = EventBus.builder().build();
        guava = new com.google.common.eventbus.EventBus();
        greenrobot = org.greenrobot.eventbus.EventBus.builder()
                .logNoSubscriberMessages(false)
                .sendNoSubscriberEvent(false)
                .build();
        mbassador = new MBassador<>();
        loop = new Consumer[listeners];
        for (int i = 0; i < listeners; i++) {
            Listener listener = new Listener();
            heard.add(listener);
            loop[i] = listener::hear;
            ours.subscribe(Event.class, listener::hear);
            guava.register(listener);
            greenrobot.register(listener);
            mbassador.subscribe(listener);
        }
    }

    @Benchmark
    public void plainLoop() {
        for (Consumer<Event> listener : loop) {
            listener.accept(event);
        }
    }

    @Benchmark
    public void nestcms() {
        ours.publish(event);
    }

    @Benchmark
    public void guava() {
        guava.post(event);
    }

    @Benchmark
    public void greenrobot() {
        greenrobot.post(event);
    }

    @Benchmark
    public void mbassador() {
        mbassador.post(event).now();
    }
}
