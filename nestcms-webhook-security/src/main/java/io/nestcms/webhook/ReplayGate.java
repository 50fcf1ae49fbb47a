package io.nestcms.webhook;

import org.jspecify.annotations.Nullable;

/** Runs a handler between the two phases of a replay guard. */
final class ReplayGate {
    private final @Nullable ReplayGuard guard;
    private final GuardFailurePolicy policy;
    private final Announcer announcer;

    ReplayGate(@Nullable ReplayGuard guard, GuardFailurePolicy policy, Announcer announcer) {
        this.guard = guard;
        this.policy = policy;
        this.announcer = announcer;
    }

    <X extends Exception> Delivery run(VerifiedWebhook webhook, WebhookHandler<X> handler) throws X {
        if (guard == null) {
            return new Delivery.Handled(webhook, handler.handle(webhook));
        }
        ReplayClaim claim;
        try {
            claim = guard.claim(webhook.digest());
        } catch (Throwable e) {
            announcer.broken("the replay guard could not be asked", e);
            return withoutGuard(webhook, handler);
        }
        if (claim instanceof ReplayClaim.Granted granted) {
            return guarded(guard, granted, webhook, handler);
        }
        return new Delivery.Repeated(
                webhook, claim instanceof ReplayClaim.Done ? WebhookAnswer.ACCEPTED : WebhookAnswer.RETRY_LATER);
    }

    private <X extends Exception> Delivery withoutGuard(VerifiedWebhook webhook, WebhookHandler<X> handler) throws X {
        return policy == GuardFailurePolicy.PROCEED
                ? new Delivery.Handled(webhook, handler.handle(webhook))
                : new Delivery.Refused(
                        Refusal.of(Refusal.Reason.REPLAY_GUARD_UNAVAILABLE, "the replay guard could not be asked"));
    }

    private <X extends Exception> Delivery guarded(
            ReplayGuard asked, ReplayClaim.Granted claim, VerifiedWebhook webhook, WebhookHandler<X> handler) throws X {
        boolean done = false;
        try {
            WebhookAnswer answer = handler.handle(webhook);
            done = answer == WebhookAnswer.ACCEPTED;
            return new Delivery.Handled(webhook, answer);
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
