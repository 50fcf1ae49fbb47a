package io.nestcms.subscriptions;

import io.nestcms.money.Money;
import io.nestcms.payment.CardToken;
import io.nestcms.payment.Customer;
import io.nestcms.payment.PaymentId;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A monthly charge of a saved card, and how far it has come. Immutable.
 *
 * @param id its name; 1 to 32 letters, digits or hyphens
 * @param payer the merchant's name for who pays
 * @param customer who pays
 * @param token the saved card
 * @param amount how much each month
 * @param day on which day of the month, 1 to 31; the last one where a month is shorter
 * @param zone where that day begins
 * @param next the month that is charged next
 * @param suspended whether nothing is charged until somebody resumes it
 * @param payment the payment of that month, once there is one, or {@code null}
 * @param declines how often that month was declined since it was begun or resumed
 * @param counted how many attempts of the payment are among the declines
 * @param notBefore when it may be tried again at the earliest, or {@code null}
 * @param chargedAt when the month before was charged, or {@code null}
 * @param untold what is still to be told
 * @param version counts its changes, from 0
 */
public record Subscription(
        String id,
        String payer,
        Customer customer,
        CardToken token,
        Money amount,
        int day,
        ZoneId zone,
        YearMonth next,
        boolean suspended,
        @Nullable PaymentId payment,
        int declines,
        int counted,
        @Nullable Instant notBefore,
        @Nullable Instant chargedAt,
        List<SubscriptionEvent> untold,
        long version) {
    /** Copies the list. */
    public Subscription {
        Objects.requireNonNull(token, "token");
        untold = List.copyOf(untold);
    }

    /** A subscription from a month on. */
    public static Subscription from(
            YearMonth first,
            String id,
            String payer,
            Customer customer,
            CardToken token,
            Money amount,
            int day,
            ZoneId zone) {
        return new Subscription(
                id, payer, customer, token, amount, day, zone, first, false, null, 0, 0, null, null, List.of(), 0);
    }

    /** When the next month is due. */
    Instant due() {
        return next.atDay(Math.min(day, next.lengthOfMonth()))
                .atStartOfDay(zone)
                .toInstant();
    }

    Subscription with(PaymentId started) {
        return change(next, suspended, started, declines, 0, notBefore, chargedAt, untold);
    }

    Subscription charged(Instant at) {
        List<SubscriptionEvent> told = telling(SubscriptionEvent.What.MONTH_CHARGED, 0, at);
        return change(next.plusMonths(1), false, null, 0, 0, null, at, told);
    }

    Subscription declined(int attempts, Instant again, Instant at) {
        List<SubscriptionEvent> told = telling(SubscriptionEvent.What.CHARGE_DECLINED, declines + 1, at);
        return change(next, false, payment, declines + 1, attempts, again, chargedAt, told);
    }

    Subscription suspended(int attempts, Instant at) {
        List<SubscriptionEvent> told = telling(SubscriptionEvent.What.SUSPENDED, declines + 1, at);
        return change(next, true, payment, declines + 1, attempts, null, chargedAt, told);
    }

    Subscription resumed(Instant at) {
        return change(
                next, false, payment, 0, counted, null, chargedAt, telling(SubscriptionEvent.What.RESUMED, 0, at));
    }

    Subscription told(SubscriptionEvent event) {
        List<SubscriptionEvent> left = new ArrayList<>(untold);
        left.remove(event);
        return change(next, suspended, payment, declines, counted, notBefore, chargedAt, left);
    }

    private List<SubscriptionEvent> telling(SubscriptionEvent.What what, int attempt, Instant at) {
        List<SubscriptionEvent> all = new ArrayList<>(untold);
        all.add(new SubscriptionEvent(id, next, what, attempt, at));
        return all;
    }

    private Subscription change(
            YearMonth month,
            boolean stopped,
            @Nullable PaymentId started,
            int declined,
            int attempts,
            @Nullable Instant again,
            @Nullable Instant charged,
            List<SubscriptionEvent> events) {
        return new Subscription(
                id,
                payer,
                customer,
                token,
                amount,
                day,
                zone,
                month,
                stopped,
                started,
                declined,
                attempts,
                again,
                charged,
                events,
                version + 1);
    }

    /** Nobody's name and no token. */
    @Override
    public String toString() {
        return "Subscription[" + id + " " + next + " v" + version + "]";
    }
}
