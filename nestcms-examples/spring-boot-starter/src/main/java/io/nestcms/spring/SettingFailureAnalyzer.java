package io.nestcms.spring;

import io.nestcms.failure.InvalidInputException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says in words which setting stopped the start. */
final class SettingFailureAnalyzer extends AbstractFailureAnalyzer<InvalidInputException> {
    @Override
    protected @Nullable FailureAnalysis analyze(Throwable root, InvalidInputException cause) {
        return new FailureAnalysis(
                "The setting " + cause.field() + " " + cause.problem() + ".",
                "Set " + cause.field() + ": " + cause.rule() + ".",
                cause);
    }
}
