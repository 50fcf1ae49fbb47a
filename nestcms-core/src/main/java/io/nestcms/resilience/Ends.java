package io.nestcms.resilience;

import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Listens to the end of a stage. Not by {@code whenComplete}: that one hands the failure on in a wrapper, and to make the
 * wrapper it asks the failure for its message, which may throw.
 */
final class Ends {
    private Ends() {}

    static <T extends @Nullable Object> void of(
            CompletionStage<T> stage, BiConsumer<? super T, ? super @Nullable Throwable> listener) {
        stage.handle((value, failure) -> {
            listener.accept(value, failure);
            return null;
        });
    }
}
