package io.nestcms.cms.earning;

import io.nestcms.cms.contract.ContractTerms;
import io.nestcms.cms.contract.Worker;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import java.math.BigInteger;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Tells who earned how much: the entry of this package. The commission is taken of each contract's month, cut to the minor
 * unit; shares are cut to the minor unit too, and what is left over goes to the workers in their order, one unit each. So
 * the parts always add up to the whole.
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class Earnings {
    private static final int WHOLE = 10_000;
    /** Minor units that can be multiplied by a share without a wider number. */
    private static final long SMALL = Long.MAX_VALUE / WHOLE;

    private static final long MOST_MONTHS = 120;

    private record Key(String earner, YearMonth month, Currency currency) {}

    private final TurnoverStore store;

    /**
     * Earnings over a store.
     *
     * @param store tells what moved
     */
    public Earnings(TurnoverStore store) {
        this.store = Objects.requireNonNull(store, "store");
    }

    /**
     * The earnings of some months.
     *
     * @param group for whom
     * @param from the first month
     * @param to the last month; not before the first, at most ten years on
     * @return by earner, month and currency code
     * @throws InvalidInputException if the months are out of range, or a sum is out of range for {@link Money}
     */
    public List<Earning> of(EarningGroup group, YearMonth from, YearMonth to) {
        if (to.isBefore(from) || from.until(to, ChronoUnit.MONTHS) >= MOST_MONTHS) {
            throw new InvalidInputException("to", "is " + to, "from " + from + " up to ten years on");
        }
        Map<Key, Sums> sums = new HashMap<>();
        for (Turnover turnover : store.turnover(from, to)) {
            try {
                add(turnover, group, sums);
            } catch (ArithmeticException tooMuch) {
                throw new InvalidInputException("amount", "is out of range", "a sum of less than 10^15 in size");
            }
        }
        return sums.entrySet().stream()
                .map(sum -> sum.getValue().of(sum.getKey()))
                .sorted(Comparator.comparing(Earning::earner)
                        .thenComparing(Earning::month)
                        .thenComparing(earning -> earning.taken().currencyCode()))
                .toList();
    }

    private static void add(Turnover turnover, EarningGroup group, Map<Key, Sums> sums) {
        ContractTerms terms = turnover.contract().terms();
        Currency currency = turnover.taken().currency();
        long taken = turnover.taken().minorUnits();
        long refunded = turnover.refunded().minorUnits();
        long commission = part(Math.subtractExact(taken, refunded), terms.commission());
        if (group == EarningGroup.EMPLOYEE) {
            List<Worker> workers = terms.workers();
            long[] takens = shares(taken, workers);
            long[] refundeds = shares(refunded, workers);
            long[] commissions = shares(commission, workers);
            for (int n = 0; n < workers.size(); n++) {
                sums.computeIfAbsent(
                                new Key(workers.get(n).employeeId(), turnover.month(), currency), key -> new Sums())
                        .add(takens[n], refundeds[n], commissions[n]);
            }
            return;
        }
        String whole = group == EarningGroup.PROJECT ? terms.projectId() : terms.organisationId();
        if (whole != null) {
            sums.computeIfAbsent(new Key(whole, turnover.month(), currency), key -> new Sums())
                    .add(taken, refunded, commission);
        }
    }

    /** A part in hundredths of a percent, cut towards zero. */
    private static long part(long units, int share) {
        if (units <= SMALL && units >= -SMALL) {
            return units * share / WHOLE;
        }
        return BigInteger.valueOf(units)
                .multiply(BigInteger.valueOf(share))
                .divide(BigInteger.valueOf(WHOLE))
                .longValueExact();
    }

    private static long[] shares(long units, List<Worker> workers) {
        long[] parts = new long[workers.size()];
        long left = units;
        for (int n = 0; n < parts.length; n++) {
            parts[n] = part(units, workers.get(n).share());
            left -= parts[n];
        }
        int unit = Long.signum(left);
        for (int n = 0; left != 0; n++) {
            parts[n] += unit;
            left -= unit;
        }
        return parts;
    }

    /** In minor units, so exact; that a sum is a possible amount is seen when it becomes money. */
    private static final class Sums {
        private long taken;
        private long refunded;
        private long commission;

        void add(long moreTaken, long moreRefunded, long moreCommission) {
            taken = Math.addExact(taken, moreTaken);
            refunded = Math.addExact(refunded, moreRefunded);
            commission = Math.addExact(commission, moreCommission);
        }

        Earning of(Key key) {
            return new Earning(key.earner, key.month, money(taken, key), money(refunded, key), money(commission, key));
        }

        private static Money money(long units, Key key) {
            return Money.ofMinorUnits(units, key.currency);
        }
    }
}
