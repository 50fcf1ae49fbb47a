package io.nestcms.server;

import io.nestcms.failure.InvalidInputException;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the server from the environment and stops it on SIGTERM or Ctrl-C, whenever that comes. */
public final class Main {
    private static final int BROKEN = 1;
    private static final int BAD_SETTINGS = 2;
    private static final int OUT_OF_MEMORY = 3;
    private static final long LEAST_HEAP = 96L * 1024 * 1024;
    private static final long LONGEST_START_SECONDS = 60;

    private Main() {}

    /**
     * Runs until the process is told to stop.
     *
     * @param arguments not used; the environment tells everything
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public static void main(String[] arguments) throws InterruptedException {
        Thread.setDefaultUncaughtExceptionHandler(Main::died);
        int exit = run(System.getenv(), System.out);
        if (exit != 0) {
            System.exit(exit);
        }
    }

    /** What the start comes to; the stop waits for it. */
    static final class Start {
        private final CountDownLatch over = new CountDownLatch(1);
        private final CountDownLatch stopped = new CountDownLatch(1);
        private volatile boolean stopping;
        private volatile @Nullable ReferenceServer server;

        @Nullable ReferenceServer server() {
            return server;
        }

        void stop(PrintStream out) {
            stopping = true;
            out.println("Stopping: requests and events under way are finished first.");
            try {
                if (!over.await(LONGEST_START_SECONDS, TimeUnit.SECONDS)) {
                    out.println("The start did not come to an end.");
                }
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
            }
            ReferenceServer running = server;
            if (running != null) {
                running.close();
            }
            out.println("Stopped.");
            out.flush();
            stopped.countDown();
        }
    }

    private static int run(Map<String, String> environment, PrintStream out) throws InterruptedException {
        long heap = Runtime.getRuntime().maxMemory();
        if (heap < LEAST_HEAP) {
            out.println("Not started. The heap may grow to " + megabytes(heap) + " MB: at least "
                    + megabytes(LEAST_HEAP) + " MB are needed, for example java -Xmx512m");
            return OUT_OF_MEMORY;
        }
        Start start = new Start();
        Thread stop = new Thread(() -> start.stop(out), "stop");
        try {
            Runtime.getRuntime().addShutdownHook(stop);
        } catch (IllegalStateException already) {
            // told to stop before anything was begun
            return 0;
        }
        int exit = BROKEN;
        try {
            exit = start(environment, start, out);
        } finally {
            start.over.countDown();
            if (exit != 0 && !start.stopping) {
                removeHook(stop);
            }
        }
        if (exit == 0) {
            start.stopped.await();
        }
        return exit;
    }

    private static void removeHook(Thread stop) {
        try {
            Runtime.getRuntime().removeShutdownHook(stop);
        } catch (IllegalStateException stopping) {
            LoggerFactory.getLogger(Main.class).debug("told to stop just now", stopping);
        }
    }

    static int start(Map<String, String> environment, Start start, PrintStream out) {
        Logger log = LoggerFactory.getLogger(Main.class);
        try {
            ReferenceServer server =
                    ReferenceServer.builder(ServerSettings.from(environment)).start();
            start.server = server;
            if (!start.stopping) {
                server.description().forEach(out::println);
                out.println(Printed.settings(environment));
            }
            return 0;
        } catch (InvalidInputException refused) {
            log.debug("refused", refused);
            out.println(Printed.refusal(refused, environment));
            return BAD_SETTINGS;
        } catch (RuntimeException broken) {
            log.error("The start failed", broken);
            out.println("Not started, and no setting is known to be the cause: the log has it.");
            return BROKEN;
        }
    }

    /** A process that goes on without some of its threads looks alive and is not. */
    private static void died(Thread thread, Throwable failure) {
        if (failure instanceof OutOfMemoryError) {
            System.err.println("Ended: out of memory (" + failure.getMessage() + "). The heap may grow to "
                    + megabytes(Runtime.getRuntime().maxMemory())
                    + " MB, which is too little: start with a larger -Xmx");
            Runtime.getRuntime().halt(OUT_OF_MEMORY);
        }
        LoggerFactory.getLogger(Main.class).error("Thread {} ended", thread.getName(), failure);
    }

    private static long megabytes(long bytes) {
        return bytes / (1024 * 1024);
    }
}
