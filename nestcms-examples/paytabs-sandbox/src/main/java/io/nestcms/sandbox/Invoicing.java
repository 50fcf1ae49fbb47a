package io.nestcms.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes bills and tells how they stand. The state is derived from their payments, so it cannot differ from the ledger. */
final class Invoicing {
    private final Settings settings;
    private final RequestCheck check;
    private final Acquirer acquirer;
    private final Ledger ledger;
    private final Bills bills;
    private final References references;

    Invoicing(Settings settings, Acquirer acquirer, Ledger ledger, Bills bills, References references) {
        this.settings = settings;
        this.check = new RequestCheck(settings);
        this.acquirer = acquirer;
        this.ledger = ledger;
        this.bills = bills;
        this.references = references;
    }

    synchronized Invoice create(ObjectNode body) {
        JsonNode details = body.path("invoice");
        if (!(details instanceof ObjectNode invoice)) {
            throw RefusedException.invalid("invoice is required");
        }
        Order asked = check.order(body);
        Instant expiry = time(invoice, "expiry_date");
        if (isOver(expiry)) {
            throw RefusedException.invalid("Invoice expiry date has passed");
        }
        long id = newId();
        ObjectNode rest = asked.rest();
        rest.put("invoice_id", id);
        rest.remove("invoice");
        Invoice made = new Invoice(
                id,
                references.secretName(),
                asked.of(total(invoice, asked)),
                invoice,
                now(),
                time(invoice, "activation_date"),
                time(invoice, "due_date"),
                expiry,
                false,
                null);
        bills.put(made);
        return made;
    }

    /** The order with a bill's number of its own. */
    synchronized Order billed(Order order) {
        order.rest().put("invoice_id", newId());
        return order;
    }

    synchronized PayLink createLink(ObjectNode body) {
        ObjectNode full = body.deepCopy();
        long id = newId();
        full.put("tran_type", body.path("tran_type").asText("sale"));
        full.put("tran_class", body.path("tran_class").asText("ecom"));
        if (!full.has("cart_id")) {
            full.put("cart_id", "link-" + id);
        }
        Order order = check.order(full);
        order.rest().put("paylink_id", id);
        String title = body.path("link_title").asText(order.description());
        PayLink made = new PayLink(id, references.secretName(), title, order, now());
        bills.put(made);
        return made;
    }

    /** One open page for an invoice: who opens the link twice comes to the same page. */
    synchronized Transaction page(Invoice invoice) {
        return payments(invoice).stream()
                .map(acquirer::current)
                .filter(Transaction::isOpen)
                .findFirst()
                .orElseGet(() -> acquirer.open(invoice.order()));
    }

    Transaction page(PayLink link) {
        return acquirer.open(link.order());
    }

    /** As the status call names it. */
    String status(Invoice invoice) {
        if (invoice.markedPaid() != null) {
            return "paid";
        }
        List<Transaction> payments = payments(invoice);
        List<Transaction> paid = payments.stream().filter(t -> t.has(Status.A)).toList();
        if (!paid.isEmpty()) {
            return isRefunded(paid) ? "refunded" : "paid";
        }
        if (invoice.cancelled()) {
            return "cancelled";
        }
        if (isOver(invoice.expiresAt())) {
            return "expired";
        }
        return isOver(invoice.dueAt()) ? "overdue" : "pending";
    }

    private boolean isRefunded(List<Transaction> paid) {
        return paid.stream().allMatch(t -> t.amount().compareTo(ledger.sum(t.ref(), TranType.REFUND)) == 0);
    }

    /** The latest try to pay, the successful one first of all. */
    @Nullable Transaction latest(Invoice invoice) {
        List<Transaction> decided =
                payments(invoice).stream().filter(t -> !t.isOpen()).toList();
        return decided.stream()
                .filter(t -> t.has(Status.A))
                .findFirst()
                .orElse(decided.isEmpty() ? null : decided.get(decided.size() - 1));
    }

    synchronized Invoice cancel(Invoice invoice) {
        if (!List.of("pending", "overdue").contains(status(invoice))) {
            throw RefusedException.invalid("Invoice is " + status(invoice));
        }
        Invoice cancelled = invoice.asCancelled();
        bills.put(cancelled);
        return cancelled;
    }

    /** Paid in cash or the like: no charge, but a reference. */
    synchronized Invoice markPaid(Invoice invoice, ObjectNode body) {
        String currency = invoice.order().currency();
        BigDecimal total =
                Amounts.amount(body.path("invoice_total"), "invoice_total", currency, check.digits(currency));
        boolean method = List.of("cash", "cheque", "banktransfer", "pointofsale")
                .contains(body.path("pay_method").asText());
        if (!method || !currency.equals(body.path("invoice_currency").asText())) {
            throw RefusedException.invalid("Invalid pay_method or invoice_currency");
        }
        if (total.compareTo(invoice.total()) != 0
                || !List.of("pending", "overdue").contains(status(invoice))) {
            throw RefusedException.invalid("Invoice is " + status(invoice) + " with another total");
        }
        Invoice paid = invoice.paidBy(references.transaction());
        bills.put(paid);
        return paid;
    }

    boolean isPayable(Invoice invoice) {
        boolean active = invoice.activeFrom() == null || isOver(invoice.activeFrom());
        return active && List.of("pending", "overdue").contains(status(invoice));
    }

    private List<Transaction> payments(Invoice invoice) {
        return ledger.ofCart(invoice.order().cartId()).stream()
                .filter(t -> t.order().rest().path("invoice_id").asLong() == invoice.id())
                .filter(t -> !t.order().type().isFollowUp())
                .toList();
    }

    /** The total of the invoice when it has one or line items to compute it from, else the cart's amount. */
    private BigDecimal total(ObjectNode invoice, Order order) {
        BigDecimal given = number(invoice, "total");
        if (given.signum() == 0) {
            for (JsonNode item : invoice.path("line_items")) {
                given = given.add(lineTotal(item));
            }
            if (given.signum() == 0) {
                return order.amount();
            }
            given = given.add(number(invoice, "shipping_charges"))
                    .add(number(invoice, "extra_charges"))
                    .subtract(number(invoice, "extra_discount"));
        }
        return Amounts.amount(
                Json.MAPPER.getNodeFactory().numberNode(given),
                "invoice.total",
                order.currency(),
                check.digits(order.currency()));
    }

    private static BigDecimal lineTotal(JsonNode item) {
        BigDecimal total = number(item, "total");
        if (total.signum() != 0) {
            return total;
        }
        BigDecimal net = number(item, "net_total");
        if (net.signum() == 0) {
            net = number(item, "unit_cost").multiply(number(item, "quantity"));
        }
        return net.subtract(number(item, "discount_amount")).add(number(item, "tax_total"));
    }

    private static BigDecimal number(JsonNode node, String field) {
        JsonNode value = node.path(field);
        try {
            return value.isNumber() ? value.decimalValue() : new BigDecimal(value.asText("0"));
        } catch (NumberFormatException e) {
            return BigDecimal.ZERO;
        }
    }

    private static @Nullable Instant time(ObjectNode invoice, String field) {
        String text = invoice.path(field).asText("");
        if (text.isEmpty() || invoice.path(field).isNull()) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw RefusedException.invalid("Invalid invoice." + field);
        }
    }

    private boolean isOver(@Nullable Instant time) {
        return time != null && !now().isBefore(time);
    }

    private long newId() {
        long id = Long.parseLong("1" + references.digits(6));
        while (!bills.isFree(id)) {
            id = Long.parseLong("1" + references.digits(6));
        }
        return id;
    }

    private Instant now() {
        return settings.clock().instant();
    }
}
