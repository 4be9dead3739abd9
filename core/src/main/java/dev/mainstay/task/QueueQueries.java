package dev.mainstay.task;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.OrganizationDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads how the queues of an organization stand. Stateless and thread-safe.
public final class QueueQueries {
    private static final String LANES = """
            SELECT queue.name, queue.paused, queue.paused_reason, queue.paused_by, queue.paused_at,
                bound.concurrency, bound.rate, bound.rate_seconds, lane.lane_id, lane.type,
                ARRAY(SELECT worker.name FROM task_workers_present(:organization) AS worker
                    WHERE lane.type = ANY (worker.types) AND (worker.queues = '{}' OR lane.queue = ANY (worker.queues))
                    ORDER BY worker.name) AS workers, clock_timestamp() AS now
            FROM queues queue
            LEFT JOIN task_limits bound ON bound.organization_id = :organization AND bound.queue = queue.name
            LEFT JOIN task_lanes lane ON lane.organization_id = :organization AND lane.queue = queue.name
            WHERE queue.organization_id = :organization
            ORDER BY queue.name, lane.type
            """;

    private QueueQueries() {}

    /// Whether something was ever enqueued in a queue of this name.
    public static boolean exists(OrganizationDatabase database, String name) {
        return database.find(
                        "SELECT name FROM queues WHERE organization_id = :organization AND name = :name",
                        Map.of("organization", database.organization(), "name", name),
                        (row, context) -> row.getString("name"))
                .isPresent();
    }

    /// What all queues together may use; empty without limits.
    public static Optional<QueueView.Limits> limitsOfAll(OrganizationDatabase database) {
        return database.find(
                "SELECT concurrency, rate, rate_seconds FROM task_limits"
                        + " WHERE organization_id = :organization AND queue = :queue",
                Map.of("organization", database.organization(), "queue", QueueLimit.ALL_QUEUES),
                (row, context) -> limits(row));
    }

    private record Lane(QueueView queue, int id, QueueView.Type type, Instant now) {}

    /// All queues, by name. Costs more the more tasks are open, so whoever asks again and again keeps it for a while.
    public static List<QueueView> all(OrganizationDatabase database) {
        QueueCounts counts = QueueCounts.read(database);
        Throughput throughput = Throughput.read(database);
        Map<String, List<Lane>> byQueue = new LinkedHashMap<>();
        database.list(LANES, Map.of("organization", database.organization()), (row, context) -> lane(row))
                .forEach(lane -> byQueue.computeIfAbsent(lane.queue().name(), name -> new ArrayList<>())
                        .add(lane));
        return byQueue.values().stream()
                .map(lanes -> view(lanes, counts, throughput))
                .toList();
    }

    private static Lane lane(ResultSet row) throws SQLException {
        String type = row.getString("type");
        QueueView bare = new QueueView(
                row.getString("name"),
                row.getBoolean("paused"),
                row.getString("paused_reason"),
                row.getString("paused_by"),
                Columns.nullableInstant(row, "paused_at"),
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                null,
                limits(row),
                List.of());
        return new Lane(
                bare,
                row.getInt("lane_id"),
                new QueueView.Type(type == null ? "" : type, Columns.texts(row, "workers")),
                Columns.instant(row, "now"));
    }

    private static QueueView.@Nullable Limits limits(ResultSet row) throws SQLException {
        Integer concurrency = row.getObject("concurrency", Integer.class);
        Integer rate = row.getObject("rate", Integer.class);
        if (concurrency == null && rate == null) {
            return null;
        }
        long millis = Math.round(row.getDouble("rate_seconds") * 1_000);
        return new QueueView.Limits(concurrency, rate, Duration.ofMillis(millis).toString());
    }

    private static QueueView view(List<Lane> lanes, QueueCounts counts, Throughput throughput) {
        QueueView bare = lanes.getFirst().queue();
        List<QueueView.Type> types = lanes.stream()
                .map(Lane::type)
                .filter(type -> !type.type().isEmpty())
                .toList();
        long ready = claimable(lanes, counts, true);
        long ended = throughput.ended(bare.name());
        return new QueueView(
                bare.name(),
                bare.paused(),
                bare.pauseReason(),
                bare.pausedBy(),
                bare.pausedAt(),
                ready,
                claimable(lanes, counts, false),
                sum(lanes, counts, "running"),
                sum(lanes, counts, "delayed"),
                sum(lanes, counts, "blocked"),
                sum(lanes, counts, "waiting"),
                sum(lanes, counts, "dead"),
                ended,
                throughput.failed(bare.name()),
                eta(lanes.getFirst().now(), ready, ended),
                bare.limits(),
                types);
    }

    private static @Nullable Instant eta(Instant now, long ready, long endedPerMinute) {
        return ready == 0 || endedPerMinute == 0 ? null : now.plusSeconds(Math.ceilDiv(ready * 60, endedPerMinute));
    }

    private static long claimable(List<Lane> lanes, QueueCounts counts, boolean isServed) {
        return lanes.stream()
                .filter(lane -> lane.type().workers().isEmpty() != isServed)
                .mapToLong(lane -> counts.of(lane.id(), "ready"))
                .sum();
    }

    private static long sum(List<Lane> lanes, QueueCounts counts, String place) {
        return lanes.stream().mapToLong(lane -> counts.of(lane.id(), place)).sum();
    }
}
