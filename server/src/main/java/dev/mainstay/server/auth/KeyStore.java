package dev.mainstay.server.auth;

import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Organizations;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The table `api_keys`. Thread-safe.
public final class KeyStore {
    private static final String CREATE = """
            INSERT INTO api_keys (organization_id, id, name, role, secret_hash, expires_at)
            VALUES (:organization, :id, :name, :role, :hash, :expires)
            RETURNING id, name, role, created_at, expires_at, revoked_at
            """;

    private final Database database;

    public KeyStore(Database database) {
        this.database = database;
    }

    /// A key that works now, with the hash its secret must have.
    @SuppressWarnings("ArrayRecordComponent") // handed from the database to the comparison, never compared as a whole
    record Working(Caller caller, byte[] secretHash) {}

    /// Asked as a request, so that strangers who try keys keep no connection from the engine. The organization is known
    /// only afterwards; the function looks across all of them, whichever is named.
    Optional<Working> working(String id) {
        return database.api(Organizations.DEFAULT)
                .find(
                        "SELECT organization_id, name, role, secret_hash FROM key_lookup(:id)",
                        Map.of("id", id),
                        (row, context) -> new Working(
                                new Caller(
                                        row.getObject("organization_id", UUID.class),
                                        id,
                                        row.getString("name"),
                                        role(row)),
                                row.getBytes("secret_hash")));
    }

    /// Whether anybody can still make keys.
    boolean hasAdmin(UUID organization) {
        return database.read(handle -> handle.createQuery("""
                SELECT EXISTS (
                    SELECT 1
                    FROM api_keys
                    WHERE organization_id = :organization
                        AND role = 'admin'
                        AND revoked_at IS NULL
                        AND (expires_at IS NULL OR expires_at > clock_timestamp()))
                """)
                .bind("organization", organization)
                .mapTo(Boolean.class)
                .one());
    }

    public String organizationName(UUID organization) {
        return database.api(organization)
                .find("""
                        SELECT name
                        FROM organizations
                        WHERE organization_id = :organization
                        """, Map.of("organization", organization), (row, context) -> row.getString("name"))
                .orElse("");
    }

    /// All keys of an organization, the newest first.
    public List<KeyRecord> list(UUID organization) {
        return database.api(organization).list("""
                SELECT id, name, role, created_at, expires_at, revoked_at
                FROM api_keys
                WHERE organization_id = :organization
                ORDER BY created_at DESC, id
                """, Map.of("organization", organization), (row, context) -> key(row));
    }

    /// Stores a new key, of whose secret only the hash is kept.
    public KeyRecord create(UUID organization, KeyToken token, String name, Role role, @Nullable Instant expiresAt) {
        return database.api(organization)
                .write(handle -> handle.createQuery(CREATE)
                        .bind("organization", organization)
                        .bind("id", token.id())
                        .bind("name", name)
                        .bind("role", role.word())
                        .bind("hash", token.hash())
                        .bind("expires", expiresAt == null ? null : expiresAt.atOffset(ZoneOffset.UTC))
                        .map((row, context) -> key(row))
                        .one());
    }

    /// How a revocation ended.
    public enum Revoked {
        DONE,
        UNKNOWN,
        LAST_ADMIN
    }

    /// Revokes a key unless it is the only one that can still make others. The lock lets two admins who revoke each
    /// other at the same time not both succeed.
    public Revoked revoke(UUID organization, String id) {
        return database.api(organization).write(handle -> {
            List<KeyRecord> admins = handle.createQuery("""
                    SELECT id, name, role, created_at, expires_at, revoked_at
                    FROM api_keys
                    WHERE organization_id = :organization
                        AND (id = :id OR role = 'admin' AND revoked_at IS NULL
                            AND (expires_at IS NULL OR expires_at > clock_timestamp()))
                    ORDER BY id
                    FOR NO KEY UPDATE
                    """)
                    .bind("organization", organization)
                    .bind("id", id)
                    .map((row, context) -> key(row))
                    .list();
            Optional<KeyRecord> wanted =
                    admins.stream().filter(key -> key.id().equals(id)).findFirst();
            if (wanted.isEmpty()) {
                return Revoked.UNKNOWN;
            }
            if (wanted.get().revokedAt() != null) {
                return Revoked.DONE;
            }
            boolean others = admins.stream().anyMatch(key -> !key.id().equals(id));
            if (wanted.get().role() == Role.ADMIN && !others) {
                return Revoked.LAST_ADMIN;
            }
            handle.createUpdate("""
                    UPDATE api_keys
                    SET revoked_at = clock_timestamp()
                    WHERE organization_id = :organization AND id = :id
                    """)
                    .bind("organization", organization)
                    .bind("id", id)
                    .execute();
            return Revoked.DONE;
        });
    }

    private static KeyRecord key(ResultSet row) throws SQLException {
        return new KeyRecord(
                row.getString("id"),
                row.getString("name"),
                role(row),
                moment(row, "created_at").orElseThrow(),
                moment(row, "expires_at").orElse(null),
                moment(row, "revoked_at").orElse(null));
    }

    private static Role role(ResultSet row) throws SQLException {
        return Role.of(row.getString("role")).orElseThrow();
    }

    private static Optional<Instant> moment(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }
}
