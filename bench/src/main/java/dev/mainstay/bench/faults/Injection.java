package dev.mainstay.bench.faults;

import dev.mainstay.agent.AgentCommand;
import dev.mainstay.agent.AgentCommands;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.task.NewTask;
import dev.mainstay.task.Priority;
import dev.mainstay.task.TaskDesk;
import dev.mainstay.task.TaskDesks;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Puts faults into agents, and takes away what is left of one that was not healed. Used by one thread.
final class Injection {
    private static final int FLOOD = 2_000;
    /// They begin here, the others when the agent first misbehaves.
    private static final Set<FaultKind> FROM_OUTSIDE =
            Set.of(FaultKind.BAD_CONFIGURATION, FaultKind.FULL_QUEUE, FaultKind.POISON_TASK);
    private static final String GIVE_UP = """
            UPDATE agent_leases
            SET session_id = NULL, node_id = NULL, leaving = false, fence = fence + 1
            WHERE agent_id = ?
            """;
    private static final String TELL = """
            UPDATE node_sessions
            SET assignment_version = assignment_version + 1
            WHERE ended_at IS NULL
            """;

    private final FaultTables tables;
    private final TaskDesk desk;
    private final AgentCommands commands;

    Injection(Laboratory laboratory, FaultTables tables) {
        this.tables = tables;
        var database = laboratory.database();
        this.desk = new TaskDesks(database, database::now, () -> {}, () -> {}).of(Organizations.DEFAULT, "campaign");
        this.commands = new AgentCommands(database, () -> {});
    }

    void inject(FaultKind kind, String agent) throws SQLException {
        tables.inject(agent, kind, FROM_OUTSIDE.contains(kind));
        switch (kind) {
            case POISON_TASK -> desk.enqueueAll(List.of(task(agent, Map.of("poison", true))));
            case FULL_QUEUE ->
                desk.enqueueAll(Collections.nCopies(FLOOD, task(agent, Map.of()).priority(Priority.LOW)));
            case BAD_CONFIGURATION -> declare(agent, "bad");
            default -> {
                // The agent reads it and does the rest.
            }
        }
    }

    private static NewTask task(String agent, Map<String, ?> payload) {
        return NewTask.of(FaultOrder.queue(agent), payload).attempts(3);
    }

    /// As a program that is started with other settings does: the declaration, and a life that begins with it.
    private void declare(String agent, String mode) throws SQLException {
        tables.execute("UPDATE agents SET settings = jsonb_build_object('mode', ?::text) WHERE id = ?", mode, agent);
        tables.execute(GIVE_UP, agent);
        tables.execute(TELL);
    }

    /// What healing did not mend is mended, so that the agent can be struck again.
    void mend(FaultTables.Status status) throws SQLException {
        tables.execute("DELETE FROM system_state WHERE starts_with(key, 'agents/' || ? || '/')", status.agent());
        if (status.kind() == FaultKind.BAD_CONFIGURATION) {
            declare(status.agent(), "good");
        }
        if (status.kind().isRecoverable()) {
            tables.execute("UPDATE agents SET desired = 'running' WHERE id = ?", status.agent());
            commands.give(Organizations.DEFAULT, status.agent(), AgentCommand.RESTART, "was not healed", "campaign");
        }
    }
}
