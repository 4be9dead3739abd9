package dev.mainstay.alert;

import dev.mainstay.config.Durations;
import dev.mainstay.telemetry.Severity;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/// What is worth an alert. Immutable, thread-safe, and valid by construction.
///
/// @param hold how long the condition must hold before the alert fires
/// @param inhibits rules whose alerts need not be told while one of this rule fires on the same agent or node, or on no
///     agent at all
/// @param notifiers names of those to tell; none for those the routes give
/// @param runbook where it says what to do
public record AlertRule(
        String name,
        Severity severity,
        Condition condition,
        Duration hold,
        AlertScope scope,
        List<String> inhibits,
        List<String> notifiers,
        Optional<String> summary,
        Optional<String> runbook) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");
    private static final Duration LONGEST_HOLD = Duration.ofDays(7);

    public AlertRule {
        inhibits = List.copyOf(inhibits);
        notifiers = List.copyOf(notifiers);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "name must be 1 to 128 of a-z 0-9 . _ - and begin with a letter or digit, was '" + name + "'");
        }
        if (hold.isNegative() || hold.compareTo(LONGEST_HOLD) > 0) {
            throw new IllegalArgumentException("hold must be from 0s to 7d, was " + Durations.format(hold));
        }
        if (inhibits.contains(name)) {
            throw new IllegalArgumentException("inhibits must not name the rule itself, was " + inhibits);
        }
    }

    public static AlertRule of(String name, Severity severity, Condition condition) {
        return new AlertRule(
                name,
                severity,
                condition,
                Duration.ZERO,
                AlertScope.ALL,
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    public AlertRule holding(Duration time) {
        return new AlertRule(name, severity, condition, time, scope, inhibits, notifiers, summary, runbook);
    }

    public AlertRule inhibiting(String... rules) {
        return new AlertRule(name, severity, condition, hold, scope, List.of(rules), notifiers, summary, runbook);
    }

    public AlertRule about(AlertScope agents) {
        return new AlertRule(name, severity, condition, hold, agents, inhibits, notifiers, summary, runbook);
    }

    /// A rule as it stands in the database.
    ///
    /// @param source `builtin`, `code`, `file` or `api`
    public record Stored(UUID organization, AlertRule rule, String source, boolean enabled, long version) {}
}
