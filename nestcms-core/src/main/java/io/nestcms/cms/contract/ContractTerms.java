package io.nestcms.cms.contract;

import io.nestcms.cms.text.Texts;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is agreed. Impossible to make wrong: the instalments add up to the amount, the shares to the whole.
 *
 * <p>Immutable and safe for use by many threads.
 *
 * @param title what it is about; 1 to 200 characters
 * @param client who pays
 * @param organisationId whose business it is; 1 to 64 characters
 * @param projectId the project, 1 to 64 characters, or {@code null}
 * @param workers who does the work, each once; their shares add up to 10,000
 * @param amount how much in all; above zero
 * @param instalments 1 to 120, in order of their days; they add up to the amount
 * @param commission what the organisation keeps of what is paid, in hundredths of a percent; 0 to 10,000
 * @since 0.1
 */
public record ContractTerms(
        String title,
        Party client,
        String organisationId,
        @Nullable String projectId,
        List<Worker> workers,
        Money amount,
        List<Instalment> instalments,
        int commission) {
    /**
     * Checks every part and that they add up.
     *
     * @param title what it is about
     * @param client who pays
     * @param organisationId whose business it is
     * @param projectId the project, or {@code null}
     * @param workers who does the work
     * @param amount how much in all
     * @param instalments the parts
     * @param commission what the organisation keeps
     * @throws InvalidInputException if a part is of another form or the parts do not add up
     */
    public ContractTerms {
        Texts.line("title", title, 200);
        Objects.requireNonNull(client, "client");
        Texts.line("organisationId", organisationId, 64);
        if (projectId != null) {
            Texts.line("projectId", projectId, 64);
        }
        Objects.requireNonNull(amount, "amount");
        workers = List.copyOf(workers);
        instalments = List.copyOf(instalments);
        checkWorkers(workers);
        checkInstalments(amount, instalments);
        if (commission < 0 || commission > 10_000) {
            throw new InvalidInputException("commission", "is " + commission, "0 to 10000 hundredths of a percent");
        }
    }

    private static void checkWorkers(List<Worker> workers) {
        Set<String> names = new HashSet<>();
        int sum = 0;
        for (Worker worker : workers) {
            if (!names.add(worker.employeeId())) {
                throw new InvalidInputException("workers", "name an employee twice", "each once");
            }
            sum += worker.share();
        }
        if (sum != 10_000) {
            throw new InvalidInputException("workers", "have " + sum + " of 10000", "shares that add up to 10000");
        }
    }

    private static void checkInstalments(Money amount, List<Instalment> instalments) {
        if (instalments.isEmpty() || instalments.size() > 120) {
            throw new InvalidInputException("instalments", "are " + instalments.size(), "1 to 120");
        }
        Money sum = Money.zero(amount.currency());
        LocalDate last = LocalDate.MIN;
        for (Instalment instalment : instalments) {
            sum = sum.plus(instalment.amount());
            if (instalment.dueOn().isBefore(last)) {
                throw new InvalidInputException("instalments", "are out of order", "in order of their days");
            }
            last = instalment.dueOn();
        }
        if (!sum.equals(amount)) {
            throw new InvalidInputException("instalments", "add up to " + sum, "must add up to " + amount);
        }
    }
}
