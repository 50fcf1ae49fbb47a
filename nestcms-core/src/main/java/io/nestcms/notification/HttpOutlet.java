package io.nestcms.notification;

import io.nestcms.resilience.Classifier;
import io.nestcms.resilience.FailureClass;
import io.nestcms.resilience.Protection;
import io.nestcms.resilience.Verdict;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A channel that is an HTTP API: one POST for each message. */
final class HttpOutlet {
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    private final String channel;
    private final Outlet outlet;
    private final HttpClient client;
    private final Clock clock;

    HttpOutlet(String channel, Protection protection, HttpClient client, Clock clock) {
        this.channel = channel;
        this.outlet = new Outlet(channel, protection);
        this.client = client;
        this.clock = clock;
    }

    /** Redirects are not followed: a message goes to the address that was set, and nowhere else. */
    static HttpClient client() {
        return HttpClient.newBuilder()
                .connectTimeout(Duration.ofSeconds(3))
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /**
     * Posts a message.
     *
     * @return the status: 2xx, 404 or 410
     * @throws UndeliveredException for every other status, and when there was no answer
     */
    int post(URI to, Map<String, String> headers, byte[] body) {
        Answer answer = outlet.call(
                attempt -> {
                    HttpRequest.Builder request = HttpRequest.newBuilder(to)
                            .timeout(attempt.timeout())
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
                    headers.forEach(request::header);
                    HttpResponse<Void> response = client.send(request.build(), HttpResponse.BodyHandlers.discarding());
                    return new Answer(
                            response.statusCode(),
                            wait(response.headers().firstValue("retry-after").orElse(null)));
                },
                JUDGE);
        int status = answer.status;
        if (status / 100 == 2 || status == 404 || status == 410) {
            return status;
        }
        String what = channel + " answered " + status;
        // what is wrong with the message stays wrong; our key, the service and its limits can be mended
        if (status == 400 || status == 413 || status == 422) {
            throw UndeliveredException.refused(what);
        }
        throw UndeliveredException.failed(what, answer.retryAfter, null);
    }

    /** As much of a text as the service takes, with a mark where it goes on; never half a character. */
    static String cut(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(longest - 2)) ? longest - 2 : longest - 1;
        return text.substring(0, end) + "…";
    }

    private @Nullable Duration wait(@Nullable String header) {
        if (header == null) {
            return null;
        }
        Duration wait;
        try {
            wait = header.matches("[0-9]{1,9}")
                    ? Duration.ofSeconds(Long.parseLong(header))
                    : Duration.between(clock.instant(), date(header));
        } catch (DateTimeException e) {
            // not a form that HTTP knows: as if it had not been there
            return null;
        }
        if (wait.isNegative()) {
            return Duration.ZERO;
        }
        return wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    }

    private static Instant date(String header) {
        return ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT))
                .toInstant();
    }

    private record Answer(int status, @Nullable Duration retryAfter) {}

    private static final Classifier<Answer> JUDGE = new Classifier<>() {
        @Override
        public Verdict ofResult(Answer answer) {
            if (answer.status == 429) {
                Verdict throttled = answer.retryAfter == null
                        ? Verdict.failure(FailureClass.THROTTLED)
                        : Verdict.failure(FailureClass.THROTTLED, answer.retryAfter);
                return throttled.notSent();
            }
            if (answer.status == 503 && answer.retryAfter != null) {
                return Verdict.failure(FailureClass.SERVER_ERROR, answer.retryAfter);
            }
            return answer.status >= 500 ? Verdict.failure(FailureClass.SERVER_ERROR) : Verdict.success();
        }

        @Override
        public Verdict ofException(Throwable failure) {
            return Classifier.byException().ofException(failure);
        }
    };
}
