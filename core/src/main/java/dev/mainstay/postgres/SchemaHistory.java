package dev.mainstay.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the database says was applied, compared with what this program brings. One query, so that a start with
/// nothing to migrate need not load Flyway.
///
/// Stateless and thread-safe.
final class SchemaHistory {
    static final String TABLE = "flyway_schema_history";

    private SchemaHistory() {}

    private record Applied(String description, int checksum, boolean success) {}

    static List<MigrationStatus> read(Connection connection, String schema) throws SQLException {
        Map<Integer, Applied> applied = applied(connection, schema);
        List<MigrationStatus> statuses = new ArrayList<>();
        for (PackagedMigration migration : PackagedMigration.ALL) {
            Applied row = applied.remove(migration.version());
            statuses.add(new MigrationStatus(migration.version(), migration.description(), state(migration, row)));
        }
        applied.forEach((version, row) ->
                statuses.add(new MigrationStatus(version, row.description(), MigrationStatus.State.UNKNOWN)));
        return List.copyOf(statuses);
    }

    private static MigrationStatus.State state(PackagedMigration migration, @Nullable Applied row) {
        if (row == null) {
            return MigrationStatus.State.PENDING;
        }
        if (!row.success()) {
            return MigrationStatus.State.FAILED;
        }
        return row.checksum() == migration.checksum() ? MigrationStatus.State.APPLIED : MigrationStatus.State.CHANGED;
    }

    private static Map<Integer, Applied> applied(Connection connection, String schema) throws SQLException {
        Map<Integer, Applied> applied = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT version::int, description, checksum, success FROM "
                        + Quoted.name(schema) + "." + TABLE + " WHERE version IS NOT NULL ORDER BY installed_rank")) {
            while (rows.next()) {
                applied.put(rows.getInt(1), new Applied(rows.getString(2), rows.getInt(3), rows.getBoolean(4)));
            }
        } catch (SQLException e) {
            if (!isAbsent(e)) {
                throw e;
            }
        }
        return applied;
    }

    // No table, no schema, or none that this role may look into.
    private static boolean isAbsent(SQLException failure) {
        return "42P01".equals(failure.getSQLState())
                || "3F000".equals(failure.getSQLState())
                || "42501".equals(failure.getSQLState());
    }
}
