package dev.mainstay.recovery;

import dev.mainstay.postgres.Filter;
import dev.mainstay.postgres.OrganizationDatabase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Where requests of one organization read episodes and answer them. Thread-safe.
public final class RecoveryDesk {
    private static final String APPROVE = """
            WITH approved AS (
                UPDATE recoveries
                SET approved_by = :actor
                WHERE organization_id = :organization AND recovery_id = :recovery AND state = 'approval'
                RETURNING agent_id, outcome)
            INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
            SELECT :organization, 'recovery.approved', 'info', agent_id, :reason,
                jsonb_build_object('recovery', CAST(:recovery AS text), 'actor', :actor, 'decision', outcome)
            FROM approved
            """;

    private static final String LIST = "SELECT " + Recovery.COLUMNS + """
             FROM recoveries
            WHERE organization_id = :organization FILTERED
            ORDER BY recovery_id DESC
            LIMIT :limit
            """;

    private static final String ACTIONS = """
            SELECT ordinal, action, reason, task_id, decided_at, ended_at, result::text AS result, error, healed
            FROM recovery_actions
            WHERE organization_id = :organization AND recovery_id = :recovery
            ORDER BY ordinal
            """;

    private final OrganizationDatabase database;

    public RecoveryDesk(OrganizationDatabase database) {
        this.database = database;
    }

    /// Newest first.
    ///
    /// @param before an episode a page ended with
    public List<Recovery> list(
            Optional<RecoveryState> state, Optional<String> agent, Optional<UUID> before, int limit) {
        Filter filter = new Filter()
                .with("organization", database.organization())
                .with("limit", limit)
                .and("state = :state", "state", state.map(RecoveryState::word))
                .and("agent_id = :agent", "agent", agent)
                .and("recovery_id < :before", "before", before);
        return database.list(filter.into(LIST), filter.parameters(), (row, context) -> Recovery.map(row));
    }

    public Optional<Recovery> find(UUID recovery) {
        return database.find(
                "SELECT " + Recovery.COLUMNS
                        + " FROM recoveries WHERE organization_id = :organization AND recovery_id = :recovery",
                Map.of("organization", database.organization(), "recovery", recovery),
                (row, context) -> Recovery.map(row));
    }

    /// What was done in an episode, in order.
    public List<Recovery.Action> actions(UUID recovery) {
        return database.list(
                ACTIONS,
                Map.of("organization", database.organization(), "recovery", recovery),
                (row, context) -> Recovery.Action.map(row));
    }

    /// How well healing does, by cause.
    public List<Recovery.Success> success() {
        return database.list(
                "SELECT * FROM recovery_success WHERE organization_id = :organization ORDER BY cause",
                Map.of("organization", database.organization()),
                (row, context) -> Recovery.Success.map(row));
    }

    /// Lets a grave action be done; false when the episode waits for nobody.
    public boolean approve(UUID recovery, String reason, String actor) {
        return database.write(handle -> handle.createUpdate(APPROVE)
                        .bind("organization", database.organization())
                        .bind("recovery", recovery)
                        .bind("reason", reason)
                        .bind("actor", actor)
                        .execute()
                == 1);
    }
}
