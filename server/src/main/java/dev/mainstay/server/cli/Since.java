package dev.mainstay.server.cli;

import dev.mainstay.config.Durations;

/// How far back, as a person says it and as the API takes it. Stateless.
final class Since {
    private Since() {}

    /// `24h` becomes `-PT24H`; a moment such as `2026-01-31T12:00:00Z` stays.
    static String parameter(String since) {
        if (since.contains("T") && since.contains(":")) {
            return since;
        }
        try {
            return "-" + Durations.parse(since);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, "--since: " + e.getMessage());
        }
    }
}
