package dev.mainstay.agent;

import dev.mainstay.postgres.Database;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Finds the agents of an organization by what they are and can do, wherever they run. Thread-safe.
public final class AgentRegistry {
    private final Database database;
    private final UUID organization;

    public AgentRegistry(Database database, UUID organization) {
        this.database = database;
        this.organization = organization;
    }

    public Optional<RegisteredAgent> find(String id) {
        return list("id = :value", id).stream().findFirst();
    }

    public List<RegisteredAgent> all() {
        return list(":value = ''", "");
    }

    public List<RegisteredAgent> ofKind(String kind) {
        return list("kind = :value", kind);
    }

    public List<RegisteredAgent> inCategory(AgentCategory category) {
        return list("category = :value", category.name());
    }

    public List<RegisteredAgent> withCapability(String capability) {
        return list("capabilities @> ARRAY[:value]", capability);
    }

    private List<RegisteredAgent> list(String condition, String value) {
        return database.read(handle -> handle.createQuery(AgentStore.SELECT + """
                WHERE organization_id = :organization AND %s
                ORDER BY id
                """.formatted(condition))
                .bindMap(Map.of("organization", organization, "value", value))
                .map((row, context) -> new RegisteredAgent(
                        AgentStore.spec(row),
                        AgentState.of(row.getString("state")),
                        DesiredState.of(row.getString("desired")),
                        AgentSource.valueOf(row.getString("source").toUpperCase(Locale.ROOT))))
                .list());
    }
}
