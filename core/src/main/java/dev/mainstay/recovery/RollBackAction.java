package dev.mainstay.recovery;

import dev.mainstay.agent.AgentCommand;
import dev.mainstay.agent.AgentCommands;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Jsonb;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// Gives an agent that has not worked since it was declared anew its last declaration back under which it did: the
/// newest in whose time a heartbeat tells of a tick that did not fail. The agent is started anew with it. A program
/// or a file that declares the other one again at its next start wins. Thread-safe.
final class RollBackAction implements RecoveryAction {
    static final String NAME = "roll-back-configuration";
    private static final String NO_GOOD = "its present declaration has worked, or there is no earlier one that has";

    /// The declarations of an agent, and the one of them to go back to, if there is one.
    private static final String GOOD = """
            known AS (
                SELECT declared_at, kind, spec, settings,
                    lead(declared_at, 1, 'infinity') OVER (ORDER BY declared_at) AS until
                FROM agent_declarations
                WHERE organization_id = :organization AND agent_id = :agent),
            tried AS (
                SELECT known.*, EXISTS (
                    SELECT
                    FROM agent_heartbeats beat
                    WHERE beat.organization_id = :organization AND beat.agent_id = :agent
                        AND beat.minute >= date_bin('1 minute', known.declared_at, '2000-01-01Z')
                        AND beat.minute <= known.until
                        AND beat.at > known.declared_at AND beat.at < known.until
                        AND beat.ticks > beat.failures) AS has_worked
                FROM known),
            good AS (
                SELECT *
                FROM tried
                WHERE has_worked AND NOT EXISTS (SELECT FROM tried WHERE has_worked AND until = 'infinity')
                ORDER BY declared_at DESC
                LIMIT 1)
            """;

    private static final String BACK = "WITH " + GOOD + """
            , given AS (
                UPDATE agents
                SET kind = good.kind, spec = good.spec, settings = good.settings, updated_at = clock_timestamp()
                FROM good
                WHERE agents.organization_id = :organization AND agents.id = :agent
                RETURNING good.declared_at)
            INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
            SELECT :organization, 'agent.reconfigured', 'warning', :agent, :reason,
                jsonb_build_object('actor', CAST(:actor AS text), 'declarationOf', declared_at,
                    'replaced', (SELECT declared_at FROM known WHERE until = 'infinity'))
            FROM given
            """;

    private static final String HAS_GOOD = "WITH " + GOOD + "SELECT EXISTS (SELECT FROM good)";

    /// Only while the agent stands as it was given back: what was declared since is somebody's, and stays.
    private static final String FORTH = """
            WITH forth AS (
                UPDATE agents
                SET kind = former.kind, spec = former.spec, settings = former.settings, updated_at = clock_timestamp()
                FROM agent_declarations former, agent_declarations given
                WHERE agents.organization_id = :organization AND agents.id = :agent
                    AND former.organization_id = agents.organization_id AND former.agent_id = agents.id
                    AND former.declared_at = CAST(:replaced AS timestamptz)
                    AND given.organization_id = agents.organization_id AND given.agent_id = agents.id
                    AND given.declared_at = CAST(:declarationOf AS timestamptz)
                    AND (given.kind, given.spec, given.settings) = (agents.kind, agents.spec, agents.settings)
                    AND NOT EXISTS (
                        SELECT
                        FROM agent_declarations since
                        WHERE since.organization_id = agents.organization_id AND since.agent_id = agents.id
                            AND since.declared_at > former.declared_at
                        OFFSET 1)
                RETURNING agents.id)
            INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
            SELECT :organization, 'agent.reconfigured', 'warning', :agent, :reason,
                jsonb_build_object('actor', CAST(:actor AS text), 'declarationOf', CAST(:replaced AS timestamptz),
                    'replaced', CAST(:declarationOf AS timestamptz), 'undone', true)
            FROM forth
            """;

    private static final String IS_FORTH = """
            SELECT EXISTS (
                SELECT
                FROM system_events
                WHERE organization_id = :organization AND agent_id = :agent AND type = 'agent.reconfigured'
                    AND detail ->> 'actor' = :actor AND detail @> '{"undone": true}')
            """;

    private static final String IS_WANTED = """
            SELECT EXISTS (
                SELECT FROM agents WHERE organization_id = :organization AND id = :agent AND desired = 'running')
            """;

    private final Database database;
    private final AgentCommands commands;

    RollBackAction(Database database, AgentCommands commands) {
        this.database = database;
        this.commands = commands;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Risk risk() {
        return Risk.HIGH;
    }

    @Override
    public boolean isReversible() {
        return true;
    }

    @Override
    public Optional<String> whyPointless(Handle handle, Patient patient, List<String> tried) {
        return patient.is(handle, HAS_GOOD) ? Optional.empty() : Optional.of(NO_GOOD);
    }

    @Override
    public Map<String, ?> act(Patient patient) {
        Optional<String> done = database.write(handle -> {
            Optional<String> before = done(handle, patient);
            if (before.isEmpty() && back(handle, patient) > 0) {
                ClearLeaseAction.clear(handle, patient);
            }
            return before.isPresent() ? before : done(handle, patient);
        });
        String told = done.orElseThrow(() -> new IllegalStateException(NO_GOOD));
        startAnew(patient);
        return Jsonb.map(told);
    }

    private static int back(Handle handle, Patient patient) {
        return handle.createUpdate(BACK)
                .bind("organization", patient.organization())
                .bind("agent", patient.requireAgent())
                .bind("actor", patient.actor())
                .bind("reason", patient.reason())
                .execute();
    }

    /// What was done in this episode, so that a second call after a crash goes back no further.
    private static Optional<String> done(Handle handle, Patient patient) {
        return DoneOnce.found(handle, patient, "agent.reconfigured");
    }

    /// Not one that people have paused or shut down meanwhile: it has the declaration once they want it to work.
    private void startAnew(Patient patient) {
        if (database.read(handle -> patient.is(handle, IS_WANTED))) {
            commands.give(
                    patient.organization(),
                    patient.requireAgent(),
                    AgentCommand.RESTART,
                    "with another declaration: " + patient.reason(),
                    patient.actor());
        }
    }

    @Override
    public Optional<String> undo(Patient patient, Map<String, ?> done) {
        boolean isForth = database.write(handle -> {
            Optional<String> given = done(handle, patient);
            boolean isNowForth = given.isPresent() && forth(handle, patient, Jsonb.map(given.get())) > 0;
            if (isNowForth) {
                ClearLeaseAction.clear(handle, patient);
            }
            return isNowForth || isForth(handle, patient);
        });
        if (!isForth) {
            return Optional.empty();
        }
        startAnew(patient);
        return Optional.of("the declaration that was replaced is given again");
    }

    /// An earlier call did so, and could not tell.
    private static boolean isForth(Handle handle, Patient patient) {
        return handle.createQuery(IS_FORTH)
                .bind("organization", patient.organization())
                .bind("agent", patient.requireAgent())
                .bind("actor", patient.actor())
                .mapTo(Boolean.class)
                .one();
    }

    private static int forth(Handle handle, Patient patient, Map<String, Object> given) {
        return handle.createUpdate(FORTH)
                .bind("organization", patient.organization())
                .bind("agent", patient.requireAgent())
                .bind("actor", patient.actor())
                .bind("reason", "taken back: " + patient.reason())
                .bind("replaced", String.valueOf(given.get("replaced")))
                .bind("declarationOf", String.valueOf(given.get("declarationOf")))
                .execute();
    }
}
