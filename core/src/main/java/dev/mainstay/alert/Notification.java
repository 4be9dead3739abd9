package dev.mainstay.alert;

import dev.mainstay.telemetry.Severity;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/// What a notifier is given. Immutable and thread-safe.
///
/// @param id stays the same over all tries, so that a receiver can leave out what it has
/// @param group alerts with the same one are told together
/// @param total how many alerts it is about; of what fires, `alerts` are the gravest twenty, else all of them
public record Notification(
        UUID organization,
        UUID id,
        Kind kind,
        Severity severity,
        String group,
        Instant createdAt,
        int attempt,
        int total,
        List<Alert> alerts) {
    public static final int MOST_ALERTS = 20;

    /// Why it is sent.
    public enum Kind {
        FIRING,
        ACKNOWLEDGED,
        RESOLVED,
        ESCALATED,
        TEST;

        private final String word = name().toLowerCase(Locale.ROOT);

        public String word() {
            return word;
        }

        static Kind of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    public Notification {
        alerts = List.copyOf(alerts);
    }

    /// One that tries whether a notifier works.
    public static Notification test(UUID organization, UUID id, Instant now) {
        return new Notification(organization, id, Kind.TEST, Severity.INFO, "test", now, 1, 0, List.of());
    }

    /// One line, for notifiers that have no more room.
    public String title() {
        String what = kind == Kind.TEST
                ? "Test notification"
                : total == 1 && !alerts.isEmpty() ? subject(alerts.getFirst()) : total + " alerts of " + group;
        return "[" + severity.word() + (kind == Kind.FIRING ? "" : ", " + kind.word()) + "] " + what;
    }

    private static String subject(Alert alert) {
        return alert.rule() + ": " + alert.subject();
    }
}
