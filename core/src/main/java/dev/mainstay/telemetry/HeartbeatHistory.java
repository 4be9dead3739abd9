package dev.mainstay.telemetry;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.postgres.CopyRows;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.postgresql.PGConnection;

/// Appends heartbeats to `agent_heartbeats`: by COPY straight into the partition of their day, by INSERT where that day
/// has none. Used by one thread.
public final class HeartbeatHistory {
    private static final String INSERT = """
            INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                items, busy_ms, max_ms, late_ms, abandoned)
            SELECT organization_id, agent_id, to_timestamp(micros / 1e6), fence, sequence, phase, ticks, failures,
                items, busy_ms, max_ms, late_ms, abandoned
            FROM unnest(:organizations, :agents, :micros, :fences, :sequences, :phases, :ticks, :failures,
                    :items, :busy, :longest, :late, :abandoned)
                AS beat (organization_id, agent_id, micros, fence, sequence, phase, ticks, failures,
                    items, busy_ms, max_ms, late_ms, abandoned)
            """;

    private static final String[] COLUMNS = {
        "organization_id",
        "agent_id",
        "at",
        "fence",
        "sequence",
        "phase",
        "ticks",
        "failures",
        "items",
        "busy_ms",
        "max_ms",
        "late_ms",
        "abandoned"
    };

    /// Neighbours in the index are written one after the other, so that each of its pages is looked for once.
    private static final Comparator<Heartbeat> AS_INDEXED = Comparator.comparing(
                    (Heartbeat beat) -> beat.agent().organization())
            .thenComparing(beat -> beat.agent().id());

    private final DayPartitions partitions = new DayPartitions("agent_heartbeats");

    /// `beats` have been taken by their leases in the same transaction.
    public void append(Handle handle, List<Heartbeat> beats) {
        List<Heartbeat> sorted = beats.stream().sorted(AS_INDEXED).toList();
        Map<Long, int[]> byDay = DayPartitions.byDay(
                sorted.size(), number -> Telemetry.micros(sorted.get(number).at()));
        byDay.forEach((day, numbers) -> {
            String partition = partitions.name(day);
            List<Heartbeat> ofDay = byDay.size() == 1
                    ? sorted
                    : IntStream.of(numbers).mapToObj(sorted::get).toList();
            if (partitions.exists(handle, partition)) {
                copy(handle, partition, ofDay);
            } else {
                insert(handle, ofDay);
            }
        });
    }

    /// Forgets which partitions there are; one may have been dropped.
    void forget() {
        partitions.forget();
    }

    private static void copy(Handle handle, String partition, List<Heartbeat> beats) {
        CopyRows rows = new CopyRows(partition, COLUMNS);
        for (Heartbeat beat : beats) {
            TickCounts since = beat.since();
            rows.row()
                    .uuid(beat.agent().organization())
                    .text(beat.agent().id())
                    .timestamptz(Telemetry.micros(beat.at()))
                    .bigint(beat.fence())
                    .bigint(beat.sequence())
                    .text(beat.phase().word())
                    .int4(since.ticks())
                    .int4(since.failures())
                    .bigint(since.items())
                    .float8(since.busyMillis())
                    .float8(since.maxMillis())
                    .float8(since.lateMillis())
                    .int4(since.abandoned());
        }
        try {
            rows.flushTo(handle.getConnection().unwrap(PGConnection.class));
        } catch (SQLException e) {
            throw new UnableToExecuteStatementException(e, null);
        }
    }

    private static void insert(Handle handle, List<Heartbeat> beats) {
        handle.createUpdate(INSERT)
                .bindArray(
                        "organizations",
                        UUID.class,
                        column(beats, beat -> beat.agent().organization()))
                .bindArray(
                        "agents",
                        String.class,
                        column(beats, beat -> beat.agent().id()))
                .bindArray("micros", Long.class, column(beats, beat -> Telemetry.micros(beat.at())))
                .bindArray("fences", Long.class, column(beats, Heartbeat::fence))
                .bindArray("sequences", Long.class, column(beats, Heartbeat::sequence))
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
                .execute();
    }
}
