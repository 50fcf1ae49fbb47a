package io.nestcms.sandbox;

import java.io.PrintStream;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/**
 * Runs a sandbox as a process of its own. Every argument has the form {@code --name=value}; without any, it listens on
 * 127.0.0.1:8089 with the control port 8090.
 *
 * @since 0.1
 */
public final class SandboxMain {
    private static final String LOGBACK = "logback.configurationFile";
    private static final Map<String, Option> OPTIONS = options();

    private SandboxMain() {}

    private interface Option {
        void set(SandboxBuilder builder, String value);
    }

    private static Map<String, Option> options() {
        Map<String, Option> options = new LinkedHashMap<>();
        options.put("port", (b, v) -> b.port(Integer.parseInt(v)));
        options.put("control-port", (b, v) -> b.controlPort(Integer.parseInt(v)));
        options.put("host", SandboxBuilder::host);
        options.put("public", (b, v) -> b.publicUri(URI.create(v)));
        options.put("profile", (b, v) -> b.profileId(Long.parseLong(v)));
        options.put("key", SandboxBuilder::serverKey);
        options.put("ledger", (b, v) -> b.ledgerFile(Path.of(v)));
        options.put("seed", (b, v) -> b.seed(Long.parseLong(v)));
        options.put("ipn", (b, v) -> b.ipnUrl(URI.create(v)));
        options.put("currencies", (b, v) -> b.currencies(v.split(",", -1)));
        options.put("duplicates", SandboxMain::duplicates);
        options.put("requests-per-minute", (b, v) -> b.requestsPerMinute(Integer.parseInt(v)));
        options.put("merchant-limit", (b, v) -> b.merchantLimit(new BigDecimal(v)));
        options.put("page-minutes", (b, v) -> b.pageLife(Duration.ofMinutes(Long.parseLong(v))));
        options.put("page-seconds", (b, v) -> b.pageLife(Duration.ofSeconds(Long.parseLong(v))));
        options.put(
                "callback-millis",
                (b, v) -> b.callbackDelays(Arrays.stream(v.split(",", -1))
                        .map(millis -> Duration.ofMillis(Long.parseLong(millis)))
                        .toArray(Duration[]::new)));
        options.put(
                "assume",
                (b, v) -> b.assume(Arrays.stream(v.split(",", -1))
                        .map(name -> constant(name, Assumption::valueOf))
                        .toArray(Assumption[]::new)));
        options.put("list-follow-ups", (b, v) -> b.listFollowUps(constant(v, FollowUpListing::valueOf)));
        options.put("hold-after-capture", (b, v) -> b.holdsAfterCapture(constant(v, HoldAfterCapture::valueOf)));
        options.put("name-voids", (b, v) -> b.nameVoids(constant(v, VoidName::valueOf)));
        return options;
    }

    /** The rule, and after a comma the window in seconds. */
    private static void duplicates(SandboxBuilder builder, String value) {
        String[] parts = value.split(",", 2);
        Duration window = parts.length == 2 ? Duration.ofSeconds(Long.parseLong(parts[1])) : Duration.ofMinutes(2);
        builder.duplicates(constant(parts[0], DuplicateRule::valueOf), window);
    }

    private static <T> T constant(String text, Function<String, T> valueOf) {
        return valueOf.apply(text.strip().toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /**
     * Starts, says where, and runs until the process is ended. Wrong arguments end it with status 2.
     *
     * @param args {@code --port --control-port --host --public --profile --key --ledger --seed --ipn --currencies
     *     --duplicates --requests-per-minute --merchant-limit --page-minutes --page-seconds --callback-millis --assume --list-follow-ups
     *     --hold-after-capture --name-voids}, each with {@code =value}
     * @throws InterruptedException if the waiting is interrupted
     */
    public static void main(String[] args) throws InterruptedException {
        if (System.getProperty(LOGBACK) == null) {
            System.setProperty(LOGBACK, "io/nestcms/sandbox/logback-process.xml");
        }
        PayTabsSandbox sandbox;
        try {
            sandbox = start(args, System.out);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            sandbox.close();
            ended.countDown();
        }));
        ended.await();
    }

    static PayTabsSandbox start(String[] args, PrintStream out) {
        SandboxBuilder builder = PayTabsSandbox.builder().port(8089).controlPort(8090);
        for (String arg : args) {
            apply(builder, arg);
        }
        PayTabsSandbox sandbox = builder.start();
        boolean keyGiven = Arrays.stream(args).anyMatch(arg -> arg.startsWith("--key="));
        out.println("PayTabs sandbox  " + sandbox.baseUri());
        out.println("ledger           " + sandbox.baseUri() + "/ledger");
        out.println("control          " + sandbox.controlUri());
        out.println("profile          " + sandbox.profileId());
        out.println("client key       " + sandbox.clientKey());
        out.println("server key       " + (keyGiven ? "as given" : sandbox.serverKey()));
        return sandbox;
    }

    private static void apply(SandboxBuilder builder, String arg) {
        int equals = arg.indexOf('=');
        Option option = arg.startsWith("--") && equals > 2 ? OPTIONS.get(arg.substring(2, equals)) : null;
        if (option == null) {
            throw new IllegalArgumentException(
                    "'" + arg + "' is not --name=value with a name of " + String.join(", ", OPTIONS.keySet()));
        }
        option.set(builder, arg.substring(equals + 1));
    }
}
