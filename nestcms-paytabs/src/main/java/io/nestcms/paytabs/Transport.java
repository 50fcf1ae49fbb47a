package io.nestcms.paytabs;

import io.nestcms.paytabs.PayTabsOutcome.NotSent;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okio.BufferedSource;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/** Sends one request and tells what came of it; knows nothing of what requests and answers mean. */
final class Transport {
    /** More than the transactions of any cart; what is longer is not read. */
    private static final long LONGEST_REPLY = 4L << 20;

    private static final Duration LONGEST_WAIT = Duration.ofDays(1);

    private final OkHttpClient http;
    private final HttpUrl base;
    private final Map<String, HttpUrl> urls;
    private final String serverKey;
    private final Clock clock;

    Transport(OkHttpClient http, PayTabsProfile profile, Clock clock) {
        this.http = http;
        this.base = Objects.requireNonNull(HttpUrl.get(profile.baseUri()), "the profile takes http and https only");
        this.urls = Map.of("payment/request", below("payment/request"), "payment/query", below("payment/query"));
        this.serverKey = profile.serverKey();
        this.clock = clock;
    }

    /** A call that is ready to go, once. */
    Call call(Operation<?> operation, Flight flight, Duration limit) {
        Request.Builder request = new Request.Builder()
                .url(url(operation.path()))
                .header("Authorization", serverKey)
                .header("Accept", "application/json");
        ByteString body = operation.body();
        Call call = http.newCall(request.method(operation.method(), body == null ? null : Flight.body(body))
                .build());
        call.addEventListener(flight);
        long configured = http.callTimeoutMillis() == 0 ? Long.MAX_VALUE : http.callTimeoutMillis();
        // zero would mean no limit at all
        call.timeout().timeout(Math.max(1, Math.min(configured, limit.toMillis())), TimeUnit.MILLISECONDS);
        return call;
    }

    private HttpUrl url(String path) {
        HttpUrl often = urls.get(path);
        return often != null ? often : below(path);
    }

    private HttpUrl below(String path) {
        return base.newBuilder().addPathSegments(path).build();
    }

    /** The call's end as an exchange. */
    Exchange ended(Call call, Flight flight, IOException failure) {
        String how = failure.getClass().getSimpleName();
        boolean late = isTimeout(failure);
        boolean ours = !late && (call.isCanceled() || Thread.currentThread().isInterrupted());
        if (flight.mayHaveLeft()) {
            Health health = ours ? Health.UNTOLD : late ? Health.TIMEOUT : Health.OTHER;
            return new Exchange.Lost("no whole answer after the request left: " + how, health);
        }
        if (ours || !flight.wasConnecting()) {
            return new Exchange.Unsent(NotSent.Cause.OUT_OF_TIME, how, Health.UNTOLD);
        }
        return new Exchange.Unsent(NotSent.Cause.NO_CONNECTION, how, Health.CONNECT);
    }

    /** OkHttp cancels a call that is over its time, and says so in the exception. */
    private static boolean isTimeout(IOException failure) {
        return failure instanceof SocketTimeoutException
                || (failure instanceof InterruptedIOException && "timeout".equals(failure.getMessage()));
    }

    /** Reads the whole answer. */
    Exchange read(Response response) throws IOException {
        try (response) {
            BufferedSource source = response.body().source();
            if (source.request(LONGEST_REPLY + 1)) {
                return new Exchange.Lost("HTTP " + response.code() + " with an answer too long to read", Health.OTHER);
            }
            return new Exchange.Answer(response.code(), Json.read(source.readByteArray()), retryAfter(response));
        }
    }

    /** Seconds or a date; anything else is no hint. */
    private @Nullable Duration retryAfter(Response response) {
        String value = response.header("Retry-After");
        if (value == null) {
            return null;
        }
        try {
            Duration wait = value.chars().allMatch(c -> c >= '0' && c <= '9') && !value.isEmpty()
                    ? Duration.ofSeconds(value.length() > 9 ? Integer.MAX_VALUE : Long.parseLong(value))
                    : Duration.between(
                            clock.instant(),
                            ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                                    .toInstant());
            Duration positive = wait.isNegative() ? Duration.ZERO : wait;
            return positive.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : positive;
        } catch (DateTimeException noDate) {
            return null;
        }
    }
}
