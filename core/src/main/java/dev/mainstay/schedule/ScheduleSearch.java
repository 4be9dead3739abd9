package dev.mainstay.schedule;

import static dev.mainstay.postgres.Columns.nullableInstant;

import dev.mainstay.postgres.Filter;
import dev.mainstay.postgres.OrganizationDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Reads schedules and their fires for people and programs that look at them. Stateless and thread-safe.
public final class ScheduleSearch {
    private static final String LIST = """
            SELECT %s, fire.*
            FROM schedules schedule
            LEFT JOIN LATERAL (
                SELECT %s
                FROM schedule_fires fire
                WHERE fire.organization_id = schedule.organization_id AND fire.schedule_id = schedule.id
                ORDER BY fire.planned_at DESC
                LIMIT 1) AS fire ON true
            WHERE schedule.organization_id = :organization FILTERED
            ORDER BY schedule.name
            LIMIT :limit
            """.formatted(ScheduleRows.COLUMNS, FireStore.COLUMNS);

    private static final String FIRES = """
            SELECT %s
            FROM schedules schedule
            JOIN schedule_fires fire
                ON fire.organization_id = schedule.organization_id AND fire.schedule_id = schedule.id
            WHERE schedule.organization_id = :organization AND schedule.name = :name FILTERED
            ORDER BY fire.planned_at DESC
            LIMIT :limit
            """.formatted(FireStore.COLUMNS);

    private static final String STATE = """
            :state = CASE WHEN schedule.undeclared THEN 'undeclared' WHEN schedule.paused THEN 'paused'
                WHEN schedule.next_at IS NULL THEN 'finished' ELSE 'active' END""";

    private ScheduleSearch() {}

    /// Those in a state, with `text` in their name, description or task type, by name, behind `after`.
    public static List<ScheduleView> list(
            OrganizationDatabase database, Optional<String> state, Optional<String> text, String after, int limit) {
        Filter filter = new Filter()
                .with("organization", database.organization())
                .with("limit", limit)
                .and("schedule.name > :after", "after", after)
                .and(STATE, "state", state)
                .and(
                        "position(lower(:text) IN lower(schedule.name || ' ' || schedule.description || ' '"
                                + " || schedule.task_type)) > 0",
                        "text",
                        text);
        return database.list(filter.into(LIST), filter.parameters(), (row, context) -> view(row));
    }

    public static Optional<ScheduleView> find(OrganizationDatabase database, String name) {
        Filter filter = new Filter()
                .with("organization", database.organization())
                .with("limit", 1)
                .and("schedule.name = :name", "name", name);
        return database.find(filter.into(LIST), filter.parameters(), (row, context) -> view(row));
    }

    private static ScheduleView view(ResultSet row) throws SQLException {
        boolean hasFired = nullableInstant(row, "planned_at") != null;
        return new ScheduleView(ScheduleRows.read(row), hasFired ? FireStore.map(row) : null);
    }

    /// The fires of a schedule, the newest moment first.
    public static List<Fire> fires(OrganizationDatabase database, String name, Optional<Instant> before, int limit) {
        Filter filter = new Filter()
                .with("organization", database.organization())
                .with("name", name)
                .with("limit", limit);
        before.ifPresent(moment -> filter.and("fire.planned_at < :before", "before", moment));
        return database.list(filter.into(FIRES), filter.parameters(), (row, context) -> FireStore.map(row));
    }
}
