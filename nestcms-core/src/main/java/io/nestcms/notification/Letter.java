package io.nestcms.notification;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One mail: a greeting, a sentence, a table of facts; the same in plain text and in HTML. */
final class Letter {
    private final Wording wording;
    private final String topic;
    private final Map<String, String> values;
    private final Map<String, String> rows = new LinkedHashMap<>();

    /**
     * Begins a mail.
     *
     * @param topic whose {@code .subject} and {@code .lead} are the mail's
     * @param values for the places in both and in the greeting
     */
    Letter(Wording wording, String topic, Map<String, String> values) {
        this.wording = wording;
        this.topic = topic;
        this.values = values;
    }

    Letter row(String name, String value) {
        rows.put(name, value);
        return this;
    }

    Email email(String id, String to, @Nullable URI unsubscribe) {
        return new Email(
                id, to, wording.line(topic + ".subject", values), text(unsubscribe), html(unsubscribe), unsubscribe);
    }

    private String text(@Nullable URI unsubscribe) {
        StringBuilder text = new StringBuilder();
        text.append(wording.text("greeting", values)).append("\n\n");
        text.append(wording.text(topic + ".lead", values)).append("\n\n");
        rows.forEach((name, value) -> text.append(wording.text("row." + name, values))
                .append(": \u2068")
                .append(value)
                .append("\u2069\n"));
        if (unsubscribe != null) {
            text.append('\n')
                    .append(wording.text("unsubscribe", values))
                    .append(": ")
                    .append(unsubscribe.toASCIIString())
                    .append('\n');
        }
        return text.toString();
    }

    private String html(@Nullable URI unsubscribe) {
        StringBuilder html = new StringBuilder("<!doctype html><html lang=\"")
                .append(wording.language())
                .append("\" dir=\"")
                .append(wording.rightToLeft() ? "rtl" : "ltr")
                .append("\"><head><meta charset=\"utf-8\"><title>")
                .append(Wording.escaped(wording.line(topic + ".subject", values)))
                .append("</title></head><body style=\"font-family:system-ui,sans-serif;line-height:1.5;color:#1a1a1a;"
                        + "background:#ffffff;max-width:36em;margin:1.5em auto;padding:0 1em\"><p>")
                .append(wording.html("greeting", values))
                .append("</p><p><strong>")
                .append(wording.html(topic + ".lead", values))
                .append("</strong></p><table role=\"presentation\" style=\"border-collapse:collapse\">");
        rows.forEach((name, value) -> html.append("<tr><td style=\"padding:.3em 1.5em .3em 0;color:#555555\">")
                .append(wording.html("row." + name, values))
                .append("</td><td style=\"padding:.3em 0\"><bdi>")
                .append(Wording.escaped(value))
                .append("</bdi></td></tr>"));
        html.append("</table>");
        if (unsubscribe != null) {
            html.append("<p><a href=\"")
                    .append(Wording.escaped(unsubscribe.toASCIIString()))
                    .append("\">")
                    .append(wording.html("unsubscribe", values))
                    .append("</a></p>");
        }
        return html.append("</body></html>").toString();
    }
}
