package io.nestcms.sandbox;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * Runs a sandbox as a process of its own: {@code java -jar ... [--port=8089] [--control-port=8090] [--host=127.0.0.1]
 * [--profile=90417] [--key=S...] [--ledger=file] [--seed=n]}.
 *
 * @since 0.1
 */
public final class SandboxMain {
    private SandboxMain() {}

    /**
     * Starts, says where, and runs until the process is ended.
     *
     * @param args see the class
     * @throws InterruptedException if the waiting is interrupted
     */
    public static void main(String[] args) throws InterruptedException {
        PayTabsSandbox sandbox = start(args, System.out);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            sandbox.close();
            ended.countDown();
        }));
        ended.await();
    }

    static PayTabsSandbox start(String[] args, PrintStream out) {
        Map<String, String> options = options(args);
        PayTabsSandbox.Builder builder = PayTabsSandbox.builder()
                .port(number(options, "port", "8089"))
                .controlPort(number(options, "control-port", "8090"))
                .host(options.getOrDefault("host", "127.0.0.1"));
        if (options.containsKey("profile")) {
            builder.profileId(Long.parseLong(options.getOrDefault("profile", "")));
        }
        if (options.containsKey("key")) {
            builder.serverKey(options.getOrDefault("key", ""));
        }
        if (options.containsKey("ledger")) {
            builder.ledgerFile(Path.of(options.getOrDefault("ledger", "")));
        }
        if (options.containsKey("seed")) {
            builder.seed(Long.parseLong(options.getOrDefault("seed", "")));
        }
        PayTabsSandbox sandbox = builder.start();
        out.println("PayTabs sandbox " + sandbox.baseUri() + "   ledger " + sandbox.baseUri() + "/ledger");
        out.println("control         " + sandbox.controlUri());
        out.println("profile         " + sandbox.profileId() + "   server key "
                + (options.containsKey("key") ? "as given" : sandbox.serverKey()));
        return sandbox;
    }

    private static Map<String, String> options(String[] args) {
        Map<String, String> options = new HashMap<>();
        for (String arg : args) {
            int equals = arg.indexOf('=');
            if (!arg.startsWith("--") || equals < 3) {
                throw new IllegalArgumentException("argument '" + arg + "' is not of the form --name=value");
            }
            options.put(arg.substring(2, equals), arg.substring(equals + 1));
        }
        return options;
    }

    private static int number(Map<String, String> options, String name, String usual) {
        return Integer.parseInt(options.getOrDefault(name, usual));
    }
}
