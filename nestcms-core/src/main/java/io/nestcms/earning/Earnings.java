package io.nestcms.earning;

import io.nestcms.contract.Contract;
import io.nestcms.contract.Worker;
import io.nestcms.failure.InvalidInputException;
import io.nestcms.money.Money;
import java.math.BigInteger;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
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
    private static final BigInteger WHOLE = BigInteger.valueOf(10_000);
    /** Minor units that can be multiplied by a share without a wider number. */
    private static final long SMALL = Long.MAX_VALUE / 10_000;

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
     * @throws InvalidInputException if the months are out of range
     */
    public List<Earning> of(EarningGroup group, YearMonth from, YearMonth to) {
        if (to.isBefore(from) || from.until(to, ChronoUnit.MONTHS) >= MOST_MONTHS) {
            throw new InvalidInputException("to", "is " + to, "from " + from + " up to ten years on");
        }
        Map<Key, Earning> sums = new HashMap<>();
        for (Turnover turnover : store.turnover(from, to)) {
            for (Earning earning : split(group, turnover)) {
                Key key = new Key(
                        earning.earner(), earning.month(), earning.taken().currency());
                sums.merge(key, earning, Earning::plus);
            }
        }
        return sums.values().stream()
                .sorted(Comparator.comparing(Earning::earner)
                        .thenComparing(Earning::month)
                        .thenComparing(earning -> earning.taken().currencyCode()))
                .toList();
    }

    private static List<Earning> split(EarningGroup group, Turnover turnover) {
        Contract contract = turnover.contract();
        Money net = turnover.taken().minus(turnover.refunded());
        Money commission = part(net, contract.terms().commission());
        String whole = group == EarningGroup.PROJECT
                ? contract.terms().projectId()
                : contract.terms().organisationId();
        if (group != EarningGroup.EMPLOYEE) {
            return whole == null
                    ? List.of()
                    : List.of(new Earning(whole, turnover.month(), turnover.taken(), turnover.refunded(), commission));
        }
        List<Worker> workers = contract.terms().workers();
        List<Money> taken = shares(turnover.taken(), workers);
        List<Money> refunded = shares(turnover.refunded(), workers);
        List<Money> kept = shares(commission, workers);
        List<Earning> earnings = new ArrayList<>();
        for (int n = 0; n < workers.size(); n++) {
            earnings.add(new Earning(
                    workers.get(n).employeeId(), turnover.month(), taken.get(n), refunded.get(n), kept.get(n)));
        }
        return earnings;
    }

    /** A part in hundredths of a percent, cut towards zero. */
    private static Money part(Money money, int share) {
        long minor = money.minorUnits();
        if (minor <= SMALL && minor >= -SMALL) {
            return Money.ofMinorUnits(minor * share / WHOLE.intValue(), money.currency());
        }
        BigInteger units =
                BigInteger.valueOf(minor).multiply(BigInteger.valueOf(share)).divide(WHOLE);
        return Money.ofMinorUnits(units.longValueExact(), money.currency());
    }

    private static List<Money> shares(Money money, List<Worker> workers) {
        List<Money> parts = new ArrayList<>();
        Money left = money;
        for (Worker worker : workers) {
            Money part = part(money, worker.share());
            parts.add(part);
            left = left.minus(part);
        }
        Money unit = Money.ofMinorUnits(left.amount().signum(), money.currency());
        for (int n = 0; left.amount().signum() != 0; n++) {
            parts.set(n, parts.get(n).plus(unit));
            left = left.minus(unit);
        }
        return parts;
    }
}
