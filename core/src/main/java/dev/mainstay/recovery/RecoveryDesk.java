package dev.mainstay.recovery;

import dev.mainstay.postgres.Filter;
import dev.mainstay.postgres.OrganizationDatabase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Where requests of one organization read episodes and answer them. Thread-safe.
public final class RecoveryDesk {
    private static final String APPROVE = """
            WITH approved AS (
                UPDATE recoveries
                SET approved_by = :actor
                WHERE organization_id = :organization AND recovery_id = :recovery AND state = 'approval'
                RETURNING agent_id, outcome, proposed)
            INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
            SELECT :organization, 'recovery.approved', 'info', nullif(agent_id, ''), :reason,
                jsonb_build_object('recovery', CAST(:recovery AS text), 'actor', :actor, 'action', proposed,
                    'decision', outcome)
            FROM approved
            """;

    private static final String LIST = "SELECT " + Recovery.COLUMNS + """
             FROM recoveries
            WHERE organization_id = :organization FILTERED
            ORDER BY recovery_id DESC
            LIMIT :limit
            """;

    private static final String ACTIONS = """
            SELECT ordinal, action, reason, task_id, decided_at, ended_at, result::text AS result, error, healed,
                coalesce(measured, '{}')::text AS measured, reversible, undo_due_at, undone_at, undo_result
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

    /// Lets the grave action be done that a person is asked about, and no other; false when the episode waits
    /// for nobody.
    public boolean approve(UUID recovery, String reason, String actor) {
        return database.write(handle -> handle.createUpdate(APPROVE)
                        .bind("organization", database.organization())
                        .bind("recovery", recovery)
                        .bind("reason", reason)
                        .bind("actor", actor)
                        .execute()
                == 1);
    }

    /// What became of asking that an action be undone.
    public enum Undo {
        ASKED,
        /// The episode has no such action that was done.
        UNKNOWN,
        /// Nothing of it can be taken back.
        IRREVERSIBLE,
        /// It was undone, or is about to be.
        BEFORE
    }

    /// Has an action of an episode undone within a second or two.
    ///
    /// @param ordinal which; empty for the newest that can be undone
    public Undo undo(UUID recovery, Optional<Integer> ordinal, String reason, String actor) {
        return database.write(handle -> {
            List<Recovery.Action> done = handle.createQuery(
                            ACTIONS.replace("ORDER BY", "AND ended_at IS NOT NULL ORDER BY"))
                    .bind("organization", database.organization())
                    .bind("recovery", recovery)
                    .map((row, context) -> Recovery.Action.map(row))
                    .list();
            Optional<Recovery.Action> action = ordinal.isPresent()
                    ? done.stream()
                            .filter(each -> each.ordinal() == ordinal.get())
                            .findFirst()
                    : done.reversed().stream()
                            .filter(Recovery.Action::reversible)
                            .findFirst();
            if (action.isEmpty()) {
                return done.isEmpty() || ordinal.isPresent() ? Undo.UNKNOWN : Undo.IRREVERSIBLE;
            }
            return action.get().reversible()
                    ? ask(handle, recovery, action.get().ordinal(), reason, actor)
                    : Undo.IRREVERSIBLE;
        });
    }

    private Undo ask(Handle handle, UUID recovery, int ordinal, String reason, String actor) {
        int asked = handle.createUpdate("""
                        UPDATE recovery_actions
                        SET undo_due_at = clock_timestamp(), undo_asked_by = :actor, undo_reason = :reason
                        WHERE organization_id = :organization AND recovery_id = :recovery AND ordinal = :ordinal
                            AND undone_at IS NULL AND undo_task_id IS NULL AND undo_asked_by IS NULL
                        """)
                .bind("organization", database.organization())
                .bind("recovery", recovery)
                .bind("ordinal", ordinal)
                .bind("actor", actor)
                .bind("reason", reason)
                .execute();
        return asked == 1 ? Undo.ASKED : Undo.BEFORE;
    }

    /// What each cause is answered with, and what has helped so far.
    public List<PlaybookView> playbooks() {
        return database.list(
                PlaybookView.SELECT,
                Map.of("organization", database.organization()),
                (row, context) -> PlaybookView.map(row));
    }

    /// What healing may do here; empty until a node has begun to heal.
    public Optional<PlaybookView.Policy> policy() {
        return database.find(
                "SELECT * FROM recovery_policies WHERE organization_id = :organization",
                Map.of("organization", database.organization()),
                (row, context) -> PlaybookView.Policy.map(row));
    }
}
