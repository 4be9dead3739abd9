package dev.mainstay.telemetry;

import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/// Writes heartbeats: the newest on the agent's lease and one row of history, both only while the fence holds.
final class HeartbeatStore {
    private static final String STORE = """
            WITH beat AS (
                SELECT *
                FROM unnest(:organizations, :agents, :fences, :sequences, :micros, :phases, :ticks, :failures,
                        :items, :busy, :longest, :late, :abandoned, :restarts, :errors)
                    AS beat (organization_id, agent_id, fence, sequence, micros, phase, ticks, failures,
                        items, busy_ms, max_ms, late_ms, abandoned, restarts, error)),
            held AS (
                UPDATE agent_leases lease
                SET beat_at = to_timestamp(beat.micros / 1e6),
                    sequence = beat.sequence,
                    phase = beat.phase,
                    ticks = lease.ticks + beat.ticks,
                    failures = lease.failures + beat.failures,
                    items = lease.items + least(beat.items, 9223372036854775807 - lease.items),
                    abandoned = lease.abandoned + beat.abandoned,
                    restarts = lease.restarts + beat.restarts,
                    last_duration_ms = CASE WHEN beat.ticks > 0 THEN beat.busy_ms / beat.ticks
                        ELSE lease.last_duration_ms END,
                    last_error = CASE WHEN beat.error <> '' THEN beat.error
                        WHEN beat.ticks > beat.failures THEN NULL
                        ELSE lease.last_error END
                FROM beat
                WHERE lease.organization_id = beat.organization_id
                    AND lease.agent_id = beat.agent_id
                    AND lease.fence = beat.fence
                RETURNING beat.*)
            INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                items, busy_ms, max_ms, late_ms, abandoned)
            SELECT organization_id, agent_id, to_timestamp(micros / 1e6), fence, sequence, phase, ticks, failures,
                items, busy_ms, max_ms, late_ms, abandoned
            FROM held
            """;

    /// `beats` names each agent once.
    int store(Handle handle, List<Heartbeat> beats) {
        return handle.createUpdate(STORE)
                .bindArray(
                        "organizations",
                        UUID.class,
                        column(beats, beat -> beat.agent().organization()))
                .bindArray(
                        "agents",
                        String.class,
                        column(beats, beat -> beat.agent().id()))
                .bindArray("fences", Long.class, column(beats, Heartbeat::fence))
                .bindArray("sequences", Long.class, column(beats, Heartbeat::sequence))
                .bindArray("micros", Long.class, column(beats, beat -> Telemetry.micros(beat.at())))
                .bindArray(
                        "phases",
                        String.class,
                        column(beats, beat -> beat.phase().word()))
                .bindArray(
                        "ticks",
                        Integer.class,
                        column(beats, beat -> beat.since().ticks()))
                .bindArray(
                        "failures",
                        Integer.class,
                        column(beats, beat -> beat.since().failures()))
                .bindArray(
                        "items", Long.class, column(beats, beat -> beat.since().items()))
                .bindArray(
                        "busy", Double.class, column(beats, beat -> beat.since().busyMillis()))
                .bindArray(
                        "longest",
                        Double.class,
                        column(beats, beat -> beat.since().maxMillis()))
                .bindArray(
                        "late", Double.class, column(beats, beat -> beat.since().lateMillis()))
                .bindArray(
                        "abandoned",
                        Integer.class,
                        column(beats, beat -> beat.since().abandoned()))
                .bindArray(
                        "restarts",
                        Integer.class,
                        column(beats, beat -> beat.since().restarts()))
                .bindArray(
                        "errors", String.class, column(beats, beat -> beat.lastError() == null ? "" : beat.lastError()))
                .execute();
    }

    private static <T> List<T> column(List<Heartbeat> beats, Function<Heartbeat, T> value) {
        return beats.stream().map(value).toList();
    }
}
