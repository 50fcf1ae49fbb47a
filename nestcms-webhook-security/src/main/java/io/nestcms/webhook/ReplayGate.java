package io.nestcms.webhook;

import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Runs a handler between the two phases of a replay guard. */
final class ReplayGate {
    /** How many wait at a time for the end of an equal delivery. */
    static final int MOST_WAITING = 64;

    private static final long FIRST_WAIT = 10_000_000;
    private static final long LONGEST_WAIT = 200_000_000;

    private final @Nullable ReplayGuard guard;
    private final GuardFailurePolicy policy;
    private final Patience patience;
    private final Announcer announcer;
    private final Semaphore waiting = new Semaphore(MOST_WAITING);

    ReplayGate(@Nullable ReplayGuard guard, GuardFailurePolicy policy, Patience patience, Announcer announcer) {
        this.guard = guard;
        this.policy = policy;
        this.patience = patience;
        this.announcer = announcer;
    }

    /** How long the end of an equal delivery is waited for, in nanoseconds. */
    record Patience(long longest, LongSupplier ticker, Pause pause) {}

    /** Waits so many nanoseconds. */
    @FunctionalInterface
    interface Pause {
        void pause(long nanos) throws InterruptedException;
    }

    <X extends Exception> Delivery run(VerifiedWebhook webhook, WebhookHandler<X> handler) throws X {
        if (guard == null) {
            return handled(webhook, handler);
        }
        ReplayClaim claim;
        try {
            claim = claimed(guard, webhook.digest());
        } catch (Throwable e) {
            announcer.broken("the replay guard could not be asked", e);
            return withoutGuard(webhook, handler);
        }
        if (claim instanceof ReplayClaim.Granted granted) {
            return guarded(guard, granted, webhook, handler);
        }
        announcer.repeated(webhook);
        return new Delivery.Repeated(
                webhook, claim instanceof ReplayClaim.Done ? WebhookAnswer.ACCEPTED : WebhookAnswer.RETRY_LATER);
    }

    private ReplayClaim claimed(ReplayGuard asked, String key) {
        ReplayClaim claim = asked.claim(key);
        if (!(claim instanceof ReplayClaim.InProgress) || patience.longest() == 0 || !waiting.tryAcquire()) {
            return claim;
        }
        try {
            long end = patience.ticker().getAsLong() + patience.longest();
            long wait = FIRST_WAIT;
            long left = patience.longest();
            while (claim instanceof ReplayClaim.InProgress && left > 0) {
                patience.pause().pause(Math.min(wait, left));
                wait = Math.min(2 * wait, LONGEST_WAIT);
                claim = asked.claim(key);
                left = end - patience.ticker().getAsLong();
            }
            return claim;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return claim;
        } finally {
            waiting.release();
        }
    }

    private <X extends Exception> Delivery.Handled handled(VerifiedWebhook webhook, WebhookHandler<X> handler)
            throws X {
        announcer.validated(webhook);
        return new Delivery.Handled(webhook, handler.handle(webhook));
    }

    private <X extends Exception> Delivery withoutGuard(VerifiedWebhook webhook, WebhookHandler<X> handler) throws X {
        if (policy == GuardFailurePolicy.PROCEED) {
            return handled(webhook, handler);
        }
        announcer.validated(webhook);
        return new Delivery.Refused(
                Refusal.of(Refusal.Reason.REPLAY_GUARD_UNAVAILABLE, "the replay guard could not be asked"));
    }

    private <X extends Exception> Delivery guarded(
            ReplayGuard asked, ReplayClaim.Granted claim, VerifiedWebhook webhook, WebhookHandler<X> handler) throws X {
        boolean done = false;
        try {
            Delivery.Handled handled = handled(webhook, handler);
            done = handled.answer() == WebhookAnswer.ACCEPTED;
            return handled;
        } finally {
            settle(asked, claim, done);
        }
    }

    private void settle(ReplayGuard asked, ReplayClaim.Granted claim, boolean done) {
        try {
            if (done) {
                asked.commit(claim);
            } else {
                asked.release(claim);
            }
        } catch (Throwable e) {
            // the handler has done its work or has failed; either way the claim runs out by itself
            announcer.broken("the replay guard could not be told how a delivery ended", e);
        }
    }
}
