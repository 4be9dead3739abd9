package dev.mainstay.server.cli;

import dev.mainstay.config.Durations;
import org.jspecify.annotations.Nullable;

/// A duration as a person types it, `5m` or `PT5M`, and as the API takes it. Stateless.
final class GivenDuration {
    private GivenDuration() {}

    static @Nullable String ofNullable(String option, @Nullable String text) {
        return text == null ? null : of(option, text);
    }

    /// @param option as it was typed, to be named where its value is no duration
    static String of(String option, String text) {
        try {
            return Durations.parse(text).toString();
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, option + ": " + e.getMessage());
        }
    }
}
