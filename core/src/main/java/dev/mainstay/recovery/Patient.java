package dev.mainstay.recovery;

import dev.mainstay.agent.AgentCommands;
import dev.mainstay.postgres.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Who is to be healed, of what, in which episode: an agent, or a queue. Immutable and thread-safe.
///
/// @param agent empty when it is about a queue
/// @param queue empty when it is about an agent
public record Patient(UUID organization, UUID recovery, String agent, String queue, String cause, String summary) {
    static Patient map(ResultSet row) throws SQLException {
        return new Patient(
                Columns.uuid(row, "organization_id"),
                Columns.uuid(row, "recovery_id"),
                row.getString("agent_id"),
                row.getString("queue"),
                row.getString("cause"),
                row.getString("alert_summary"));
    }

    /// In whose name events tell of what was done.
    public String actor() {
        return AgentCommands.HEALING + recovery;
    }

    /// Why something is done, for those who read of it elsewhere.
    String reason() {
        return cause + ": " + summary;
    }

    /// The agent, for an action that is about one.
    String requireAgent() {
        return required(agent, "an agent");
    }

    /// The queue, for an action that is about one.
    String requireQueue() {
        return required(queue, "a queue");
    }

    /// Whether a query about the agent, with `:organization` and `:agent`, gives true.
    boolean is(Handle handle, String sql) {
        return handle.createQuery(sql)
                .bind("organization", organization)
                .bind("agent", agent)
                .mapTo(Boolean.class)
                .one();
    }

    private String required(String name, String what) {
        if (name.isEmpty()) {
            throw new IllegalStateException("this is about " + what + ", and the alert names none");
        }
        return name;
    }
}
