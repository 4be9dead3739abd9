package dev.mainstay.agent;

import dev.mainstay.telemetry.AgentPhase;
import dev.mainstay.telemetry.Severity;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One call of an agent that runs outside: its heartbeat with the counts since the one before, metrics and events.
/// Immutable; a time that is null is that of the database.
///
/// @param sequence null takes the next one; one that was stored already marks a repeated call
/// @param mode what the agent does now of what may be desired
public record OutsideReport(
        long fence,
        UUID token,
        @Nullable Instant at,
        @Nullable Long sequence,
        DesiredState mode,
        AgentPhase phase,
        Counts counts,
        @Nullable String lastError,
        List<MetricPoint> metrics,
        List<Told> events) {

    /// What happened since the heartbeat before.
    public record Counts(int ticks, int failures, long items, double busyMs, double maxMs) {}

    public record MetricPoint(
            String name, double value, @Nullable Instant at, String unit, Map<String, String> labels) {}

    /// An event it tells of.
    ///
    /// @param detail JSON text of an object
    public record Told(
            String type, Severity severity, @Nullable Instant at, String cause, String detail) {}
}
