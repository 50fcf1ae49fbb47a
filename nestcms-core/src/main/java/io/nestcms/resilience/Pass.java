package io.nestcms.resilience;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The leave to make one call that may be ended by two threads at once: by its end and by who gives it up. Counts once. */
final class Pass {
    private final Circuit circuit;
    private final Admission admission;
    private final long begun;
    private final AtomicBoolean left = new AtomicBoolean();

    private Pass(Circuit circuit, Admission admission, long begun) {
        this.circuit = circuit;
        this.admission = admission;
        this.begun = begun;
    }

    /** Leave to make one call, or {@code null} when it is rejected. */
    static @Nullable Pass into(Circuit circuit) {
        Admission admission = circuit.admit();
        return admission == null ? null : new Pass(circuit, admission, circuit.begin(admission));
    }

    void leave(Verdict verdict) {
        if (left.compareAndSet(false, true)) {
            circuit.settle(admission, begun, verdict.outcome(), verdict.retryAfterNanos());
        }
    }
}
