package io.nestcms.interleavings;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.nestcms.event.Delivery;
import io.nestcms.event.DrainReport;
import io.nestcms.event.Envelope;
import io.nestcms.event.EventBus;
import io.nestcms.event.Overflow;
import io.nestcms.event.Subscription;
import io.nestcms.event.SubscriptionSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Publish, subscribe and close, two at a time. The mailboxes are worked on by whoever publishes, so that nothing is going
 * on any more when the outcome is looked at.
 */
public final class BusInterleavings {
    private BusInterleavings() {}

    private static EventBus bus() {
        return EventBus.builder().executor(Runnable::run).build();
    }

    private static SubscriptionSettings<String> mailbox(int bound, Overflow overflow) {
        return SubscriptionSettings.<String>async().mailbox(bound, overflow).build();
    }

    /** Not safe for use by many threads, on purpose: the bus must see to it. */
    private static final class Counter {
        private int heard;

        void hear(String event) {
            heard++;
        }
    }

    /** Two publishers, one key: both events are handled, one after the other. */
    @JCStressTest
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "both handled, never at a time")
    @Outcome(expect = FORBIDDEN, desc = "an event lost, or the listener in two threads at a time")
    @State
    public static class TwoPublishers {
        private final EventBus bus = bus();
        private final Counter counter = new Counter();

        public TwoPublishers() {
            bus.subscribe(String.class, counter::hear, mailbox(8, Overflow.BLOCK));
        }

        @Actor
        public void first() {
            bus.publish("a");
        }

        @Actor
        public void second() {
            bus.publish("b");
        }

        @Arbiter
        public void look(II_Result r) {
            r.r1 = counter.heard;
            r.r2 = bus.listeners().get(0).waiting();
        }
    }

    /** An event published while the bus closes, with no time to drain, is handled or becomes a dead letter. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "handled, or a dead letter")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "given up while it was being handled: at least once")
    @Outcome(expect = FORBIDDEN, desc = "lost, or handled twice")
    @State
    public static class PublishAndClose {
        private final EventBus bus = bus();
        private final Counter counter = new Counter();

        public PublishAndClose() {
            bus.subscribe(String.class, counter::hear, mailbox(8, Overflow.BLOCK));
        }

        @Actor
        public void publish() {
            bus.publish("a");
        }

        @Actor
        public void close() {
            bus.close(Duration.ZERO);
        }

        @Arbiter
        public void look(II_Result r) {
            r.r1 = counter.heard;
            r.r2 = bus.deadLetters().size();
        }
    }

    /** A delivery during the closing ends once, and its sender hears how. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 1", "0, 1, 0", "0, 1, 1"},
            expect = ACCEPTABLE,
            desc = "handled; given back; or given back while it was being handled: at least once")
    @Outcome(expect = FORBIDDEN, desc = "the sender hears nothing, twice, or of an event that nobody handled")
    @State
    public static class DeliverAndClose {
        private final EventBus bus = bus();
        private final Counter counter = new Counter();
        private volatile CompletionStage<Delivery> sent;

        public DeliverAndClose() {
            bus.subscribe(String.class, counter::hear, mailbox(8, Overflow.BLOCK));
        }

        @Actor
        public void deliver() {
            sent = bus.deliver(new Envelope<>("id", Instant.EPOCH, "key", "a"));
        }

        @Actor
        public void close() {
            bus.close(Duration.ZERO);
        }

        @Arbiter
        public void look(III_Result r) {
            Delivery delivery = sent.toCompletableFuture().getNow(null);
            r.r1 = delivery == null ? -1 : delivery.handled();
            r.r2 = delivery == null ? -1 : delivery.failures().size();
            r.r3 = counter.heard;
        }
    }

    /** A full mailbox that rejects: each event is handled or a dead letter. */
    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "each event has one end")
    @Outcome(expect = FORBIDDEN, desc = "an event lost, or ended twice")
    @State
    public static class Rejecting {
        private final EventBus bus = bus();
        private final Counter counter = new Counter();

        public Rejecting() {
            bus.subscribe(String.class, counter::hear, mailbox(1, Overflow.REJECT));
        }

        @Actor
        public void first() {
            bus.publish("a");
        }

        @Actor
        public void second() {
            bus.publish("b");
        }

        @Arbiter
        public void look(I_Result r) {
            r.r1 = counter.heard + bus.deadLetters().size();
        }
    }

    /** A full mailbox that drops its oldest: each event is handled or a dead letter. */
    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "each event has one end")
    @Outcome(expect = FORBIDDEN, desc = "an event lost, or ended twice")
    @State
    public static class DroppingTheOldest {
        private final EventBus bus = bus();
        private final Counter counter = new Counter();

        public DroppingTheOldest() {
            bus.subscribe(String.class, counter::hear, mailbox(1, Overflow.DROP_OLDEST));
        }

        @Actor
        public void first() {
            bus.publish("a");
        }

        @Actor
        public void second() {
            bus.publish("b");
        }

        @Arbiter
        public void look(I_Result r) {
            r.r1 = counter.heard + bus.deadLetters().size();
        }
    }

    /** A listener comes and another goes while an event is published: who stays hears it. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 0", "1, 0, 1", "1, 1, 0", "1, 1, 1"},
            expect = ACCEPTABLE,
            desc = "the one that stays heard it")
    @Outcome(expect = FORBIDDEN, desc = "the one that stays heard it not once")
    @State
    public static class SubscribeAndLeave {
        private final EventBus bus = bus();
        private final Counter staying = new Counter();
        private final Counter leaving = new Counter();
        private final Counter coming = new Counter();
        private final Subscription subscription;

        public SubscribeAndLeave() {
            subscription = bus.subscribe(String.class, leaving::hear);
            bus.subscribe(String.class, staying::hear);
        }

        @Actor
        public void publish() {
            bus.publish("a");
        }

        @Actor
        public void comeAndGo() {
            bus.subscribe(String.class, coming::hear);
            subscription.close();
        }

        @Arbiter
        public void look(III_Result r) {
            r.r1 = staying.heard;
            r.r2 = leaving.heard;
            r.r3 = coming.heard;
        }
    }

    /** Refuses every other task, beginning with the first; what it takes it runs at once. */
    private static EventBus everyOtherTaskIsRefused() {
        AtomicInteger tasks = new AtomicInteger();
        return EventBus.builder()
                .executor(task -> {
                    if (tasks.getAndIncrement() % 2 == 0) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    task.run();
                })
                .build();
    }

    /** Two publishers, and the executor refuses the one or the other: each event is handled or a dead letter, the key lives. */
    @JCStressTest
    @Outcome(
            id = {"2, 0, 3", "1, 1, 3", "0, 2, 3"},
            expect = ACCEPTABLE,
            desc = "each event has one end, and the next one too")
    @Outcome(expect = FORBIDDEN, desc = "an event lost, ended twice, or a dead key")
    @State
    public static class RefusingExecutor {
        private final EventBus bus = everyOtherTaskIsRefused();
        private final Counter counter = new Counter();

        public RefusingExecutor() {
            bus.subscribe(String.class, counter::hear, mailbox(8, Overflow.BLOCK));
        }

        @Actor
        public void first() {
            bus.publish("a");
        }

        @Actor
        public void second() {
            bus.publish("b");
        }

        @Arbiter
        public void look(III_Result r) {
            r.r1 = counter.heard;
            r.r2 = bus.deadLetters().size();
            bus.publish("c");
            r.r3 = counter.heard + bus.deadLetters().size();
        }
    }

    /** An executor that runs a task and throws while another publisher comes: nothing is handled twice. */
    @JCStressTest
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "both handled")
    @Outcome(expect = FORBIDDEN, desc = "an event lost, or ended twice")
    @State
    public static class RunningAndThrowing {
        private final EventBus bus = EventBus.builder()
                .executor(task -> {
                    task.run();
                    task.run();
                    throw new IllegalStateException("done, and thrown");
                })
                .build();
        private final Counter counter = new Counter();

        public RunningAndThrowing() {
            bus.subscribe(String.class, counter::hear, mailbox(8, Overflow.BLOCK));
        }

        @Actor
        public void first() {
            bus.publish("a");
        }

        @Actor
        public void second() {
            bus.publish("b");
        }

        @Arbiter
        public void look(II_Result r) {
            r.r1 = counter.heard;
            r.r2 = bus.deadLetters().size();
        }
    }

    /** The wait for a further try ends while the bus is closed: the event has one end. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "handled at its second try, or a dead letter")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "given up while it was being handled: at least once")
    @Outcome(expect = FORBIDDEN, desc = "lost, or handled twice")
    @State
    public static class RetryAndClose {
        private final AtomicReference<Runnable> wait = new AtomicReference<>();
        private final Counter counter = new Counter();
        private final EventBus bus = EventBus.builder()
                .executor(Runnable::run)
                .delayed(time -> wait::set)
                .build();
        private boolean failed;

        public RetryAndClose() {
            bus.subscribe(
                    String.class,
                    event -> {
                        if (!failed) {
                            failed = true;
                            throw new IllegalStateException("not yet");
                        }
                        counter.hear(event);
                    },
                    mailbox(8, Overflow.BLOCK));
            bus.publish("a");
        }

        @Actor
        public void endTheWait() {
            wait.get().run();
        }

        @Actor
        public void close() {
            bus.close(Duration.ZERO);
        }

        @Arbiter
        public void look(II_Result r) {
            r.r1 = counter.heard;
            r.r2 = bus.deadLetters().size();
        }
    }

    /** The wait for a further try ends twice, on two threads: it is tried once more. */
    @JCStressTest
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "tried once more")
    @Outcome(expect = FORBIDDEN, desc = "tried twice more, or a lost key")
    @State
    public static class RetryCalledTwice {
        private final AtomicReference<Runnable> wait = new AtomicReference<>();
        private final Counter counter = new Counter();
        private final EventBus bus = EventBus.builder()
                .executor(Runnable::run)
                .delayed(time -> wait::set)
                .build();

        public RetryCalledTwice() {
            bus.subscribe(
                    String.class,
                    event -> {
                        counter.hear(event);
                        if (counter.heard == 1) {
                            throw new IllegalStateException("not yet");
                        }
                    },
                    mailbox(8, Overflow.BLOCK));
            bus.publish("a");
        }

        @Actor
        public void endTheWait() {
            wait.get().run();
        }

        @Actor
        public void endTheWaitAgain() {
            wait.get().run();
        }

        @Arbiter
        public void look(II_Result r) {
            r.r1 = counter.heard;
            r.r2 = bus.listeners().get(0).waiting();
        }
    }

    /** Two listeners with full mailboxes that publish to each other, each on a thread of its own: neither waits for the other. */
    @JCStressTest
    @Outcome(id = "4, 0", expect = ACCEPTABLE, desc = "all handled")
    @Outcome(expect = FORBIDDEN, desc = "an event lost, or a wait that only a time limit ended")
    @State
    public static class PublishingToEachOther {
        private final EventBus bus = bus();
        private final AtomicInteger heard = new AtomicInteger();

        public PublishingToEachOther() {
            bus.subscribe(
                    String.class,
                    text -> {
                        if (!text.isEmpty()) {
                            bus.publish(0);
                        }
                        heard.incrementAndGet();
                    },
                    SubscriptionSettings.<String>async()
                            .mailbox(1, Overflow.BLOCK)
                            .build());
            bus.subscribe(
                    Integer.class,
                    number -> {
                        if (number != 0) {
                            bus.publish("");
                        }
                        heard.incrementAndGet();
                    },
                    SubscriptionSettings.<Integer>async()
                            .mailbox(1, Overflow.BLOCK)
                            .build());
        }

        @Actor
        public void first() {
            bus.publish("a");
        }

        @Actor
        public void second() {
            bus.publish(1);
        }

        @Arbiter
        public void look(II_Result r) {
            r.r1 = heard.get();
            r.r2 = bus.deadLetters().size();
        }
    }

    /** The last event of a listener that leaves: heard, or given up, not silent. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1", "0, 0"},
            expect = ACCEPTABLE,
            desc = "heard; given up; or published after it had left")
    @Outcome(expect = FORBIDDEN, desc = "an event that still waits, or ended twice")
    @State
    public static class PublishAndLeave {
        private final EventBus bus = bus();
        private final Counter counter = new Counter();
        private final Subscription subscription;

        public PublishAndLeave() {
            subscription = bus.subscribe(String.class, counter::hear, mailbox(8, Overflow.BLOCK));
        }

        @Actor
        public void publish() {
            bus.publish("a");
        }

        @Actor
        public void leave() {
            subscription.close();
        }

        @Arbiter
        public void look(II_Result r) {
            DrainReport left = bus.close(Duration.ZERO);
            r.r1 = counter.heard;
            r.r2 = left.isComplete() ? bus.deadLetters().size() : -1;
        }
    }
}
