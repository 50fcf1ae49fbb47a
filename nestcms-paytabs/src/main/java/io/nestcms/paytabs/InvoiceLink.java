package io.nestcms.paytabs;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A new invoice.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param id PayTabs' number for it
 * @param link where it is paid
 * @param trace what to quote to PayTabs' support, or {@code null}
 * @since 0.1
 */
public record InvoiceLink(long id, URI link, @Nullable String trace) {
    static InvoiceLink of(Fields fields) {
        Long id = fields.number("invoice_id");
        URI link = fields.url(fields.has("invoice_link") ? "invoice_link" : "redirect_url");
        if (id == null || link == null) {
            throw new UnreadableReplyException("invoice_id or invoice_link is missing");
        }
        String trace = fields.note("trace_code");
        return new InvoiceLink(id, link, Traces.clean(trace == null ? fields.note("trace") : trace));
    }
}
