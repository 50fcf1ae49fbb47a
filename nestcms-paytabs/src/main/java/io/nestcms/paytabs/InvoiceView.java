package io.nestcms.paytabs;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An invoice as PayTabs shows it. Its field names are not published, so all fields are kept as they came.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param id PayTabs' number for it, {@code invoice_id} or {@code id}, or {@code null}
 * @param link where it is paid, {@code invoice_link}, or {@code null}
 * @param status how it stands, {@code invoice_status} or {@code status}, as PayTabs writes it, or {@code null}
 * @param fields every field of the answer, as text; what is no text, number or boolean, as its JSON
 * @since 0.1
 */
public record InvoiceView(
        @Nullable String id, @Nullable URI link, @Nullable String status, Map<String, String> fields) {
    /**
     * Copies the map.
     *
     * @param id PayTabs' number for it, or {@code null}
     * @param link where it is paid, or {@code null}
     * @param status how it stands, or {@code null}
     * @param fields every field of the answer
     */
    public InvoiceView {
        fields = Map.copyOf(fields);
    }

    static InvoiceView of(Fields fields) {
        Map<String, String> texts = fields.texts();
        if (fields.tellNothing()) {
            throw new UnreadableReplyException("nothing in it");
        }
        return new InvoiceView(
                fields.note(fields.has("invoice_id") ? "invoice_id" : "id"),
                fields.url("invoice_link"),
                fields.note(fields.has("invoice_status") ? "invoice_status" : "status"),
                texts);
    }
}
