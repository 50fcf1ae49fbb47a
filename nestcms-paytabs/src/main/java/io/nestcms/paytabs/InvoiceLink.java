package io.nestcms.paytabs;

import java.net.URI;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A new invoice.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param id PayTabs' number for it
 * @param link where it is paid
 * @param trace what to quote to PayTabs' support, or {@code null}
 * @param others every other field, as its JSON, by name
 * @since 0.1
 */
public record InvoiceLink(long id, URI link, @Nullable String trace, Map<String, String> others) {
    private static final Set<String> KNOWN =
            Set.of("invoice_id", "invoice_link", "redirect_url", "trace_code", "trace");

    /**
     * Copies the map.
     *
     * @param id PayTabs' number for it
     * @param link where it is paid
     * @param trace what to quote to support, or {@code null}
     * @param others every other field
     */
    public InvoiceLink {
        Objects.requireNonNull(link, "link");
        others = Map.copyOf(others);
    }

    static InvoiceLink of(Fields fields) {
        Long id = fields.number("invoice_id");
        URI link = fields.url(fields.has("invoice_link") ? "invoice_link" : "redirect_url");
        if (id == null || link == null) {
            throw new UnreadableReplyException("invoice_id or invoice_link is missing");
        }
        String trace = fields.note("trace_code");
        return new InvoiceLink(
                id, link, Traces.clean(trace == null ? fields.note("trace") : trace), fields.except(KNOWN));
    }
}
