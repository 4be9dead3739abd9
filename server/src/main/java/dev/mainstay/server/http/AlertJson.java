package dev.mainstay.server.http;

import dev.mainstay.alert.Alert;
import dev.mainstay.alert.AlertRule;
import dev.mainstay.alert.AlertRuleSettings;
import dev.mainstay.alert.Silence;
import dev.mainstay.postgres.Jsonb;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// An alert as the API answers it. Immutable and thread-safe.
record AlertJson(
        UUID id,
        String rule,
        String severity,
        String state,
        @Nullable String agent,
        @Nullable String node,
        JsonNode labels,
        String summary,
        @Nullable Double value,
        JsonNode evidence,
        @Nullable String runbook,
        Instant beganAt,
        @Nullable Instant firedAt,
        Instant seenAt,
        @Nullable Instant acknowledgedAt,
        @Nullable String acknowledgedBy,
        @Nullable String note,
        @Nullable Instant resolvedAt,
        @Nullable String resolvedBy,
        int openings,
        boolean flapping,
        boolean told,
        @Nullable UUID inhibitedBy,
        @Nullable UUID silence) {

    static AlertJson of(Alert alert) {
        return new AlertJson(
                alert.id(),
                alert.rule(),
                alert.severity().word(),
                alert.state().word(),
                alert.agent(),
                alert.node(),
                Jsonb.node(alert.labels()),
                alert.summary(),
                alert.value(),
                Jsonb.node(alert.evidence()),
                alert.runbook(),
                alert.beganAt(),
                alert.firedAt(),
                alert.seenAt(),
                alert.acknowledgedAt(),
                alert.acknowledgedBy(),
                alert.note(),
                alert.resolvedAt(),
                alert.resolvedBy(),
                alert.openings(),
                alert.flapping(),
                alert.isTold(),
                alert.inhibitedBy(),
                alert.silence());
    }

    /// A rule: its name, where it comes from, and what it says as people write it.
    ///
    /// @param problem why it cannot find anything as things stand
    record Rule(
            String name,
            String source,
            boolean enabled,
            long version,
            Map<String, Object> definition,
            @Nullable String problem) {
        static Rule of(AlertRule.Stored stored, @Nullable String problem) {
            return new Rule(
                    stored.rule().name(),
                    stored.source(),
                    stored.enabled(),
                    stored.version(),
                    AlertRuleSettings.plain(stored.rule()),
                    problem);
        }
    }

    /// A silence, or a maintenance window.
    record Quiet(
            UUID id,
            String kind,
            @Nullable String rule,
            @Nullable String agent,
            @Nullable String node,
            @Nullable String severity,
            Instant startsAt,
            Instant endsAt,
            String reason,
            String actor) {
        static Quiet of(Silence silence) {
            var severity = silence.severity();
            return new Quiet(
                    silence.id(),
                    silence.isPlanned() ? "maintenance" : "silence",
                    silence.rule(),
                    silence.agent(),
                    silence.node(),
                    severity == null ? null : severity.word(),
                    silence.startsAt(),
                    silence.endsAt(),
                    silence.reason(),
                    silence.actor());
        }
    }
}
