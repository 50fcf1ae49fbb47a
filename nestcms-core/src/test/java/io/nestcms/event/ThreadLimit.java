package io.nestcms.event;

import io.nestcms.event.contract.Mischief;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A process that is started with room for few threads. Exits with 0 when every event had an end. */
final class ThreadLimit {
    private static final int EVENTS = 500;

    private ThreadLimit() {}

    public static void main(String[] arguments) throws Exception {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {});
        AtomicInteger refusals = new AtomicInteger();
        Executor pool = Executors.newCachedThreadPool(ThreadLimit::daemon);
        Executor counting = task -> {
            try {
                pool.execute(task);
            } catch (OutOfMemoryError e) {
                refusals.incrementAndGet();
                throw e;
            }
        };
        run(EventBus.builder().executor(counting));
        check(refusals.get() > 0, "the limit was reached");
        run(EventBus.builder());
        unspeakable();
        System.out.println("every event has an end");
        System.exit(0);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            System.out.println("not so: " + what);
            System.exit(1);
        }
    }

    private static void run(EventBus.Builder builder) throws Exception {
        AtomicInteger handled = new AtomicInteger();
        AtomicInteger dead = new AtomicInteger();
        AtomicInteger unstarted = new AtomicInteger();
        EventBus bus = builder.onDeadLetter(letter -> {
                    dead.incrementAndGet();
                    if (letter.reason() == DeadLetter.Reason.NO_THREAD) {
                        unstarted.incrementAndGet();
                    }
                })
                .build();
        CountDownLatch release = new CountDownLatch(1);
        bus.subscribe(
                Integer.class,
                number -> {
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    handled.incrementAndGet();
                },
                SubscriptionSettings.<Integer>async()
                        .key(Object::toString)
                        .concurrency(EVENTS)
                        .build());
        bus.subscribe(
                String.class,
                text -> handled.incrementAndGet(),
                SubscriptionSettings.<String>async().build());
        // as many keys at a time as there are threads, and more
        for (int i = 0; i < EVENTS; i++) {
            bus.publish(i);
        }
        // nobody has a thread any more: a listener without a worker gives up, with and without a sender
        List<Thread> all = takeAllThreads(release);
        bus.publish("no thread");
        CompletableFuture<Delivery> delivery = bus.deliver(
                        new Envelope<>("id", Instant.EPOCH, "key", "no thread either"))
                .toCompletableFuture();
        release.countDown();
        for (Thread each : all) {
            each.join();
        }
        int failures = delivery.get(30, TimeUnit.SECONDS).failures().size();
        long begun = System.nanoTime();
        while (handled.get() + dead.get() + failures < EVENTS + 2) {
            check(System.nanoTime() - begun < 30_000_000_000L, "every event has an end in time");
            Thread.onSpinWait();
        }
        check(handled.get() + dead.get() + failures == EVENTS + 2, "and one only");
        bus.publish("anew");
        while (handled.get() + dead.get() + failures < EVENTS + 3) {
            check(System.nanoTime() - begun < 30_000_000_000L, "the next event has an end");
            Thread.onSpinWait();
        }
        System.out.println(handled + " handled, " + (unstarted.get() + failures) + " given up for want of a thread");
        check(bus.close(Duration.ofSeconds(30)).isComplete(), "closed without anything left");
    }

    private static List<Thread> takeAllThreads(CountDownLatch until) {
        List<Thread> threads = new ArrayList<>();
        try {
            while (threads.size() < 10_000) {
                Thread thread = daemon(() -> {
                    try {
                        until.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
                thread.start();
                threads.add(thread);
            }
        } catch (OutOfMemoryError e) {
            System.out.println("all threads are taken: " + threads.size() + " more");
        }
        return threads;
    }

    /** With a real log behind the bus. */
    private static void unspeakable() {
        EventBus bus = EventBus.builder()
                .executor(Runnable::run)
                .onDeadLetter(letter -> {
                    throw new Mischief.Unspeakable();
                })
                .build();
        AtomicInteger heard = new AtomicInteger();
        for (Throwable each : Mischief.all()) {
            bus.subscribe(String.class, text -> {
                throw Mischief.<RuntimeException>sneak(each);
            });
            bus.subscribe(
                    String.class,
                    text -> {
                        throw Mischief.<RuntimeException>sneak(each);
                    },
                    SubscriptionSettings.<String>async()
                            .retry(1, Duration.ZERO, Duration.ZERO)
                            .build());
        }
        bus.subscribe(String.class, text -> heard.incrementAndGet());
        bus.publish("a");
        check(heard.get() == 1, "the last listener heard it");
        check(bus.deadLetters().size() == 2 * Mischief.all().size(), "each failure is a dead letter");
    }
}
