package io.nestcms.benchmarks;

import com.google.common.eventbus.AsyncEventBus;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.dsl.Disruptor;
import io.nestcms.event.EventBus;
import io.nestcms.event.Overflow;
import io.nestcms.event.SubscriptionSettings;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import net.engio.mbassy.bus.MBassador;
import net.engio.mbassy.bus.config.BusConfiguration;
import net.engio.mbassy.bus.config.Feature;
import net.engio.mbassy.listener.Handler;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Events to one asynchronous listener, from the first publishing until the last is handled; the time of one event. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AsyncPublishBenchmark {
    private static final int EVENTS = 10_000;
    private static final int ROOM = 8192;
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** Held here because MBassador holds listeners weakly. */
    private final Listener listener = new Listener();

    private final ThreadFactory daemons = task -> {
        Thread thread = new Thread(task, "consumer");
        thread.setDaemon(true);
        return thread;
    };
    private final ExecutorService guavaThread = Executors.newSingleThreadExecutor(daemons);
    private final BlockingQueue<Burst> queue = new ArrayBlockingQueue<>(ROOM);
    private EventBus ours;
    private AsyncEventBus guava;
    private MBassador<Burst> mbassador;
    private Disruptor<Slot> disruptor;
    private RingBuffer<Slot> ring;
    private Thread taker;

    /** The events of one producer; the same object each time, so that only the carrying is measured. */
    @State(Scope.Thread)
    public static class Burst {
        private final AtomicLong handled = new AtomicLong();
        private long sent;

        private void begin() {
            sent += EVENTS;
        }

        private void heard() {
            handled.incrementAndGet();
        }

        private void awaitAll() {
            long begun = System.nanoTime();
            while (handled.get() < sent) {
                Thread.onSpinWait();
                if (System.nanoTime() - begun > LONGEST_NANOS) {
                    throw new IllegalStateException("lost " + (sent - handled.get()) + " events");
                }
            }
        }
    }

    /** A place in the ring. */
    private static final class Slot {
        private Burst burst;
    }

    /** The listener of the buses that want annotations. */
    public static final class Listener {
        /** Hears an event. */
        @com.google.common.eventbus.Subscribe
        @Handler
        public void hear(Burst burst) {
            burst.heard();
        }
    }

    /** Starts the consumers. */
    @Setup
    public void start() {
        ours = EventBus.builder().build();
        ours.subscribe(
                Burst.class,
                Burst::heard,
                SubscriptionSettings.<Burst>async()
                        .mailbox(ROOM, Overflow.BLOCK)
                        .build());
        guava = new AsyncEventBus(guavaThread);
        guava.register(listener);
        mbassador = new MBassador<>(new BusConfiguration()
                .addFeature(Feature.SyncPubSub.Default())
                .addFeature(Feature.AsynchronousHandlerInvocation.Default())
                .addFeature(Feature.AsynchronousMessageDispatch.Default()
                        .setNumberOfMessageDispatchers(1)
                        .setDispatcherThreadFactory(daemons)
                        .setMessageQueue(new LinkedBlockingQueue<>(ROOM))));
        mbassador.subscribe(listener);
        disruptor = new Disruptor<>(Slot::new, ROOM, daemons);
        disruptor.handleEventsWith((slot, sequence, last) -> slot.burst.heard());
        ring = disruptor.start();
        taker = daemons.newThread(() -> {
            try {
                while (true) {
                    queue.take().heard();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        taker.start();
    }

    /** Stops the consumers. */
    @TearDown
    public void stop() {
        ours.close(Duration.ofSeconds(1));
        guavaThread.shutdownNow();
        mbassador.shutdown();
        disruptor.halt();
        taker.interrupt();
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void nestcms(Burst burst) {
        burst.begin();
        for (int i = 0; i < EVENTS; i++) {
            ours.publish(burst);
        }
        burst.awaitAll();
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void guava(Burst burst) {
        burst.begin();
        for (int i = 0; i < EVENTS; i++) {
            guava.post(burst);
        }
        burst.awaitAll();
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void mbassador(Burst burst) {
        burst.begin();
        for (int i = 0; i < EVENTS; i++) {
            mbassador.post(burst).asynchronously();
        }
        burst.awaitAll();
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void disruptor(Burst burst) {
        burst.begin();
        for (int i = 0; i < EVENTS; i++) {
            long sequence = ring.next();
            ring.get(sequence).burst = burst;
            ring.publish(sequence);
        }
        burst.awaitAll();
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void boundedQueue(Burst burst) throws InterruptedException {
        burst.begin();
        for (int i = 0; i < EVENTS; i++) {
            queue.put(burst);
        }
        burst.awaitAll();
    }
}
