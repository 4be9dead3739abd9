package dev.mainstay.agent;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.AgentRef;
import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Jsonb;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Agents as the engine declares, reads and returns them. Thread-safe.
final class AgentStore {
    private static final String RELEASE = """
            UPDATE agent_leases lease
            SET session_id = NULL, node_id = NULL, leaving = false, fence = lease.fence + 1
            FROM unnest(:organizations, :ids, :fences) AS given (organization_id, agent_id, fence)
            WHERE lease.organization_id = given.organization_id
                AND lease.agent_id = given.agent_id
                AND lease.fence = given.fence
                AND lease.session_id = :session
            """;

    private static final String ASSIGNMENTS = """
            SELECT lease.organization_id, lease.agent_id, lease.fence, lease.leaving,
                agent.state, agent.desired, agent.generation, agent.reconnects
            FROM agent_leases lease
            JOIN agents agent ON agent.organization_id = lease.organization_id AND agent.id = lease.agent_id
            WHERE lease.session_id = :session
            """;

    private static final String DECLARE = """
            INSERT INTO agent_leases (organization_id, agent_id)
            SELECT organization_id, id
            FROM unnest(:organizations, :ids) AS declared (organization_id, id)
            ORDER BY organization_id, id
            ON CONFLICT DO NOTHING
            """;

    /// Who is alive elsewhere under one of the ids, locked: a registration takes the same lock.
    private static final String OUTSIDE = """
            SELECT agent.id
            FROM agents agent
            JOIN agent_leases lease ON lease.organization_id = agent.organization_id AND lease.agent_id = agent.id
            WHERE (agent.organization_id, agent.id) IN (SELECT * FROM unnest(:organizations, :ids))
                AND agent.source = 'http'
                AND lease.lease_token IS NOT NULL
                AND greatest(lease.leased_at, lease.beat_at)
                    >= clock_timestamp() - (agent.spec ->> 'lease')::interval
            ORDER BY agent.organization_id, agent.id
            FOR NO KEY UPDATE OF agent
            """;

    private static final String UPSERT = """
            INSERT INTO agents (organization_id, id, kind, category, description, capabilities, data_sources,
                source, spec, settings, group_name)
            SELECT organization_id, id, kind, category, description,
                ARRAY(SELECT jsonb_array_elements_text(capabilities::jsonb)),
                ARRAY(SELECT jsonb_array_elements_text(data_sources::jsonb)),
                source, spec::jsonb, settings::jsonb, nullif(group_name, '')
            FROM unnest(:organizations, :ids, :kinds, :categories, :descriptions, :capabilities, :sources,
                    :origins, :specs, :settings, :groups)
                AS declared (organization_id, id, kind, category, description, capabilities, data_sources,
                    source, spec, settings, group_name)
            ORDER BY organization_id, id
            ON CONFLICT (organization_id, id) DO UPDATE
            SET kind = excluded.kind,
                category = excluded.category,
                description = excluded.description,
                capabilities = excluded.capabilities,
                data_sources = excluded.data_sources,
                source = excluded.source,
                spec = excluded.spec,
                settings = excluded.settings,
                group_name = excluded.group_name,
                updated_at = now()
            WHERE excluded.source <> 'slot' OR agents.source = 'slot'
            """;

    static final String SELECT = """
            SELECT organization_id, id, kind, category, description, capabilities, data_sources, spec, settings,
                state, desired, source
            FROM agents
            """;

    private final Database database;

    AgentStore(Database database) {
        this.database = database;
    }

    /// Declares agents: new ones appear, known ones take the new declaration and keep their state. A slot that is given
    /// an implementation stops being one. Lives that stand still begin when placement sees them.
    ///
    /// Refused while one of the ids is alive outside: nodes must not silently take over what another program runs.
    void declare(Collection<AgentDeclaration> declarations) {
        List<AgentDeclaration> all = List.copyOf(declarations);
        database.write(handle -> {
            refuseLivingOutside(handle, all);
            upsert(handle, all);
            return handle.createUpdate(DECLARE)
                    .bindArray("organizations", UUID.class, column(all, AgentDeclaration::organization))
                    .bindArray(
                            "ids",
                            String.class,
                            column(all, declared -> declared.spec().id()))
                    .execute();
        });
    }

    private static void refuseLivingOutside(Handle handle, List<AgentDeclaration> all) {
        List<AgentDeclaration> real = all.stream()
                .filter(declared -> declared.source() != AgentSource.SLOT)
                .toList();
        List<String> living = handle.createQuery(OUTSIDE)
                .bindArray("organizations", UUID.class, column(real, AgentDeclaration::organization))
                .bindArray(
                        "ids",
                        String.class,
                        column(real, declared -> declared.spec().id()))
                .mapTo(String.class)
                .list();
        if (!living.isEmpty()) {
            throw new MainstayException(
                    ErrorCode.AGENT_DUPLICATE,
                    "two agents with one id: " + String.join(", ", living)
                            + " is registered over HTTP and alive; take another id here, or end the one outside first");
        }
    }

    private static int upsert(Handle handle, List<AgentDeclaration> all) {
        return handle.createUpdate(UPSERT)
                .bindArray("organizations", UUID.class, column(all, AgentDeclaration::organization))
                .bindArray(
                        "ids",
                        String.class,
                        column(all, declared -> declared.spec().id()))
                .bindArray(
                        "kinds",
                        String.class,
                        column(all, declared -> declared.spec().kind()))
                .bindArray(
                        "categories",
                        String.class,
                        column(all, declared -> declared.spec().category().name()))
                .bindArray(
                        "descriptions",
                        String.class,
                        column(all, declared -> declared.spec().description()))
                .bindArray(
                        "capabilities",
                        String.class,
                        column(all, declared -> Jsonb.list(declared.spec().capabilities())))
                .bindArray(
                        "sources",
                        String.class,
                        column(all, declared -> Jsonb.list(declared.spec().dataSources())))
                .bindArray(
                        "origins",
                        String.class,
                        column(all, declared -> declared.source().word()))
                .bindArray("specs", String.class, column(all, declared -> Jsonb.text(SpecJson.of(declared.spec()))))
                .bindArray(
                        "settings",
                        String.class,
                        column(all, declared -> Jsonb.text(declared.spec().settings())))
                .bindArray("groups", String.class, column(all, declared -> groupName(declared.spec())))
                .execute();
    }

    private static String groupName(AgentSpec spec) {
        return spec.group() == null ? "" : spec.group().name();
    }

    /// What the session holds.
    List<Assignment> assignments(UUID session) {
        return database.read(handle -> handle.createQuery(ASSIGNMENTS)
                .bind("session", session)
                .map((row, context) -> new Assignment(
                        new AgentRef(row.getObject(1, UUID.class), row.getString(2)),
                        row.getLong(3),
                        row.getBoolean(4),
                        AgentState.of(row.getString(5)),
                        DesiredState.of(row.getString(6)),
                        row.getLong(7),
                        row.getLong(8)))
                .list());
    }

    /// How the given agents are to be run.
    Map<AgentRef, AgentSpec> specs(Collection<AgentRef> agents) {
        List<AgentRef> asked = List.copyOf(agents);
        Map<AgentRef, AgentSpec> specs = new LinkedHashMap<>();
        database.read(handle -> handle.createQuery(SELECT + """
                JOIN unnest(:organizations, :ids) AS asked (organization_id, id) USING (organization_id, id)
                """)
                .bindArray("organizations", UUID.class, column(asked, AgentRef::organization))
                .bindArray("ids", String.class, column(asked, AgentRef::id))
                .map((row, context) -> specs.put(
                        new AgentRef(row.getObject("organization_id", UUID.class), row.getString("id")), spec(row)))
                .list());
        return specs;
    }

    /// Gives leases back; the fence moves on, so that nothing written with the old one counts.
    void release(UUID session, Map<AgentRef, Long> fences) {
        List<Map.Entry<AgentRef, Long>> all = List.copyOf(fences.entrySet());
        database.write(handle -> handle.createUpdate(RELEASE)
                .bind("session", session)
                .bindArray(
                        "organizations",
                        UUID.class,
                        column(all, entry -> entry.getKey().organization()))
                .bindArray(
                        "ids", String.class, column(all, entry -> entry.getKey().id()))
                .bindArray("fences", Long.class, column(all, Map.Entry::getValue))
                .execute());
    }

    static AgentSpec spec(ResultSet row) throws SQLException {
        AgentSpecBuilder builder = AgentSpec.builder(row.getString("id"))
                .kind(row.getString("kind"))
                .category(AgentCategory.valueOf(row.getString("category")))
                .description(row.getString("description"))
                .capabilities(Set.of(texts(row.getArray("capabilities"))))
                .dataSources(Arrays.asList(texts(row.getArray("data_sources"))))
                .settings(Jsonb.map(row.getString("settings")));
        SpecJson.read(Jsonb.map(row.getString("spec")), builder);
        return builder.build();
    }

    private static String[] texts(Array array) throws SQLException {
        return (String[]) array.getArray();
    }
}
