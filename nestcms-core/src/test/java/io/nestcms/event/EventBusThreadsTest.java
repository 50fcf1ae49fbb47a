package io.nestcms.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The threads of a bus: how many, which names, what they hold, and what is when there are no more. */
@Timeout(120)
class EventBusThreadsTest {
    @TempDir
    private Path scratch;

    @Test
    void threadsOfItsOwn_areAtMostSoMany_areNamedAndHaveTheLibrarysLoader() throws InterruptedException {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger handled = new AtomicInteger();
        EventBus bus = EventBus.builder().build();
        bus.subscribe(
                Integer.class,
                number -> {
                    threads.add(Thread.currentThread());
                    try {
                        assertThat(release.await(30, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    handled.incrementAndGet();
                },
                SubscriptionSettings.<Integer>async().key(Object::toString).build());
        for (int i = 0; i < 1000; i++) {
            bus.publish(i);
        }
        await().until(() -> threads.size() == 16);
        assertThat(threads).allSatisfy(thread -> {
            assertThat(thread.getName()).matches("event-bus-\\d+");
            assertThat(thread.getContextClassLoader()).isSameAs(EventBus.class.getClassLoader());
            assertThat(thread.isDaemon()).isTrue();
        });
        release.countDown();
        await().until(() -> handled.get() == 1000);
        bus.close();
    }

    @Test
    void concurrency_isKept_andAKeyThatWaitsForItsRetryTakesNoPartOfIt() {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger handled = new AtomicInteger();
        EventBus bus = EventBus.builder()
                .delayed(wait -> task -> {}) // never
                .build();
        bus.subscribe(
                Integer.class,
                number -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    Thread.yield();
                    now.decrementAndGet();
                    if (number < 10) {
                        throw new IllegalStateException("later");
                    }
                    handled.incrementAndGet();
                },
                SubscriptionSettings.<Integer>async()
                        .key(Object::toString)
                        .concurrency(3)
                        .build());
        for (int i = 0; i < 1000; i++) {
            bus.publish(i);
        }
        await().until(() -> handled.get() == 990);
        assertThat(most.get()).isBetween(1, 3);
        assertThat(bus.close(Duration.ZERO).left()).isEqualTo(10);
        assertThat(bus.deadLetters())
                .allSatisfy(letter -> assertThat(letter.attempts()).isEqualTo(1));
    }

    /** Of an application that is taken out of a server whose bus goes on. */
    public static final class Application implements Consumer<EventBus> {
        /** Its event. */
        record Ordered() {}

        @Override
        public void accept(EventBus bus) {
            Subscription own = bus.subscribe(
                    Ordered.class,
                    ordered -> {},
                    SubscriptionSettings.<Ordered>async()
                            .name("of the application")
                            .build());
            bus.publish(new Ordered());
            bus.publish("hello");
            bus.deliver(new Envelope<>("id", Instant.EPOCH, "key", new Ordered()), Duration.ofSeconds(30));
            own.close();
        }
    }

    @Test
    void classLoaderOfWhoPublishesFirst_isNotHeld() throws Exception {
        try (EventBus bus = EventBus.builder().build()) {
            AtomicInteger heard = new AtomicInteger();
            CountDownLatch release = new CountDownLatch(1);
            bus.subscribe(
                    Object.class,
                    event -> heard.incrementAndGet(),
                    SubscriptionSettings.<Object>async().build());
            // its thread, made by the application's first event, lives on
            bus.subscribe(
                    String.class,
                    event -> {
                        try {
                            assertThat(release.await(60, TimeUnit.SECONDS)).isTrue();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    },
                    SubscriptionSettings.<String>async().build());
            WeakReference<ClassLoader> loader = runApplication(bus);
            await().until(() -> heard.get() == 3);
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                System.gc();
                return loader.refersTo(null);
            });
            release.countDown();
        }
    }

    private static WeakReference<ClassLoader> runApplication(EventBus bus) throws Exception {
        ClassLoader loader = new Child(EventBusThreadsTest.class.getClassLoader());
        Class<?> type = loader.loadClass(Application.class.getName());
        assertThat(type).isNotSameAs(Application.class);
        @SuppressWarnings("unchecked") // the same code, loaded once more
        Consumer<EventBus> application =
                (Consumer<EventBus>) type.getConstructor().newInstance();
        Thread thread = new Thread(() -> application.accept(bus));
        thread.setContextClassLoader(loader);
        thread.start();
        thread.join(30_000);
        return new WeakReference<>(loader);
    }

    /** Loads the application itself instead of asking its parent. */
    private static final class Child extends ClassLoader {
        Child(ClassLoader parent) {
            super(parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(Application.class.getName())) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            String file = name.substring(name.lastIndexOf('.') + 1) + ".class";
            try (InputStream in = EventBusThreadsTest.class.getResourceAsStream(file)) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                in.transferTo(bytes);
                return defineClass(name, bytes.toByteArray(), 0, bytes.size());
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    /** Real ones: a process that may have only so much address space, each of whose threads reserves a lot of it. */
    @Test
    void processWithoutThreads_handlesOrGivesUpEveryEvent() throws Exception {
        Path shell = Path.of("/bin/sh");
        boolean there = Files.isExecutable(shell);
        assertThat(there || System.getenv("CI") == null)
                .as("CI is set, and there is a %s to set a limit with", shell)
                .isTrue();
        assumeTrue(there, "no shell to set a limit with");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String limited = "ulimit -v 6000000; exec \"$0\" \"$@\"";
        Path log = scratch.resolve("logback.xml");
        Files.writeString(log, """
            <configuration>
              <appender name="out" class="ch.qos.logback.core.FileAppender">
                <file>%s</file>
                <encoder><pattern>%%msg%%n%%ex</pattern></encoder>
              </appender>
              <root level="WARN"><appender-ref ref="out"/></root>
            </configuration>
            """.formatted(scratch.resolve("log.txt")));
        Path out = scratch.resolve("out.txt");
        ProcessBuilder process = new ProcessBuilder(
                        shell.toString(),
                        "-c",
                        limited,
                        java,
                        "-Xmx96m",
                        "-Xss192m",
                        "-XX:+UseSerialGC",
                        "-XX:ReservedCodeCacheSize=48m",
                        "-XX:CompressedClassSpaceSize=32m",
                        "-XX:TieredStopAtLevel=1",
                        "-Dlogback.configurationFile=" + log,
                        "-cp",
                        classPath(),
                        ThreadLimit.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        process.environment().put("MALLOC_ARENA_MAX", "1");
        Process child = process.start();
        try {
            assertThat(child.waitFor(100, TimeUnit.SECONDS)).isTrue();
        } finally {
            child.destroyForcibly();
        }
        assertThat(Files.readString(out)).contains("every event has an end").contains("given up for want of a thread");
        assertThat(child.exitValue()).isZero();
        assertThat(Files.readString(scratch.resolve("log.txt"), StandardCharsets.UTF_8))
                .contains("gave up an event of java.lang.String")
                .contains("io.nestcms.event.contract.Mischief$Unspeakable, which cannot be printed");
    }

    private static String classPath() throws Exception {
        String file = "/" + ThreadLimit.class.getName().replace('.', '/') + ".class";
        URI own = ThreadLimit.class.getResource(file).toURI();
        Path tests = Path.of(own);
        for (int i = 0; i < file.chars().filter(each -> each == '/').count(); i++) {
            tests = tests.getParent();
        }
        return Stream.of(
                        tests.toString(),
                        tests.resolveSibling("classes").toString(),
                        System.getProperty("jdk.module.path"),
                        System.getProperty("java.class.path"))
                .filter(each -> each != null && !each.isEmpty())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
