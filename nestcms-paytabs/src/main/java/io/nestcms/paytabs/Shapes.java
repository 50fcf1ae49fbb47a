package io.nestcms.paytabs;

import com.fasterxml.jackson.databind.JsonNode;
import io.nestcms.payment.TransactionRef;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How answers that are no errors are read; an answer of any other shape is unreadable. */
final class Shapes {
    private Shapes() {}

    static ChargeReply charge(JsonNode json) {
        Fields fields = Fields.of(json);
        PayTabsTransaction transaction = new PayTabsTransaction(fields);
        if (fields.has("redirect_url")) {
            URI page = Objects.requireNonNull(fields.url("redirect_url"));
            return new ChargeReply.Page(transaction, page);
        }
        if (transaction.result().isEmpty()) {
            throw new UnreadableReplyException("neither redirect_url nor payment_result");
        }
        return new ChargeReply.Completed(transaction);
    }

    static PayTabsTransaction followUp(JsonNode json, TransactionRef original) {
        PayTabsTransaction done = new PayTabsTransaction(Fields.of(json));
        if (done.result().isEmpty()) {
            throw new UnreadableReplyException("no payment_result");
        }
        if (done.previousRef().isPresent() && !done.previousRef().get().equals(original)) {
            throw new UnreadableReplyException("previous_tran_ref is another one's");
        }
        return done;
    }

    static Acknowledgement acknowledgement(JsonNode json) {
        return Acknowledgement.of(Fields.of(json));
    }

    static PayTabsTransaction one(JsonNode json, TransactionRef asked) {
        PayTabsTransaction found = new PayTabsTransaction(Fields.of(json));
        if (!found.ref().equals(asked)) {
            throw new UnreadableReplyException("tran_ref is another one's");
        }
        return found;
    }

    static CartTransactions all(JsonNode json) {
        if (!json.isArray()) {
            // a single transaction without its brackets
            return new CartTransactions(List.of(new PayTabsTransaction(Fields.of(json))), List.of());
        }
        List<PayTabsTransaction> all = new ArrayList<>(json.size());
        List<CartTransactions.Unreadable> unreadable = new ArrayList<>();
        for (int i = 0; i < json.size(); i++) {
            try {
                all.add(new PayTabsTransaction(Fields.of(json.get(i))));
            } catch (UnreadableReplyException broken) {
                unreadable.add(new CartTransactions.Unreadable(
                        i, reference(json.get(i)), Objects.requireNonNull(broken.getMessage())));
            }
        }
        return new CartTransactions(all, unreadable);
    }

    private static @Nullable TransactionRef reference(JsonNode entry) {
        try {
            return Fields.of(entry).ref("tran_ref");
        } catch (UnreadableReplyException noneEither) {
            return null;
        }
    }
}
