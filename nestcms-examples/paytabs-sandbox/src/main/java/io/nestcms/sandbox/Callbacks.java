package io.nestcms.sandbox;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the signed notifications, again and again until the receiver answers 2xx or the tries are used up. */
final class Callbacks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);

    private final Settings settings;
    private final Wire wire;
    private final Signatures signatures;
    private final Signatures otherKey;
    private final Faults faults;
    private final HttpClient client;
    private final ScheduledThreadPoolExecutor timer;
    private final List<Delivery> log = new ArrayList<>();
    private int underWay;

    Callbacks(Settings settings, Wire wire, Faults faults, HttpClient client) {
        this.settings = settings;
        this.wire = wire;
        this.signatures = new Signatures(settings.serverKey());
        this.otherKey = new Signatures("not " + settings.serverKey());
        this.faults = faults;
        this.client = client;
        this.timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "paytabs-sandbox-callbacks");
            thread.setDaemon(true);
            return thread;
        });
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        timer.setRemoveOnCancelPolicy(true);
    }

    private record Message(String ref, URI url, String body, String signature) {}

    /** Tells the merchant of a transaction, if the request named an address. Returns at once. */
    void send(Transaction transaction) {
        String url = transaction.order().text("callback");
        if (url == null) {
            return;
        }
        String body = Json.text(wire.notification(transaction));
        @Nullable CallbackFault fault = faults.takeCallback();
        Signatures signer = fault instanceof CallbackFault.WrongSignature ? otherKey : signatures;
        Message message = new Message(
                transaction.ref(), URI.create(url), body, signer.ofBody(body.getBytes(StandardCharsets.UTF_8)));
        if (fault instanceof CallbackFault.Lose) {
            record(message, 1, 0, "lost", true);
            return;
        }
        Duration wait = fault instanceof CallbackFault.Late late ? late.time() : Duration.ZERO;
        int copies = fault instanceof CallbackFault.Duplicate duplicate ? duplicate.copies() : 1;
        count(copies);
        Runnable start = () -> {
            for (int i = 0; i < copies; i++) {
                schedule(message, 1, wait);
            }
        };
        if (!faults.hold(start)) {
            start.run();
        }
    }

    /** Runs something as long as the sandbox runs. */
    void everySecond(Runnable task) {
        var unused = timer.scheduleWithFixedDelay(task, 1, 1, TimeUnit.SECONDS);
    }

    /** Every try so far, oldest first. */
    List<Delivery> deliveries() {
        synchronized (log) {
            return List.copyOf(log);
        }
    }

    /** Notifications that are neither delivered nor given up. */
    int underWay() {
        synchronized (log) {
            return underWay;
        }
    }

    private void schedule(Message message, int attempt, Duration wait) {
        try {
            var unused = timer.schedule(() -> attempt(message, attempt), wait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("notification of {} not sent: the sandbox is closed", message.ref());
        }
    }

    private void attempt(Message message, int attempt) {
        HttpRequest request = HttpRequest.newBuilder(message.url())
                .timeout(settings.callbackTimeout())
                .header("Content-Type", "application/json")
                .header("Signature", message.signature())
                .header("Client-Key", "CPKSANDBOX")
                .header("User-Agent", "IPN/1.0")
                .POST(HttpRequest.BodyPublishers.ofString(message.body(), StandardCharsets.UTF_8))
                .build();
        var unused = client.sendAsync(request, HttpResponse.BodyHandlers.discarding())
                .whenComplete((response, failure) -> {
                    int status = response == null ? 0 : response.statusCode();
                    boolean delivered = status >= 200 && status < 300;
                    boolean last =
                            delivered || attempt > settings.callbackDelays().size();
                    String outcome = delivered ? "delivered" : status == 0 ? "unreachable" : "refused";
                    record(message, attempt, status, outcome, last);
                    if (last) {
                        count(-1);
                    } else {
                        schedule(message, attempt + 1, settings.callbackDelays().get(attempt - 1));
                    }
                });
    }

    private void record(Message message, int attempt, int status, String outcome, boolean last) {
        LOG.info("notification of {}, try {}: {} {}", message.ref(), attempt, outcome, status);
        synchronized (log) {
            log.add(new Delivery(
                    message.ref(), message.url(), attempt, settings.clock().instant(), status, outcome, last));
        }
    }

    private void count(int change) {
        synchronized (log) {
            underWay += change;
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
