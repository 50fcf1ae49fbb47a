package io.nestcms.subscriptions;

import java.time.Instant;
import java.time.YearMonth;

/**
 * What happened to a subscription. Kept with it until it was told, so each is told at least once, after a restart too.
 *
 * @param subscription which
 * @param month the month that it is about
 * @param what what happened
 * @param attempt the how manieth decline of that month, or 0
 * @param at by the schedule's clock
 */
public record SubscriptionEvent(String subscription, YearMonth month, What what, int attempt, Instant at) {
    /** What happened. */
    public enum What {
        /** The month is paid. */
        MONTH_CHARGED,
        /** The card was declined or may not be charged; it is tried again later. */
        CHARGE_DECLINED,
        /** Declined for the last time: nothing is charged until somebody resumes it. */
        SUSPENDED,
        /** Somebody has resumed it. */
        RESUMED
    }
}
