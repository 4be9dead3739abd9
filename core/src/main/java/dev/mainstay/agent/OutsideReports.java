package dev.mainstay.agent;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.agent.OutsideReport.MetricPoint;
import dev.mainstay.agent.OutsideReport.Told;
import dev.mainstay.telemetry.Metric;
import dev.mainstay.telemetry.MetricStore;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// What agents that run outside tell of themselves; each method belongs to its caller's transaction. Stateless.
final class OutsideReports {
    /// When the agent says it was belongs to the history; that it lives is known by when its call came.
    private static final String BEAT = """
            WITH beaten AS (
                UPDATE agent_leases
                SET beat_at = clock_timestamp(),
                    sequence = :sequence,
                    phase = :phase,
                    ticks = ticks + :ticks,
                    failures = failures + :failures,
                    items = items + least(:items, 9223372036854775807 - items),
                    last_duration_ms = CASE WHEN :ticks > 0 THEN greatest(:longest, :busy / :ticks)
                        ELSE last_duration_ms END,
                    last_error = CASE WHEN :error::text IS NOT NULL THEN :error
                        WHEN :ticks > :failures THEN NULL
                        ELSE last_error END
                WHERE organization_id = :organization AND agent_id = :id
                RETURNING beat_at, fence)
            INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                items, busy_ms, max_ms, late_ms, abandoned)
            SELECT :organization, :id, coalesce(:at, beat_at), fence, :sequence, :phase, :ticks, :failures,
                :items, :busy, :longest, 0, 0
            FROM beaten
            """;

    private static final String EVENTS = """
            INSERT INTO system_events (organization_id, at, type, severity, agent_id, cause, detail)
            SELECT :organization::uuid, coalesce(at::timestamptz, clock_timestamp()), type, severity, :id, cause,
                detail::jsonb
            FROM unnest(:times, :types, :severities, :causes, :details)
                AS told (at, type, severity, cause, detail)
            """;

    void beat(Handle handle, UUID organization, String id, OutsideReport report, long sequence) {
        handle.createUpdate(BEAT)
                .bind("organization", organization)
                .bind("id", id)
                .bind("at", utc(report.at()))
                .bind("sequence", sequence)
                .bind("phase", report.phase().word())
                .bind("ticks", report.counts().ticks())
                .bind("failures", report.counts().failures())
                .bind("items", report.counts().items())
                .bind("busy", report.counts().busyMs())
                .bind("longest", report.counts().maxMs())
                .bind("error", report.lastError())
                .execute();
    }

    private static @Nullable OffsetDateTime utc(@Nullable Instant at) {
        return at == null ? null : at.atOffset(ZoneOffset.UTC);
    }

    /// `now` is when those were measured that do not say so themselves.
    void metrics(Handle handle, UUID organization, String id, List<MetricPoint> metrics, Instant now) {
        MetricStore.store(
                handle,
                column(
                        metrics,
                        point -> new Metric(
                                organization,
                                id,
                                point.name(),
                                point.labels(),
                                point.unit(),
                                Objects.requireNonNullElse(point.at(), now),
                                point.value())));
    }

    void events(Handle handle, UUID organization, String id, List<Told> events) {
        if (events.isEmpty()) {
            return;
        }
        handle.createUpdate(EVENTS)
                .bind("organization", organization)
                .bind("id", id)
                .bindArray("times", String.class, column(events, told -> text(told.at())))
                .bindArray("types", String.class, column(events, Told::type))
                .bindArray(
                        "severities",
                        String.class,
                        column(events, told -> told.severity().word()))
                .bindArray("causes", String.class, column(events, Told::cause))
                .bindArray("details", String.class, column(events, Told::detail))
                .execute();
    }

    private static @Nullable String text(@Nullable Instant at) {
        return Objects.toString(at, null);
    }
}
