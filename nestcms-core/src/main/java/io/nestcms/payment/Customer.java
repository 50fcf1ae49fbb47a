package io.nestcms.payment;

import org.jspecify.annotations.Nullable;

/**
 * Who pays, as far as the merchant knows. Everything but the name and the email may be absent: the hosted page asks the
 * payer. Limits are those of PayTabs' {@code customer_details}.
 *
 * <p>Immutable and safe for use by many threads. Personal data: {@link #toString()} shows none of it.
 *
 * @param name 1 to 128 characters
 * @param email 3 to 254 characters with one {@code @}
 * @param phone 4 to 32 characters, with the country's prefix, or {@code null}
 * @param street 1 to 128 characters, or {@code null}
 * @param city 1 to 128 characters, or {@code null}
 * @param country an ISO 3166-1 alpha-2 code in capitals, or {@code null}
 * @since 0.1
 */
public record Customer(
        String name,
        String email,
        @Nullable String phone,
        @Nullable String street,
        @Nullable String city,
        @Nullable String country) {
    private static final java.util.regex.Pattern EMAIL =
            java.util.regex.Pattern.compile("[^@\\s]{1,190}@[^@\\s]{1,190}");
    private static final java.util.regex.Pattern COUNTRY = java.util.regex.Pattern.compile("[A-Z]{2}");

    /**
     * Checks every part that is there.
     *
     * @param name the payer's name
     * @param email the payer's address
     * @param phone the payer's phone, or {@code null}
     * @param street street and number, or {@code null}
     * @param city the city, or {@code null}
     * @param country the country, or {@code null}
     * @throws io.nestcms.failure.InvalidInputException if a part is of another form
     */
    public Customer {
        Field.text("customer.name", name, 1, 128);
        Field.text("customer.email", email, 3, 254);
        Field.matching("customer.email", email, EMAIL, "name@host");
        optional("customer.phone", phone, 4, 32);
        optional("customer.street", street, 1, 128);
        optional("customer.city", city, 1, 128);
        if (country != null) {
            Field.matching("customer.country", country, COUNTRY, "an ISO 3166-1 alpha-2 code, for example KW");
        }
    }

    private static void optional(String field, @Nullable String value, int min, int max) {
        if (value != null) {
            Field.text(field, value, min, max);
        }
    }

    /**
     * That there is a customer, and nothing of who it is.
     *
     * @return a constant
     */
    @Override
    public String toString() {
        return "Customer[withheld]";
    }
}
