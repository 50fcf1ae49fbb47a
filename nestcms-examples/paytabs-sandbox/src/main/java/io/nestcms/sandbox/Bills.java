package io.nestcms.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Invoices and pay links, in the same file as the ledger. */
final class Bills {
    private final @Nullable LedgerFile file;
    private final Map<Long, Invoice> invoices = new LinkedHashMap<>();
    private final Map<Long, PayLink> links = new LinkedHashMap<>();

    Bills(@Nullable LedgerFile file) {
        this.file = file;
        if (file != null) {
            file.lines().forEach(this::load);
        }
    }

    private void load(byte[] line) {
        try {
            JsonNode node = Json.MAPPER.readTree(line);
            if (node.has("invoice")) {
                keep(Json.MAPPER.treeToValue(node.get("invoice"), Invoice.class));
            } else if (node.has("payLink")) {
                keep(Json.MAPPER.treeToValue(node.get("payLink"), PayLink.class));
            }
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a line of the ledger file is not one of ours", e);
        } catch (IOException e) {
            throw new UncheckedIOException("a line of the ledger file cannot be read", e);
        }
    }

    synchronized void put(Invoice invoice) {
        append("invoice", invoice);
        keep(invoice);
    }

    synchronized void put(PayLink link) {
        append("payLink", link);
        keep(link);
    }

    private void append(String kind, Object value) {
        if (file != null) {
            file.append(Json.bytes(Map.of(kind, value)));
        }
    }

    private void keep(Invoice invoice) {
        invoices.put(invoice.id(), invoice);
    }

    private void keep(PayLink link) {
        links.put(link.id(), link);
    }

    synchronized Invoice invoice(long id) {
        Invoice found = invoices.get(id);
        if (found == null) {
            throw RefusedException.invalid("Invoice not found");
        }
        return found;
    }

    synchronized PayLink link(long id) {
        PayLink found = links.get(id);
        if (found == null) {
            throw RefusedException.invalid("PayLink not found");
        }
        return found;
    }

    synchronized boolean isFree(long id) {
        return !invoices.containsKey(id) && !links.containsKey(id);
    }
}
