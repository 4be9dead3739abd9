package dev.mainstay.task;

import dev.mainstay.postgres.Filter;
import dev.mainstay.postgres.OrganizationDatabase;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/// The tasks a search looks at, a run at a time, and which of them it looks for. Used by one thread at a time.
final class Candidates {
    /// More claimable tasks than this are not read from their table, which does not have them in our order.
    private static final int FEW = 20_000;

    private static final String RUN = """
            WITH candidate AS MATERIALIZED (
                CANDIDATES
                ORDER BY id DESC
                LIMIT :length)
            SELECT count(*) OVER () AS looked, id AS last, ARRAY(
                SELECT task.id
                FROM candidate
                JOIN tasks task ON task.organization_id = :organization AND task.id = candidate.id
                WHERE true FILTERED
                ORDER BY task.id DESC
                LIMIT :most) AS found
            FROM candidate
            ORDER BY id
            LIMIT 1
            """;

    /// Without candidates of their own the tasks are read once.
    private static final String RUN_OF_ALL = """
            WITH looked AS MATERIALIZED (
                SELECT task.id, (true FILTERED) AS matches
                FROM tasks task
                WHERE task.organization_id = :organization AND task.id < :before AND task.id >= :floor
                ORDER BY task.id DESC
                LIMIT :length)
            SELECT count(*) OVER () AS looked, id AS last,
                ARRAY(SELECT id FROM looked WHERE matches ORDER BY id DESC LIMIT :most) AS found
            FROM looked
            ORDER BY id
            LIMIT 1
            """;

    private static final String OF_TABLE = """
            (SELECT task_id AS id FROM %s
            WHERE organization_id = :organization AND task_id < :before AND task_id >= :floor
            ORDER BY task_id DESC LIMIT :length)
            """;

    private static final String CHILDREN = """
            SELECT child.id FROM tasks child
            WHERE child.organization_id = :organization AND child.parent_id = :parent
                AND child.id < :before AND child.id >= :floor
            """;

    private static final String RUNNING = """
            (SELECT held.id FROM task_claims claim CROSS JOIN unnest(claim.task_ids) AS held (id)
            WHERE claim.organization_id = :organization AND held.id < :before AND held.id >= :floor)
            """;

    private static final String CLAIMABLE = """
            (SELECT ready.task_id AS id FROM task_ready ready
            WHERE ready.organization_id = :organization AND ready.lane_id = ANY(:claimable)
                AND ready.task_id < :before AND ready.task_id >= :floor)
            """;

    private static final String HOW_MANY = """
            SELECT count(*) AS claimable
            FROM (
                SELECT FROM task_ready
                WHERE organization_id = :organization AND lane_id = ANY(:claimable)
                LIMIT :few) AS ready
            """;

    private static final String STANDS_IN = """
            EXISTS (SELECT FROM %s other
                WHERE other.organization_id = task.organization_id AND other.task_id = task.id)""";

    private static final String IS_RUNNING = """
            task.id IN (SELECT held.id FROM task_claims claim CROSS JOIN unnest(claim.task_ids) AS held (id)
                WHERE claim.organization_id = :organization)""";

    /// Found by the words people see; what is stored in more than 64 KB is not taken apart.
    private static final String HAS_TEXT = """
            (strpos(task.id::text, :text) > 0
                OR strpos(lower(task.unique_key), :text) > 0
                OR strpos(lower(task.ordering_key), :text) > 0
                OR strpos(lower(array_to_string(task.tags, ' ')), :text) > 0
                OR (pg_column_size(task.payload) <= 65536 AND strpos(lower(task.payload::text), :text) > 0))""";

    private static final Map<TaskPlace, String> TABLES = Map.of(
            TaskPlace.DELAYED, "task_delayed", TaskPlace.BLOCKED, "task_blocked", TaskPlace.WAITING, "task_waits");

    private final TaskFilter filter;
    private final Lanes lanes;
    private final OrganizationDatabase database;
    private final Set<TaskPlace> places;
    private final Filter conditions;
    private final String sql;

    Candidates(TaskFilter filter, Lanes lanes, OrganizationDatabase database) {
        this.filter = filter;
        this.lanes = lanes;
        this.database = database;
        this.places = filter.places().isEmpty() ? EnumSet.allOf(TaskPlace.class) : filter.places();
        this.conditions = TaskConditions.of(filter, lanes).with("organization", database.organization());
        if (filter.text() != null) {
            conditions.and(HAS_TEXT);
        }
        this.sql = conditions.into(source());
    }

    boolean isOfText() {
        return filter.text() != null;
    }

    /// The next `length` at most before an identifier.
    TaskSearch.Run run(UUID before, int length, int most) {
        conditions.with("before", before).with("length", length).with("most", most);
        return database.find(
                        sql,
                        conditions.parameters(),
                        (row, context) -> new TaskSearch.Run(
                                List.of((UUID[]) row.getArray("found").getArray()),
                                row.getLong("looked") < length ? null : row.getObject("last", UUID.class)))
                .orElse(TaskSearch.Run.NONE);
    }

    private String source() {
        if (filter.parent() != null) {
            andPlace();
            return RUN.replace("CANDIDATES", CHILDREN);
        }
        if (filter.states().equals(Set.of(TaskState.DEAD))) {
            return runOf(OF_TABLE.formatted("dead_letters"));
        }
        if (filter.isOpenAlone() && areClaimableFew()) {
            return runOf(tables());
        }
        andPlace();
        return RUN_OF_ALL;
    }

    private static String runOf(String tables) {
        return RUN.replace("CANDIDATES", "SELECT id FROM (" + tables + ") AS standing");
    }

    private boolean isOfClaimable() {
        return places.stream().anyMatch(TaskPlace::isClaimable)
                && !lanes.claimable().isEmpty();
    }

    private boolean areClaimableFew() {
        if (!isOfClaimable()) {
            return true;
        }
        conditions.with("claimable", lanes.claimable().toArray(Integer[]::new));
        return database.list(
                                HOW_MANY,
                                new Filter()
                                        .with("organization", database.organization())
                                        .with("claimable", lanes.claimable().toArray(Integer[]::new))
                                        .with("few", FEW)
                                        .parameters(),
                                (row, context) -> row.getLong("claimable"))
                        .getFirst()
                < FEW;
    }

    /// The tables the open tasks of these places stand in.
    private String tables() {
        String some = places.stream()
                .map(place -> switch (place) {
                    case RUNNING -> RUNNING;
                    case DELAYED, BLOCKED, WAITING -> OF_TABLE.formatted(TABLES.get(place));
                    case READY, NO_WORKER -> isOfClaimable() ? CLAIMABLE : "";
                })
                .filter(table -> !table.isEmpty())
                .distinct()
                .collect(Collectors.joining("UNION ALL\n"));
        return some.isEmpty() ? "SELECT :before::uuid AS id WHERE false" : some;
    }

    private void andPlace() {
        if (filter.places().isEmpty()) {
            return;
        }
        String clause = places.stream().map(this::isAt).distinct().collect(Collectors.joining("\n    OR ", "(", ")"));
        conditions.and(clause);
    }

    private String isAt(TaskPlace place) {
        if (!place.isClaimable()) {
            return place == TaskPlace.RUNNING ? IS_RUNNING : STANDS_IN.formatted(TABLES.get(place));
        }
        conditions.with("claimable", lanes.claimable().toArray(Integer[]::new));
        String elsewhere = TABLES.values().stream().map(STANDS_IN::formatted).collect(Collectors.joining("\n    OR "));
        return "(task.lane_id = ANY(:claimable) AND NOT (" + IS_RUNNING + "\n    OR " + elsewhere + "))";
    }
}
