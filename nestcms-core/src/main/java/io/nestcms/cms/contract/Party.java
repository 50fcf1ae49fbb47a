package io.nestcms.cms.contract;

import io.nestcms.cms.text.Texts;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.payment.Customer;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who pays: a party of a contract. Its name, email and phone are personal data: a store seals them, and {@link #toString()} does not
 * tell them.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param id the client's id; 1 to 64 characters
 * @param name the client's name; 1 to 128 characters
 * @param email where invoices go; {@code name@host}, up to 254 characters
 * @param phone 4 to 32 characters, or {@code null}
 * @param country where the client is, an ISO 3166-1 alpha-2 code, or {@code null}
 * @since 0.1
 */
public record Party(
        String id,
        String name,
        String email,
        @Nullable String phone,
        @Nullable String country) {
    private static final Pattern EMAIL = Pattern.compile("[^@\\s]{1,190}@[^@\\s]{1,190}");
    private static final Pattern COUNTRY = Pattern.compile("[A-Z]{2}");

    /**
     * Checks every part.
     *
     * @param id the client's id
     * @param name the client's name
     * @param email where invoices go
     * @param phone the phone, or {@code null}
     * @param country the country, or {@code null}
     * @throws InvalidInputException if a part is of another form
     */
    public Party {
        Texts.line("client.id", id, 64);
        Texts.line("client.name", name, 128);
        Texts.line("client.email", email, 254);
        if (!EMAIL.matcher(email).matches()) {
            throw new InvalidInputException("client.email", "has another form", "name@host");
        }
        if (phone != null && Texts.line("client.phone", phone, 32).length() < 4) {
            throw new InvalidInputException("client.phone", "is too short", "4 to 32 characters");
        }
        if (country != null && !COUNTRY.matcher(country).matches()) {
            throw new InvalidInputException(
                    "client.country", "has another form", "two capital letters, for example KW");
        }
    }

    Customer customer() {
        return new Customer(name, email, phone, null, null, country);
    }

    /**
     * Without personal data.
     *
     * @return the id alone
     */
    @Override
    public String toString() {
        return "Party[" + Objects.requireNonNull(id) + "]";
    }
}
