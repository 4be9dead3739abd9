package dev.mainstay.bench.chaos;

import dev.mainstay.bench.chaos.History.Acknowledged;
import dev.mainstay.bench.chaos.History.Attempt;
import dev.mainstay.bench.chaos.History.Effect;
import dev.mainstay.bench.chaos.History.Entry;
import dev.mainstay.bench.chaos.History.Step;
import dev.mainstay.bench.chaos.History.Struck;
import dev.mainstay.bench.chaos.History.Task;
import dev.mainstay.bench.lab.Laboratory;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads a history when all is over. Used by one thread.
final class HistoryReader {
    private static final String TASKS = """
            SELECT task.id, lane.type, task.state, task.fence, coalesce((task.payload ->> 'number')::bigint, 0),
                task.parent_id, task.ordering_key, micros(task.ended_at), (task.result ->> 'fence')::bigint, task.error,
                (task.payload ->> 'delay')::bigint
            FROM tasks task
            JOIN task_lanes lane USING (organization_id, lane_id)
            WHERE lane.type = ANY (?)
            """;
    private static final String ATTEMPTS =
            "SELECT task_id, fence, outcome, worker, micros(started_at), micros(ended_at) FROM task_attempts";
    private static final String STEPS =
            "SELECT task_id, name, fence, micros(ended_at) FROM task_steps WHERE kind = 'step'";
    private static final String LEDGER =
            "SELECT task, fence, node, phase, micros(at) FROM chaos_ledger WHERE phase <> 'acknowledged'";
    private static final String ACKNOWLEDGED = "SELECT task FROM chaos_ledger WHERE phase = 'acknowledged'";
    private static final String EFFECTS = "SELECT task, fence FROM chaos_effects";
    private static final String STRIKES = "SELECT strike, node, micros(at) FROM chaos_strikes ORDER BY at";

    private final Connection connection;

    private HistoryReader(Connection connection) {
        this.connection = connection;
    }

    /// Tables beside Mainstay's, which guard nothing, so that whatever is wrong can be seen in them.
    static void createTables(Laboratory laboratory) {
        laboratory.execute("""
                CREATE TABLE chaos_ledger (
                    task  uuid NOT NULL,
                    fence bigint NOT NULL,
                    node  text NOT NULL,
                    phase text NOT NULL,
                    at    timestamptz NOT NULL DEFAULT clock_timestamp()
                )
                """, """
                CREATE TABLE chaos_effects (
                    task  uuid NOT NULL,
                    fence bigint NOT NULL,
                    node  text NOT NULL
                )
                """, """
                CREATE TABLE chaos_strikes (
                    strike text NOT NULL,
                    node   text NOT NULL,
                    at     timestamptz NOT NULL DEFAULT clock_timestamp()
                )
                """, """
                CREATE FUNCTION micros(moment timestamptz) RETURNS bigint
                    LANGUAGE sql IMMUTABLE
                RETURN (extract(epoch FROM moment) * 1000000)::bigint
                """);
    }

    static History read(Laboratory laboratory, List<Told> told) throws SQLException {
        try (Connection connection = laboratory.superuser()) {
            var reader = new HistoryReader(connection);
            return new History(
                    Stream.concat(
                                    told.stream().flatMap(each -> each.acknowledged().stream()),
                                    reader
                                            .list(ACKNOWLEDGED, row -> new Acknowledged(id(row), Kind.HERE, null))
                                            .stream())
                            .toList(),
                    told.stream().flatMap(each -> each.rolledBack().stream()).collect(Collectors.toSet()),
                    reader.list(TASKS, HistoryReader::task),
                    reader.list(
                            ATTEMPTS,
                            row -> new Attempt(
                                    id(row),
                                    row.getLong(2),
                                    row.getString(3),
                                    row.getString(4),
                                    row.getLong(5),
                                    row.getLong(6))),
                    reader.list(STEPS, row -> new Step(id(row), row.getString(2), row.getLong(3), row.getLong(4))),
                    reader.list(
                            LEDGER,
                            row -> new Entry(
                                    id(row), row.getLong(2), row.getString(3), row.getString(4), row.getLong(5))),
                    reader.list(EFFECTS, row -> new Effect(id(row), row.getLong(2))),
                    reader.list(
                            STRIKES,
                            row -> new Struck(Strike.valueOf(row.getString(1)), row.getString(2), row.getLong(3))));
        }
    }

    @FunctionalInterface
    private interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    private <T> List<T> list(String sql, Row<T> mapper) throws SQLException {
        try (var query = connection.prepareStatement(sql)) {
            if (sql.contains("?")) {
                query.setArray(1, connection.createArrayOf("text", types()));
            }
            try (var rows = query.executeQuery()) {
                List<T> list = new ArrayList<>();
                while (rows.next()) {
                    list.add(mapper.of(rows));
                }
                return list;
            }
        }
    }

    private static Object[] types() {
        return Arrays.stream(Kind.values()).map(Kind::type).toArray();
    }

    private static Task task(ResultSet row) throws SQLException {
        return new Task(
                id(row),
                Kind.ofType(row.getString(2)),
                row.getString(3),
                row.getLong(4),
                row.getLong(5),
                row.getObject(6, UUID.class),
                row.getString(7),
                number(row, 8),
                number(row, 9),
                row.getString(10),
                notBefore(id(row), row.getLong(11)));
    }

    /// The identifier says when the task was created: no later than the delay began.
    private static long notBefore(UUID id, long delayMillis) {
        return delayMillis == 0
                ? 0
                : TimeUnit.MILLISECONDS.toMicros(id.getMostSignificantBits() >>> 16)
                        + TimeUnit.MILLISECONDS.toMicros(delayMillis);
    }

    private static UUID id(ResultSet row) throws SQLException {
        return row.getObject(1, UUID.class);
    }

    private static @Nullable Long number(ResultSet row, int column) throws SQLException {
        long number = row.getLong(column);
        return row.wasNull() ? null : number;
    }
}
