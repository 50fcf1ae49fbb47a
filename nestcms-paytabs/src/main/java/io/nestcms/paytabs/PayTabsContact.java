package io.nestcms.paytabs;

import com.fasterxml.jackson.core.JsonGenerator;
import io.nestcms.failure.InvalidInputException;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A person and an address, as PayTabs' {@code customer_details} and {@code shipping_details} take them. On the hosted page
 * every part may be absent, since the page asks; the own form and the managed form need all but state, zip and ip.
 *
 * <p>Immutable and safe for use by many threads. Personal data: {@link #toString()} shows none of it.
 *
 * @param name 4 to 128 characters, or {@code null}
 * @param email 3 to 254 characters with one {@code @}, or {@code null}
 * @param phone 4 to 32 characters, with the country's prefix, or {@code null}
 * @param street 4 to 128 characters, or {@code null}
 * @param city 2 to 128 characters, or {@code null}
 * @param state 1 to 64 characters, two by the book, or {@code null}
 * @param country an ISO 3166-1 code of two or three capitals, or {@code null}
 * @param zip 1 to 32 characters, or {@code null}
 * @param ip the payer's address, 2 to 45 characters, or {@code null}
 * @since 0.1
 */
public record PayTabsContact(
        @Nullable String name,
        @Nullable String email,
        @Nullable String phone,
        @Nullable String street,
        @Nullable String city,
        @Nullable String state,
        @Nullable String country,
        @Nullable String zip,
        @Nullable String ip) {
    private static final Pattern EMAIL = Pattern.compile("[^@\\s]{1,190}@[^@\\s]{1,190}");
    private static final Pattern COUNTRY = Pattern.compile("[A-Z]{2,3}");
    private static final Pattern IP = Pattern.compile("[0-9A-Fa-f:.]{2,45}");

    /**
     * Checks every part that is there.
     *
     * @param name 4 to 128 characters, or {@code null}
     * @param email an address, or {@code null}
     * @param phone 4 to 32 characters, or {@code null}
     * @param street 4 to 128 characters, or {@code null}
     * @param city 2 to 128 characters, or {@code null}
     * @param state 1 to 64 characters, or {@code null}
     * @param country two or three capitals, or {@code null}
     * @param zip 1 to 32 characters, or {@code null}
     * @param ip an address of the payer's device, or {@code null}
     * @throws InvalidInputException if a part is of another form
     */
    public PayTabsContact {
        optional("name", name, 4, 128);
        optional("email", email, 3, 254);
        optional("phone", phone, 4, 32);
        optional("street1", street, 4, 128);
        optional("city", city, 2, 128);
        optional("state", state, 1, 64);
        optional("zip", zip, 1, 32);
        if (email != null) {
            Limits.matching("email", email, EMAIL, "name@host");
        }
        if (country != null) {
            Limits.matching("country", country, COUNTRY, "an ISO 3166-1 code, for example KW");
        }
        if (ip != null) {
            Limits.matching("ip", ip, IP, "an IPv4 or IPv6 address");
        }
    }

    private static void optional(String field, @Nullable String value, int min, int max) {
        if (value != null) {
            Limits.text(field, value, min, max);
        }
    }

    void write(JsonGenerator json) throws IOException {
        Json.text(json, "name", name);
        Json.text(json, "email", email);
        Json.text(json, "phone", phone);
        Json.text(json, "street1", street);
        Json.text(json, "city", city);
        Json.text(json, "state", state);
        Json.text(json, "country", country);
        Json.text(json, "zip", zip);
        Json.text(json, "ip", ip);
    }

    /**
     * That there is somebody, and nothing of who it is.
     *
     * @return a constant
     */
    @Override
    public String toString() {
        return "PayTabsContact[withheld]";
    }
}
