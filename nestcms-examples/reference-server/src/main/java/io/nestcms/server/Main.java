package io.nestcms.server;

import io.nestcms.failure.InvalidInputException;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Starts the server from the environment and stops it on SIGTERM or Ctrl-C. */
public final class Main {
    private static final int BAD_SETTINGS = 2;

    private Main() {}

    /**
     * Runs until the process is told to stop.
     *
     * @param arguments not used; the environment tells everything
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public static void main(String[] arguments) throws InterruptedException {
        int exit = run(System.getenv(), System.out);
        if (exit != 0) {
            System.exit(exit);
        }
    }

    private static int run(Map<String, String> environment, PrintStream out) throws InterruptedException {
        ReferenceServer server;
        try {
            server = ReferenceServer.builder(ServerSettings.from(environment)).start();
        } catch (InvalidInputException refused) {
            out.println("Not started. " + refused.getMessage());
            return BAD_SETTINGS;
        }
        server.description().forEach(out::println);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            out.println("Stopping: requests and events under way are finished first.");
                            server.close();
                            out.println("Stopped.");
                            out.flush();
                            stopped.countDown();
                        },
                        "stop"));
        stopped.await();
        return 0;
    }
}
