package io.nestcms.payment.service;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Reconciler} did since it was made.
 *
 * @param runs how often it looked for payments that are due
 * @param moved how many checks gave a payment another status
 * @param unchanged how many checks did not; those payments are due again later
 * @param failed how many checks could not be made because something was broken; those payments stay due
 * @param lastRunAt when it last looked, or {@code null} while it never did
 * @since 0.1
 */
public record ReconcilerSnapshot(
        long runs,
        long moved,
        long unchanged,
        long failed,
        @Nullable Instant lastRunAt) {

    ReconcilerSnapshot plus(Reconciler.Run run, Instant at) {
        return new ReconcilerSnapshot(
                runs + 1, moved + run.moved(), unchanged + run.checked() - run.moved(), failed + run.failed(), at);
    }
}
