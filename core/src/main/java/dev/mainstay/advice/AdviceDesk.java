package dev.mainstay.advice;

import dev.mainstay.postgres.Filter;
import dev.mainstay.postgres.OrganizationDatabase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Where requests of one organization read advice, and say that they do not want it. Thread-safe.
public final class AdviceDesk {
    private static final String LIST = "SELECT " + Advice.COLUMNS + """
            FROM advice
            WHERE organization_id = :organization FILTERED
            ORDER BY advice_id DESC
            LIMIT :limit
            """;

    private static final String IGNORE = """
            WITH changed AS (
                UPDATE advice
                SET state = 'ignored', actor = :actor, note = :note
                WHERE organization_id = :organization AND advice_id = :advice AND state = 'open'
                RETURNING *)
            INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
            SELECT organization_id, 'advice.ignored', 'info', agent_id, note,
                jsonb_build_object('advice', advice_id, 'kind', kind, 'actor', actor)
            FROM changed
            """;

    private final OrganizationDatabase database;

    public AdviceDesk(OrganizationDatabase database) {
        this.database = database;
    }

    /// Newest first.
    ///
    /// @param before advice a page ended with
    public List<Advice> list(Optional<Advice.State> state, Optional<String> agent, Optional<UUID> before, int limit) {
        Filter filter = new Filter()
                .with("organization", database.organization())
                .with("limit", limit)
                .and("state = :state", "state", state.map(Advice.State::word))
                .and("agent_id = :agent", "agent", agent);
        before.ifPresent(advice -> filter.and("advice_id < :before").with("before", advice));
        return database.list(filter.into(LIST), filter.parameters(), (row, context) -> Advice.map(row));
    }

    public Optional<Advice> find(UUID advice) {
        return database.find(
                "SELECT " + Advice.COLUMNS
                        + " FROM advice WHERE organization_id = :organization AND advice_id = :advice",
                Map.of("organization", database.organization(), "advice", advice),
                (row, context) -> Advice.map(row));
    }

    /// Says that nobody wants to hear of it; false when it is not open. Should it be followed all the
    /// same, it is verified.
    public boolean ignore(UUID advice, String reason, String actor) {
        return database.write(handle -> handle.createUpdate(IGNORE)
                        .bind("organization", database.organization())
                        .bind("advice", advice)
                        .bind("note", reason)
                        .bind("actor", actor)
                        .execute())
                == 1;
    }
}
