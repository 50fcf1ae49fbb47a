package io.nestcms.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A payer without a browser: fills the hosted page in and takes the form that leads back. */
final class Payer {
    static final String APPROVED = "4111111111111111";
    static final String NO_FUNDS = "4000031600000001";
    static final String CHALLENGED = "4000000000000002";
    static final String PASSWORD = "123456";
    /** Declined with 300: the gateway may find out that it was charged all the same. */
    static final String DOUBTFUL = "4000030000000009";

    static final String PENDING = "4000060000000006";

    private static final Pattern ACTION = Pattern.compile("<form[^>]*action=\"([^\"]*)\"");
    private static final Pattern INPUT = Pattern.compile("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\"");

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    /** The form that the gateway hands the browser: where to and with what. */
    record WayBack(URI action, Map<String, String> fields) {}

    WayBack pay(String page, String card) {
        return wayBack(post(URI.create(page), card(card)).body());
    }

    /** The page's form, filled in. */
    static Map<String, String> card(String number) {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("card-number", number);
        form.put("expiry", "12/40");
        form.put("cvv", "123");
        form.put("action", "pay");
        return form;
    }

    /** The form that leads back, on the page that the gateway shows at the end. */
    static WayBack wayBack(String html) {
        Matcher action = ACTION.matcher(html);
        if (!action.find()) {
            throw new AssertionError("no way back on the page: " + html.replaceAll("(?s).*<main", "<main"));
        }
        Map<String, String> fields = new LinkedHashMap<>();
        Matcher input = INPUT.matcher(html);
        while (input.find()) {
            fields.put(unescape(input.group(1)), unescape(input.group(2)));
        }
        return new WayBack(URI.create(unescape(action.group(1))), fields);
    }

    HttpResponse<String> goBack(WayBack way) {
        return post(way.action(), way.fields());
    }

    HttpResponse<String> post(URI uri, Map<String, String> form) {
        String body = form.entrySet().stream()
                .map(field -> URLEncoder.encode(field.getKey(), StandardCharsets.UTF_8) + "="
                        + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        try {
            return http.send(
                    HttpRequest.newBuilder(uri)
                            .timeout(Duration.ofMinutes(1))
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private static String unescape(String html) {
        return html.replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&#x27;", "'")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&");
    }
}
