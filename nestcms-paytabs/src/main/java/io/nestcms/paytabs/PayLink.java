package io.nestcms.paytabs;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A link that can be paid on, as PayTabs answers. Its field names are not published, so all fields are kept as they came.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param id PayTabs' name for it, {@code link_id} or {@code id}, or {@code null}
 * @param url where it is paid, {@code link_url} or {@code url}, or {@code null}
 * @param fields every field of the answer, as text
 * @since 0.1
 */
public record PayLink(@Nullable String id, @Nullable URI url, Map<String, String> fields) {
    /**
     * Copies the map.
     *
     * @param id PayTabs' name for it, or {@code null}
     * @param url where it is paid, or {@code null}
     * @param fields every field of the answer
     */
    public PayLink {
        fields = Map.copyOf(fields);
    }

    static PayLink of(Fields fields) {
        Map<String, String> texts = fields.texts();
        if (fields.tellNothing()) {
            throw new UnreadableReplyException("nothing in it");
        }
        String id = fields.note("link_id");
        return new PayLink(
                id == null ? fields.note("id") : id, fields.url(fields.has("link_url") ? "link_url" : "url"), texts);
    }
}
