package dev.mainstay.alert.notify;

import dev.mainstay.alert.Alert;
import dev.mainstay.alert.AlertState;
import dev.mainstay.alert.Notification;
import dev.mainstay.config.Secret;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.telemetry.Severity;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Notifications as the engine makes them. Stateless and thread-safe.
public final class Samples {
    public static final UUID ID = UUID.fromString("019a9f5e-7c10-7cc3-98a4-0f2d6f0e4a11");
    private static final Instant AT = Instant.parse("2026-11-20T11:42:08Z");

    private Samples() {}

    public static Notification firing(String... summaries) {
        return of(Notification.Kind.FIRING, AlertState.FIRING, summaries);
    }

    public static Notification of(Notification.Kind kind, AlertState state, String... summaries) {
        List<Alert> alerts = List.of(summaries).stream()
                .map(summary -> alert(state, "price-sync", summary))
                .toList();
        return of(Organizations.DEFAULT, kind, alerts);
    }

    /// That an agent of the organization is silent.
    static Notification of(UUID organization, String agent) {
        return of(organization, Notification.Kind.FIRING, List.of(alert(AlertState.FIRING, agent, "silent")));
    }

    /// That all is well with these agents.
    static Notification resolved(List<String> agents) {
        return of(
                Organizations.DEFAULT,
                Notification.Kind.RESOLVED,
                agents.stream()
                        .map(agent -> alert(AlertState.RESOLVED, agent, "silent"))
                        .toList());
    }

    private static Notification of(UUID organization, Notification.Kind kind, List<Alert> alerts) {
        return new Notification(
                organization, ID, kind, Severity.CRITICAL, "heartbeat-missed", AT, 1, alerts.size(), alerts);
    }

    private static Alert alert(AlertState state, String agent, String summary) {
        return new Alert(
                ID,
                "heartbeat-missed|" + agent + "||{}",
                "heartbeat-missed",
                Severity.CRITICAL,
                state,
                agent,
                "node-a",
                "{}",
                summary,
                9.0,
                "{\"table\": \"agent_suspicions\"}",
                "https://runbooks.example.org/silent",
                AT.minusSeconds(7),
                AT,
                AT,
                null,
                null,
                null,
                state == AlertState.RESOLVED ? AT : null,
                null,
                1,
                false,
                null,
                null,
                0);
    }

    public static Secret secret(String value) {
        return Secret.of("env:SECRET", Map.of("SECRET", value));
    }
}
