package io.nestcms.paytabs;

import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import java.math.BigDecimal;
import java.net.URI;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an invoice lists. Made by a {@link Builder}. All amounts are in the payment's currency.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @since 0.1
 */
public final class InvoiceDetails {
    private final Builder parts;

    private InvoiceDetails(Builder parts) {
        this.parts = parts;
    }

    /**
     * Begins an invoice.
     *
     * @param first its first line
     * @return a builder
     */
    public static Builder builder(Line first) {
        return new Builder().line(first);
    }

    Builder parts() {
        return parts;
    }

    /** Every amount in it, for the check of the currency. */
    List<Money> amounts() {
        List<Money> amounts = new ArrayList<>();
        for (@Nullable Money each : new @Nullable Money[] {parts.shipping, parts.extra, parts.discount, parts.total}) {
            if (each != null) {
                amounts.add(each);
            }
        }
        for (Line line : parts.lines) {
            amounts.add(line.unitCost);
            if (line.discount != null) {
                amounts.add(line.discount);
            }
            if (line.tax != null) {
                amounts.add(line.tax);
            }
        }
        return amounts;
    }

    /**
     * One line of an invoice.
     *
     * @param description what was bought; 1 to 255 characters
     * @param unitCost what one costs
     * @param quantity how many; above zero
     * @param sku the merchant's number for it, 1 to 64 characters, or {@code null}
     * @param url where it is shown, or {@code null}
     * @param discount less to pay for the whole line, or {@code null}
     * @param tax tax on the whole line, or {@code null}
     * @since 0.1
     */
    public record Line(
            String description,
            Money unitCost,
            BigDecimal quantity,
            @Nullable String sku,
            @Nullable URI url,
            @Nullable Money discount,
            @Nullable Money tax) {
        /**
         * Checks every part.
         *
         * @param description what was bought
         * @param unitCost what one costs
         * @param quantity how many
         * @param sku the merchant's number for it, or {@code null}
         * @param url where it is shown, or {@code null}
         * @param discount less to pay, or {@code null}
         * @param tax tax, or {@code null}
         * @throws InvalidInputException if a part is of another form
         */
        public Line {
            Limits.text("description", description, 1, 255);
            Objects.requireNonNull(unitCost, "unitCost");
            if (quantity.signum() <= 0 || Math.abs((long) quantity.scale()) > 9) {
                throw new InvalidInputException("quantity", "is out of range", "above zero, at most 9 decimals");
            }
            if (sku != null) {
                Limits.text("sku", sku, 1, 64);
            }
            if (url != null) {
                Limits.url("url", url);
            }
        }

        /**
         * A line with no more than it must have.
         *
         * @param description what was bought; 1 to 255 characters
         * @param unitCost what one costs
         * @param quantity how many; above zero
         * @return the line
         * @throws InvalidInputException if a part is of another form
         */
        public static Line of(String description, Money unitCost, int quantity) {
            return new Line(description, unitCost, BigDecimal.valueOf(quantity), null, null, null, null);
        }
    }

    /**
     * Collects the parts of an invoice. Not safe for use by many threads.
     *
     * @since 0.1
     */
    public static final class Builder {
        PageOptions.@Nullable Language language;

        @Nullable Money shipping;

        @Nullable Money extra;

        @Nullable Money discount;

        @Nullable Money total;

        @Nullable OffsetDateTime activation;

        @Nullable OffsetDateTime due;

        @Nullable OffsetDateTime expiry;

        boolean disableEdit;
        List<Line> lines = new ArrayList<>();

        private Builder() {}

        /**
         * A further line.
         *
         * @param line the line
         * @return this
         */
        public Builder line(Line line) {
            lines.add(Objects.requireNonNull(line, "line"));
            return this;
        }

        /**
         * The invoice's language.
         *
         * @param invoiceLanguage English or Arabic
         * @return this
         * @throws InvalidInputException if it is another one
         */
        public Builder language(PageOptions.Language invoiceLanguage) {
            if (invoiceLanguage == PageOptions.Language.TR) {
                throw new InvalidInputException("lang", "is not offered", "en or ar");
            }
            this.language = invoiceLanguage;
            return this;
        }

        /**
         * What the delivery costs. Nothing by default.
         *
         * @param amount how much
         * @return this
         */
        public Builder shipping(Money amount) {
            this.shipping = Objects.requireNonNull(amount, "amount");
            return this;
        }

        /**
         * Further costs. None by default.
         *
         * @param amount how much
         * @return this
         */
        public Builder extraCharges(Money amount) {
            this.extra = Objects.requireNonNull(amount, "amount");
            return this;
        }

        /**
         * Less to pay on the whole. Nothing by default.
         *
         * @param amount how much
         * @return this
         */
        public Builder extraDiscount(Money amount) {
            this.discount = Objects.requireNonNull(amount, "amount");
            return this;
        }

        /**
         * The sum, which PayTabs works out by default.
         *
         * @param amount how much
         * @return this
         */
        public Builder total(Money amount) {
            this.total = Objects.requireNonNull(amount, "amount");
            return this;
        }

        /**
         * From when the invoice can be paid. At once by default.
         *
         * @param time the time
         * @return this
         */
        public Builder activation(OffsetDateTime time) {
            this.activation = Objects.requireNonNull(time, "time");
            return this;
        }

        /**
         * When it is due. Not said by default.
         *
         * @param time the time
         * @return this
         */
        public Builder due(OffsetDateTime time) {
            this.due = Objects.requireNonNull(time, "time");
            return this;
        }

        /**
         * Until when it can be paid. Not said by default.
         *
         * @param time the time
         * @return this
         */
        public Builder expiry(OffsetDateTime time) {
            this.expiry = Objects.requireNonNull(time, "time");
            return this;
        }

        /**
         * Keeps the payer from changing the personal data.
         *
         * @return this
         */
        public Builder disableEdit() {
            this.disableEdit = true;
            return this;
        }

        /**
         * Makes the invoice.
         *
         * @return the invoice
         */
        public InvoiceDetails build() {
            Builder copy = new Builder();
            copy.language = language;
            copy.shipping = shipping;
            copy.extra = extra;
            copy.discount = discount;
            copy.total = total;
            copy.activation = activation;
            copy.due = due;
            copy.expiry = expiry;
            copy.disableEdit = disableEdit;
            copy.lines = List.copyOf(lines);
            return new InvoiceDetails(copy);
        }
    }
}
