package io.nestcms.cms.contract;

import io.nestcms.cms.text.Texts;
import io.nestcms.failure.InvalidInputException;
import java.util.Objects;

/**
 * Who does the work, and for which share of what it earns.
 *
 * @param employeeId the employee; 1 to 64 characters
 * @param share in hundredths of a percent, 1 to 10,000
 * @since 0.1
 */
public record Worker(String employeeId, int share) {
    /**
     * Checks both.
     *
     * @param employeeId the employee
     * @param share in hundredths of a percent
     * @throws InvalidInputException if either is out of range
     */
    public Worker {
        Objects.requireNonNull(employeeId, "employeeId");
        Texts.line("employeeId", employeeId, 64);
        if (share < 1 || share > 10_000) {
            throw new InvalidInputException("share", "is " + share, "1 to 10000 hundredths of a percent");
        }
    }
}
