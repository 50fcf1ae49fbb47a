package io.nestcms.cms.contract;

import io.nestcms.failure.InvalidInputException;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Our name for a contract.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param value 1 to 64 letters, digits, {@code -} or {@code _}
 * @since 0.1
 */
public record ContractId(String value) {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /**
     * Checks the form.
     *
     * @param value 1 to 64 letters, digits, {@code -} or {@code _}
     * @throws InvalidInputException if the value is of another form
     */
    public ContractId {
        Objects.requireNonNull(value, "contractId");
        if (!FORM.matcher(value).matches()) {
            throw new InvalidInputException("contractId", "has another form", "1 to 64 letters, digits, - or _");
        }
    }

    /**
     * What may be the name of one of our contracts: payments name theirs in a form of their own.
     *
     * @param value any text
     * @return empty when no contract can have this name
     */
    static Optional<ContractId> find(String value) {
        return FORM.matcher(value).matches() ? Optional.of(new ContractId(value)) : Optional.empty();
    }

    /**
     * The bare value.
     *
     * @return {@link #value()}
     */
    @Override
    public String toString() {
        return value;
    }
}
