package dev.mainstay.anomaly.watch;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.postgres.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.argument.Argument;
import org.jspecify.annotations.Nullable;

/// The rows of models, and of the series they are of. Stateless and thread-safe.
final class ModelStore {
    private static final String LOOK = """
            SELECT series.organization_id, series.series_id, series.agent_id, series.name, series.created_at,
                model.judged_until, model.state, model.began_at, model.calm, model.calm_at
            FROM metric_series series
            LEFT JOIN anomaly_models model USING (organization_id, series_id)
            WHERE series.series_id = ANY (:series)
            ORDER BY series.series_id
            """;

    private static final String STORE = """
            INSERT INTO anomaly_models (organization_id, series_id, judged_until, state, began_at, calm, calm_at)
            SELECT organization_id, series_id, judged_until, state, nullif(began_at::timestamptz, '-infinity'), calm,
                nullif(calm_at::timestamptz, '-infinity')
            FROM unnest(:organizations, :series, :untils, :states, :begans, :calms, :calmAts)
                AS given (organization_id, series_id, judged_until, state, began_at, calm, calm_at)
            ORDER BY organization_id, series_id
            ON CONFLICT (organization_id, series_id) DO UPDATE
            SET judged_until = excluded.judged_until, state = excluded.state, began_at = excluded.began_at,
                calm = excluded.calm, calm_at = excluded.calm_at
            """;

    /// A series as it stands in the database.
    ///
    /// @param model null when it is not watched yet
    record Known(
            UUID organization,
            long series,
            String agent,
            String metric,
            Instant created,
            @Nullable Model model) {}

    List<Known> look(Handle handle, Collection<Long> series) {
        return handle.createQuery(LOOK)
                .bindArray("series", Long.class, series)
                .map((row, context) -> known(row))
                .list();
    }

    private static Known known(ResultSet row) throws SQLException {
        UUID organization = Columns.uuid(row, "organization_id");
        long series = row.getLong("series_id");
        byte[] state = row.getBytes("state");
        return new Known(
                organization,
                series,
                row.getString("agent_id"),
                row.getString("name"),
                Columns.instant(row, "created_at"),
                state == null
                        ? null
                        : new Model(
                                organization,
                                series,
                                Columns.instant(row, "judged_until"),
                                state,
                                Columns.nullableInstant(row, "began_at"),
                                row.getInt("calm"),
                                Columns.nullableInstant(row, "calm_at")));
    }

    void store(Handle handle, List<Model> models) {
        if (models.isEmpty()) {
            return;
        }
        handle.createUpdate(STORE)
                .bindArray("organizations", UUID.class, column(models, Model::organization))
                .bindArray("series", Long.class, column(models, Model::series))
                .bindArray("untils", Instant.class, column(models, Model::judgedUntil))
                .bind("states", states(models))
                .bindArray("begans", String.class, column(models, model -> text(model.began())))
                .bindArray("calms", Integer.class, column(models, Model::calm))
                .bindArray("calmAts", String.class, column(models, model -> text(model.calmAt())))
                .execute();
    }

    private static Argument states(List<Model> models) {
        return (position, statement, context) -> statement.setArray(
                position,
                statement
                        .getConnection()
                        .createArrayOf(
                                "bytea", models.stream().map(Model::state).toArray(byte[][]::new)));
    }

    private static String text(@Nullable Instant moment) {
        return moment == null ? "-infinity" : moment.toString();
    }

    /// Models of series that have had no point for long.
    void forget(Handle handle, Instant before) {
        handle.createUpdate("DELETE FROM anomaly_models WHERE judged_until < :before")
                .bind("before", before.atOffset(ZoneOffset.UTC))
                .execute();
    }
}
