package dev.mainstay.agent;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Database;
import java.util.UUID;

/// Removes agents that nobody wants or runs any more. Their heartbeats, metrics and events stay until retention takes
/// them. Thread-safe.
public final class AgentRemoval {
    private final Database database;

    public AgentRemoval(Database database) {
        this.database = database;
    }

    /// One that a node still declares comes back when that node starts anew.
    public void remove(UUID organization, String agent, String reason, String actor) {
        String answer = database.api(organization)
                .write(handle -> handle.createQuery("SELECT agent_remove(:agent, :reason, :actor)")
                        .bind("agent", agent)
                        .bind("reason", reason)
                        .bind("actor", actor)
                        .mapTo(String.class)
                        .one());
        if (!answer.equals("removed")) {
            throw refusal(agent, answer);
        }
    }

    private static MainstayException refusal(String agent, String answer) {
        return switch (answer) {
            case "unknown" -> new MainstayException(ErrorCode.AGENT_UNKNOWN, "there is no agent " + agent);
            case "slot" ->
                refused(agent, "is a slot: it stands for planned work and cannot be removed, only implemented");
            case "wanted" -> refused(agent, "is still wanted: shut it down first, then remove it");
            default -> refused(agent, "is still being shut down: try again when its state is shutdown");
        };
    }

    private static MainstayException refused(String agent, String why) {
        return new MainstayException(ErrorCode.AGENT_IN_USE, "agent " + agent + " " + why);
    }
}
