package dev.mainstay.state;

import dev.mainstay.postgres.Jsonb;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import tools.jackson.databind.JsonNode;

/// The rows of `system_state`; each method is one statement. Stateless.
final class StateStore {
    private static final String PUT = """
            INSERT INTO system_state (organization_id, key, value, updated_by)
            VALUES (:organization, :key, :value::jsonb, :by)
            ON CONFLICT (organization_id, key) DO UPDATE
            SET value = excluded.value, version = system_state.version + 1, updated_at = now(),
                updated_by = excluded.updated_by
            RETURNING key, value, version, updated_at, updated_by
            """;

    private static final String LIST = """
            SELECT key, value, version, updated_at, updated_by
            FROM system_state
            WHERE organization_id = :organization AND key > :after AND starts_with(key, :prefix)
                AND key >= :prefix
            ORDER BY key
            LIMIT :limit
            """;

    Optional<StateEntry> find(Handle handle, UUID organization, String key) {
        return handle.createQuery("""
                SELECT key, value, version, updated_at, updated_by
                FROM system_state
                WHERE organization_id = :organization AND key = :key
                """)
                .bind("organization", organization)
                .bind("key", key)
                .map(StateStore::entry)
                .findOne();
    }

    List<StateEntry> list(Handle handle, UUID organization, String prefix, String after, int limit) {
        return handle.createQuery(LIST)
                .bind("organization", organization)
                .bind("prefix", prefix)
                .bind("after", after)
                .bind("limit", limit)
                .map(StateStore::entry)
                .list();
    }

    StateEntry put(Handle handle, UUID organization, String key, JsonNode value, String by) {
        return handle.createQuery(PUT)
                .bind("organization", organization)
                .bind("key", key)
                .bind("value", Jsonb.text(value))
                .bind("by", by)
                .map(StateStore::entry)
                .one();
    }

    /// Writes only when the entry's version is `expected`; 0 means that there must be none.
    Optional<StateEntry> putIf(Handle handle, UUID organization, String key, JsonNode value, long expected, String by) {
        String sql = expected == 0 ? """
                INSERT INTO system_state (organization_id, key, value, updated_by)
                VALUES (:organization, :key, :value::jsonb, :by)
                ON CONFLICT (organization_id, key) DO NOTHING
                RETURNING key, value, version, updated_at, updated_by
                """ : """
                UPDATE system_state
                SET value = :value::jsonb, version = version + 1, updated_at = now(), updated_by = :by
                WHERE organization_id = :organization AND key = :key AND version = :expected
                RETURNING key, value, version, updated_at, updated_by
                """;
        return handle.createQuery(sql)
                .bind("organization", organization)
                .bind("key", key)
                .bind("value", Jsonb.text(value))
                .bind("by", by)
                .bind("expected", expected)
                .map(StateStore::entry)
                .findOne();
    }

    boolean delete(Handle handle, UUID organization, String key) {
        return handle.createUpdate("DELETE FROM system_state WHERE organization_id = :organization AND key = :key")
                        .bind("organization", organization)
                        .bind("key", key)
                        .execute()
                == 1;
    }

    boolean deleteIf(Handle handle, UUID organization, String key, long expected) {
        return handle.createUpdate("""
                        DELETE FROM system_state
                        WHERE organization_id = :organization AND key = :key AND version = :expected
                        """)
                        .bind("organization", organization)
                        .bind("key", key)
                        .bind("expected", expected)
                        .execute()
                == 1;
    }

    private static StateEntry entry(ResultSet row, StatementContext context) throws SQLException {
        return new StateEntry(
                row.getString(1),
                Jsonb.node(row.getString(2)),
                row.getLong(3),
                row.getObject(4, OffsetDateTime.class).toInstant(),
                row.getString(5));
    }
}
