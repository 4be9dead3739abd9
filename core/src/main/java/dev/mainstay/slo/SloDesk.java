package dev.mainstay.slo;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Filter;
import dev.mainstay.postgres.OrganizationDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Where people and programs read the SLOs of one organization, and make and remove their own. Thread-safe.
public final class SloDesk {
    private static final String SELECT = """
            SELECT slo.name, slo.source, slo.counted_from, COLUMNS,
                status.at, status.good, status.total, status.reached, status.budget_left, status.urgency,
                status.burn_rate, status.since, nullif(status.summary, '') AS summary, status.windows::text AS windows
            FROM slos slo
            LEFT JOIN slo_status status ON status.organization_id = slo.organization_id AND status.slo = slo.name
            WHERE slo.organization_id = :organization FILTERED
            ORDER BY slo.name
            """.replace("COLUMNS", SloStore.COLUMNS);

    private final OrganizationDatabase database;
    private final SloStore store = new SloStore();

    public SloDesk(OrganizationDatabase database) {
        this.database = database;
    }

    /// By name, after the one a page ended with.
    ///
    /// @param urgency only those that burn so fast
    public List<SloView> list(
            Optional<String> agent,
            Optional<String> queue,
            Optional<Urgency> urgency,
            Optional<String> after,
            int limit) {
        Filter filter = new Filter()
                .with("limit", limit)
                .and("slo.agent_id = :agent", "agent", agent)
                .and("slo.queue = :queue", "queue", queue)
                .and("status.urgency = :urgency", "urgency", urgency.map(Urgency::word))
                .and("slo.name > :after", "after", after);
        return read(filter, " LIMIT :limit");
    }

    /// One by its name.
    public Optional<SloView> find(String name) {
        return read(new Filter().and("slo.name = :name", "name", name), "").stream()
                .findFirst();
    }

    private List<SloView> read(Filter filter, String end) {
        filter.with("organization", database.organization());
        return database.list(filter.into(SELECT) + end, filter.parameters(), (row, context) -> view(row));
    }

    private static SloView view(ResultSet row) throws SQLException {
        return new SloView(
                SloStore.slo(row), row.getString("source"), Columns.instant(row, "counted_from"), status(row));
    }

    private static SloView.@Nullable Status status(ResultSet row) throws SQLException {
        if (row.getObject("at") == null) {
            return null;
        }
        return new SloView.Status(
                Columns.instant(row, "at"),
                row.getLong("good"),
                row.getLong("total"),
                Columns.nullableDouble(row, "reached"),
                Columns.nullableDouble(row, "budget_left"),
                row.getString("urgency"),
                Columns.nullableDouble(row, "burn_rate"),
                Columns.nullableInstant(row, "since"),
                row.getString("summary"),
                row.getString("windows"));
    }

    /// Makes an SLO, or another one of it; true when it is new.
    ///
    /// @throws MainstayException with `SLO_DECLARED` when code or settings say what it is
    public boolean put(Slo slo) {
        return database.write(handle -> {
            boolean isNew = requireOurs(handle, slo.name()).isEmpty();
            store.put(handle, database.organization(), slo, "api");
            return isNew;
        });
    }

    /// Removes an SLO and what was counted of it.
    ///
    /// @throws MainstayException with `SLO_UNKNOWN` or `SLO_DECLARED`
    public void remove(String name) {
        database.write(handle -> {
            if (requireOurs(handle, name).isEmpty()) {
                throw unknown(name);
            }
            return handle.createUpdate("DELETE FROM slos WHERE organization_id = :organization AND name = :name")
                    .bind("organization", database.organization())
                    .bind("name", name)
                    .execute();
        });
    }

    private Optional<String> requireOurs(Handle handle, String name) {
        Optional<String> source = handle.createQuery("""
                SELECT source FROM slos WHERE organization_id = :organization AND name = :name FOR UPDATE
                """)
                .bindMap(Map.of("organization", database.organization(), "name", name))
                .mapTo(String.class)
                .findOne();
        if (source.filter("file"::equals).isPresent()) {
            throw new MainstayException(
                    ErrorCode.SLO_DECLARED,
                    "SLO " + name + " is declared in the settings or the code of a node; change it there");
        }
        return source;
    }

    /// The refusal of a name there is none of.
    public static MainstayException unknown(String name) {
        return new MainstayException(ErrorCode.SLO_UNKNOWN, "there is no SLO \"" + name + "\"");
    }
}
