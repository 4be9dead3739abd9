package dev.mainstay.server.cli;

import dev.mainstay.config.Durations;
import java.time.Duration;
import java.time.Instant;

/// How far back, as a person says it and as the API takes it. Stateless.
final class Since {
    private Since() {}

    /// `24h` becomes `-PT24H`; a moment such as `2026-01-31T12:00:00Z` stays.
    static String parameter(String since) {
        return parameter("--since", since);
    }

    /// The same of another option.
    static String parameter(String option, String since) {
        if (since.contains("T") && since.contains(":")) {
            return since;
        }
        try {
            return "-" + Durations.parse(since);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, option + ": " + e.getMessage());
        }
    }

    /// What [#parameter] gave, as the moment it is.
    static String moment(String parameter, Instant now) {
        return parameter.startsWith("-P") ? now.plus(Duration.parse(parameter)).toString() : parameter;
    }
}
