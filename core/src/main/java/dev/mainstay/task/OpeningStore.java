package dev.mainstay.task;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Where something is claimable and may start at the moment, found by one look into the index for each lane and rank.
/// Thread-safe.
final class OpeningStore {
    private static final String OPENINGS = """
            WITH opening AS MATERIALIZED (
                SELECT lane.organization_id, lane.lane_id, lane.queue, lane.type, wanted.rank,
                    EXISTS (
                        SELECT FROM task_limits bound
                        WHERE bound.organization_id = lane.organization_id AND bound.queue IN ('', lane.queue)) AS is_limited
                FROM task_lanes lane
                JOIN queues queue ON queue.organization_id = lane.organization_id AND queue.name = lane.queue
                    AND NOT queue.paused
                CROSS JOIN generate_series(0, 7) AS wanted (rank)
                CROSS JOIN LATERAL (
                    SELECT
                    FROM task_ready
                    WHERE lane_id = lane.lane_id AND rank = wanted.rank::smallint
                    ORDER BY seq
                    LIMIT 1) AS first
                WHERE lane.organization_id = ANY (:organizations) AND lane.type = ANY (:types))
            SELECT * FROM opening WHERE NOT is_limited OR task_room(organization_id, queue) > 0
            """;

    private final Database database;

    OpeningStore(Database database) {
        this.database = database;
    }

    List<Opening> of(OutsideAsk ask) {
        return database.api(ask.organization())
                .list(OPENINGS, parameters(List.of(ask)), (row, context) -> opening(row));
    }

    /// Of several at once, for those who wait.
    List<Opening> of(Collection<OutsideAsk> asks) {
        return database.read(handle -> handle.createQuery(OPENINGS)
                .bindMap(parameters(asks))
                .map((row, context) -> opening(row))
                .list());
    }

    private static Map<String, Object> parameters(Collection<OutsideAsk> asks) {
        return Map.of(
                "organizations",
                asks.stream().map(OutsideAsk::organization).distinct().toArray(UUID[]::new),
                "types",
                asks.stream().flatMap(ask -> ask.types().stream()).distinct().toArray(String[]::new));
    }

    private static Opening opening(ResultSet row) throws SQLException {
        return new Opening(
                Columns.uuid(row, "organization_id"),
                row.getInt("lane_id"),
                row.getString("queue"),
                row.getString("type"),
                row.getBoolean("is_limited"),
                row.getInt("rank"));
    }
}
