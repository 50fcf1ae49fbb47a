package io.nestcms.paytabs;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * By which instalments a customer of valU could pay. PayTabs does not publish the answer's fields; those that its own shop plugin
 * reads are typed, and all are kept as they came. A refusal of valU is an answer too: see {@link #isSuccess()}.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param responseCode valU's code, {@code valuResponse.responseCode}, or {@code null} when it is missing or no number
 * @param plans the offers of all of the answer's products, in its order; empty when there is none
 * @param fields every field of the answer, as text; what is no text, number or boolean, as its JSON
 * @since 0.1
 */
public record ValuPlans(@Nullable Long responseCode, List<Plan> plans, Map<String, String> fields) {
    /**
     * Copies both.
     *
     * @param responseCode valU's code, or {@code null}
     * @param plans the offers
     * @param fields every field of the answer
     */
    public ValuPlans {
        plans = List.copyOf(plans);
        fields = Map.copyOf(fields);
    }

    /**
     * Whether valU took the question.
     *
     * @return true when its code is 0; without offers, the customer has none all the same
     */
    public boolean isSuccess() {
        return responseCode != null && responseCode == 0;
    }

    /**
     * One offer.
     *
     * @param months over how many months it goes, {@code tenorMonth}, or {@code null}
     * @param instalment what is due each month, {@code emi}, as PayTabs writes it, or {@code null}
     * @param fields every field of the offer, as text
     * @since 0.1
     */
    public record Plan(@Nullable Long months, @Nullable String instalment, Map<String, String> fields) {
        /**
         * Copies the map.
         *
         * @param months over how many months it goes, or {@code null}
         * @param instalment what is due each month, or {@code null}
         * @param fields every field of the offer
         */
        public Plan {
            fields = Map.copyOf(fields);
        }

        static Plan of(Fields fields) {
            return new Plan(fields.number("tenorMonth"), fields.note("emi"), fields.texts());
        }
    }

    static ValuPlans of(Fields fields) {
        Map<String, String> texts = fields.texts();
        if (fields.tellNothing()) {
            throw new UnreadableReplyException("nothing in it");
        }
        Fields answer = fields.object("valuResponse");
        List<Fields> products = answer == null ? List.of() : answer.children("productList");
        return new ValuPlans(
                answer == null ? null : answer.count("responseCode"),
                products.stream()
                        .flatMap(product -> product.children("tenureList").stream())
                        .map(Plan::of)
                        .toList(),
                texts);
    }
}
