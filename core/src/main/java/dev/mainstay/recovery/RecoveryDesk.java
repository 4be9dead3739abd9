package dev.mainstay.recovery;

import dev.mainstay.postgres.OrganizationDatabase;
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

    private final OrganizationDatabase database;

    public RecoveryDesk(OrganizationDatabase database) {
        this.database = database;
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
