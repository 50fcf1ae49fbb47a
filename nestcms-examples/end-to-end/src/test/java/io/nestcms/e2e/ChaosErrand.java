package io.nestcms.e2e;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Currency;
import java.util.List;
import java.util.Random;

/**
 * What one merchant wants, what its payer does, and what comes after.
 *
 * @param cartId the merchant's name for it
 * @param amount how much
 * @param currency of what
 * @param choice what the payer does on the page
 * @param sequel what the merchant does once it has money
 */
record ChaosErrand(String cartId, BigDecimal amount, String currency, Choice choice, Sequel sequel) {
    /** What the carts begin with whose money is only held. */
    static final String HELD = "HOLD-";

    /** What the payer does on the page. */
    enum Choice {
        PAY(60),
        PAY_WITH_PASSWORD(8),
        DECLINED(9),
        CANCEL(8),
        LEAVE(4),
        DECLINED_BUT_CHARGED(5),
        PENDING_THEN_CHARGED(4),
        PENDING_THEN_DECLINED(2);

        private final int share;

        Choice(int share) {
            this.share = share;
        }
    }

    /** What the merchant does once the payer has paid; where the money is only held, what becomes of the hold. */
    enum Sequel {
        KEEP(42, false),
        GIVE_BACK(23, false),
        LEAVE_HELD(3, true),
        VOID(8, true),
        CAPTURE(9, true),
        CAPTURE_PARTS(7, true),
        CAPTURE_AND_GIVE_BACK(8, true);

        private final int share;
        private final boolean held;

        Sequel(int share, boolean held) {
            this.share = share;
            this.held = held;
        }
    }

    /** One by chance; the seed and the number decide. */
    static ChaosErrand draw(int number, long seed) {
        // one generator for all errands' seeds: those of neighbours would draw alike
        Random random = new Random(new Random(seed + number).nextLong() ^ ((long) number << 20));
        String currency = List.of("KWD", "SAR", "USD", "JPY").get(random.nextInt(4));
        int decimals = Currency.getInstance(currency).getDefaultFractionDigits();
        BigDecimal amount = BigDecimal.valueOf(random.nextInt(1, 500_000), decimals);
        Choice choice = pick(random, Choice.values(), it -> it.share);
        Sequel sequel = pick(random, Sequel.values(), it -> it.share);
        return of(Integer.toString(number), amount, currency, choice, sequel);
    }

    static ChaosErrand of(String name, BigDecimal amount, String currency, Choice choice, Sequel sequel) {
        return new ChaosErrand((sequel.held ? HELD : "CART-") + name, amount, currency, choice, sequel);
    }

    private static <T> T pick(Random random, T[] values, java.util.function.ToIntFunction<T> share) {
        int left = random.nextInt(Arrays.stream(values).mapToInt(share).sum());
        for (T value : values) {
            left -= share.applyAsInt(value);
            if (left < 0) {
                return value;
            }
        }
        throw new IllegalStateException("the shares add up");
    }

    /** Whether the payer's approval only holds the money. */
    boolean isHeld() {
        return sequel.held;
    }
}
