package dev.mainstay.agent;

import dev.mainstay.postgres.Jsonb;
import java.util.Locale;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// What agents that run outside have registered; each method is a statement of its caller's transaction. Stateless.
final class OutsideDeclarations {
    private static final String DECLARE = """
            UPDATE agents
            SET kind = :kind, category = :category, description = :description, capabilities = :capabilities,
                data_sources = :sources, source = 'http', spec = :spec::jsonb, group_name = :group,
                updated_at = clock_timestamp()
            WHERE organization_id = :organization AND id = :id
            """;

    private static final String LOCK = """
            SELECT source, spec ->> 'key' AS key, state, desired, generation
            FROM agents
            WHERE organization_id = :organization AND id = :id
            FOR NO KEY UPDATE
            """;

    /// As it stands before a registration.
    record Stored(AgentSource source, @Nullable String key, AgentState state, DesiredState desired, long generation) {}

    boolean isKindOfNodes(Handle handle, String kind) {
        return handle.createQuery("""
                SELECT EXISTS (SELECT FROM node_sessions WHERE ended_at IS NULL AND :kind = ANY(kinds))
                """).bind("kind", kind).mapTo(Boolean.class).one();
    }

    boolean insert(Handle handle, UUID organization, OutsideRegistration asked) {
        return handle.createUpdate("""
                INSERT INTO agents (organization_id, id, kind, category, source, spec)
                VALUES (:organization, :id, :kind, :category, 'http', :spec::jsonb)
                ON CONFLICT DO NOTHING
                """)
                        .bind("organization", organization)
                        .bind("id", asked.id())
                        .bind("kind", asked.kind())
                        .bind("category", asked.category().name())
                        .bind("spec", Jsonb.text(asked.spec(0)))
                        .execute()
                == 1;
    }

    Stored lock(Handle handle, UUID organization, String id) {
        return handle.createQuery(LOCK)
                .bind("organization", organization)
                .bind("id", id)
                .map((row, context) -> new Stored(
                        AgentSource.valueOf(row.getString("source").toUpperCase(Locale.ROOT)),
                        row.getString("key"),
                        AgentState.of(row.getString("state")),
                        DesiredState.of(row.getString("desired")),
                        row.getLong("generation")))
                .one();
    }

    /// The declaration is what was registered last.
    void declare(Handle handle, UUID organization, OutsideRegistration asked, long generation) {
        handle.createUpdate(DECLARE)
                .bind("organization", organization)
                .bind("id", asked.id())
                .bind("kind", asked.kind())
                .bind("category", asked.category().name())
                .bind("description", asked.description())
                .bindArray("capabilities", String.class, asked.capabilities())
                .bindArray("sources", String.class, asked.dataSources())
                .bind("spec", Jsonb.text(asked.spec(generation)))
                .bind("group", asked.group())
                .execute();
    }
}
