package io.nestcms.sandbox;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the signed notifications, again and again until the receiver answers 2xx or the tries are used up. */
final class Callbacks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);

    private static final int KEPT = 50_000;

    private final Settings settings;
    private final Wire wire;
    private final Faults faults;
    private final HttpClient client;
    private final ScheduledThreadPoolExecutor timer;
    private final Deque<Delivery> log = new ArrayDeque<>();
    private int underWay;

    Callbacks(Settings settings, Wire wire, Faults faults, HttpClient client) {
        this.settings = settings;
        this.wire = wire;
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

    private record Message(Transaction about, URI url, String body, String signature, Signatures signer) {
        String ref() {
            return about.ref();
        }
    }

    /** Tells the merchant of a transaction: where the request said, and where the profile says. Returns at once. */
    void send(Transaction transaction) {
        String url = transaction.order().text("callback");
        if (url != null) {
            send(transaction, URI.create(url));
        }
        URI always = settings.ipnUrl();
        if (always != null) {
            send(transaction, always);
        }
    }

    private void send(Transaction transaction, URI url) {
        @Nullable CallbackFault fault = faults.takeCallback();
        String key = settings.serverKey();
        Signatures signer = new Signatures(fault instanceof CallbackFault.WrongSignature ? "not " + key : key);
        Message message = message(transaction, url, signer);
        if (fault instanceof CallbackFault.Lose) {
            record(message, 1, 0, "lost", true);
            return;
        }
        Duration wait = fault instanceof CallbackFault.Late late ? late.time() : Duration.ZERO;
        int copies = fault instanceof CallbackFault.Duplicate duplicate ? duplicate.copies() : 1;
        count(copies);
        Supplier<CompletableFuture<Void>> start = () -> {
            CompletableFuture<?>[] firstTries = new CompletableFuture<?>[copies];
            for (int i = 0; i < copies; i++) {
                firstTries[i] = schedule(message, 1, wait);
            }
            return CompletableFuture.allOf(firstTries);
        };
        if (!faults.hold(start)) {
            var unused = start.get();
        }
    }

    private Message message(Transaction transaction, URI url, Signatures signer) {
        boolean empty = settings.assumes(Assumption.PLAIN_HTTP_HAS_NO_BODY) && "http".equals(url.getScheme());
        String body = empty ? "" : Json.text(wire.notification(transaction));
        return new Message(transaction, url, body, signer.ofBody(body.getBytes(StandardCharsets.UTF_8)), signer);
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

    private CompletableFuture<Void> schedule(Message message, int attempt, Duration wait) {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        try {
            var unused =
                    timer.schedule(() -> attempt(message, attempt, answered), wait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("notification of {} not sent: the sandbox is closed", message.ref());
            answered.complete(null);
        }
        return answered;
    }

    private void attempt(Message message, int attempt, CompletableFuture<Void> answered) {
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
                    answered(message, attempt, response == null ? 0 : response.statusCode());
                    answered.complete(null);
                });
    }

    private void answered(Message message, int attempt, int status) {
        boolean delivered =
                settings.assumes(Assumption.ONLY_200_ENDS_TRIES) ? status == 200 : status >= 200 && status < 300;
        boolean last = delivered || attempt > settings.callbackDelays().size();
        record(message, attempt, status, delivered ? "delivered" : status == 0 ? "unreachable" : "refused", last);
        if (last) {
            count(-1);
            return;
        }
        Message next = settings.assumes(Assumption.NEW_TRACE_ON_EACH_TRY)
                ? message(message.about(), message.url(), message.signer())
                : message;
        var unused = schedule(next, attempt + 1, settings.callbackDelays().get(attempt - 1));
    }

    private void record(Message message, int attempt, int status, String outcome, boolean last) {
        LOG.info("notification of {}, try {}: {} {}", message.ref(), attempt, outcome, status);
        synchronized (log) {
            if (log.size() == KEPT) {
                log.removeFirst();
            }
            log.addLast(new Delivery(
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
