package io.nestcms.resilience;

import io.nestcms.failure.InvalidInputException;
import java.time.Duration;

/** The checks that settings share; each refusal names field, value and rule. */
final class Check {
    private Check() {}

    static int range(String field, int value, int min, int max) {
        if (value < min || value > max) {
            throw new InvalidInputException(field, "is " + value, min + " to " + max);
        }
        return value;
    }

    static double range(String field, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            throw new InvalidInputException(field, "is " + value, min + " to " + max);
        }
        return value;
    }

    static Duration range(String field, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new InvalidInputException(field, "is " + value, min + " to " + max);
        }
        return value;
    }

    static void same(String field, String value, String required) {
        if (!value.equals(required)) {
            throw new InvalidInputException(field, "is another", required + " cannot change");
        }
    }
}
