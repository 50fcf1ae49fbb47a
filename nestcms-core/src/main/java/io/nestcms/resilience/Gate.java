package io.nestcms.resilience;

import dev.failsafe.Policy;
import dev.failsafe.PolicyConfig;
import dev.failsafe.spi.ExecutionResult;
import dev.failsafe.spi.PolicyExecutor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Lets an execution through or refuses it; asked before each try. */
final class Gate<R> implements Policy<R> {
    private final Supplier<@Nullable NotCalledException> check;

    Gate(Supplier<@Nullable NotCalledException> check) {
        this.check = check;
    }

    @Override
    public PolicyConfig<R> getConfig() {
        return NoListeners.config();
    }

    @Override
    public PolicyExecutor<R> toExecutor(int policyIndex) {
        return new PolicyExecutor<>(this, policyIndex) {
            @Override
            protected @Nullable ExecutionResult<R> preExecute() {
                NotCalledException refusal = check.get();
                return refusal == null ? null : ExecutionResult.exception(refusal);
            }
        };
    }
}
