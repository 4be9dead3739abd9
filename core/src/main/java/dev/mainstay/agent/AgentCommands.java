package dev.mainstay.agent;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Database;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/// What people want of agents, as requests of their organization: the wish, its event and the owner's notice are one
/// transaction, written by the SQL function `agent_command`. Thread-safe.
public final class AgentCommands {
    /// How the name of an actor begins that is no person but an episode of healing.
    public static final String HEALING = "recovery:";

    private static final String IS_OF_HEALING = """
            SELECT coalesce((
                SELECT starts_with(detail ->> 'actor', :healing)
                FROM system_events
                WHERE organization_id = :organization AND agent_id = :agent AND type = 'agent.commanded'
                ORDER BY at DESC
                LIMIT 1), false)
            """;

    private final Database database;
    private final Runnable told;

    /// @param told called after each commit, so that the node that runs the agent looks at once
    public AgentCommands(Database database, Runnable told) {
        this.database = database;
        this.told = told;
    }

    private record Wanted(AgentState state, DesiredState desired, AgentSource source) {}

    /// Asks `command` of an agent; false when it was wanted already and nothing was written.
    public boolean give(UUID organization, String agent, AgentCommand command, String reason, String actor) {
        return give(organization, agent, command, reason, actor, handle -> {});
    }

    /// The same with something that goes with it: both are done, or neither when the command is refused.
    public boolean give(
            UUID organization,
            String agent,
            AgentCommand command,
            String reason,
            String actor,
            Consumer<Handle> before) {
        boolean given = database.api(organization).write(handle -> {
            Wanted now = find(handle, organization, agent);
            command.refusal(now.state, now.desired, now.source).ifPresent(why -> {
                throw new MainstayException(ErrorCode.TRANSITION_REFUSED, "agent " + agent + " " + why);
            });
            before.accept(handle);
            boolean isNew = !command.isNothingNew(now.desired) || isTakenOver(handle, organization, agent, actor);
            if (isNew && !write(handle, agent, command, reason, actor)) {
                throw new MainstayException(
                        ErrorCode.TRANSITION_REFUSED,
                        "agent " + agent + " was removed or asked for something else at this moment; look at it again");
            }
            return isNew;
        });
        if (given) {
            told.run();
        }
        return given;
    }

    private static Wanted find(Handle handle, UUID organization, String agent) {
        return handle.createQuery("""
                SELECT state, desired, source
                FROM agents
                WHERE organization_id = :organization AND id = :agent
                """)
                .bind("organization", organization)
                .bind("agent", agent)
                .map((row, context) -> new Wanted(
                        AgentState.of(row.getString("state")),
                        DesiredState.of(row.getString("desired")),
                        AgentSource.valueOf(row.getString("source").toUpperCase(Locale.ROOT))))
                .findOne()
                .orElseThrow(
                        () -> new MainstayException(ErrorCode.AGENT_UNKNOWN, "there is no agent \"" + agent + "\""));
    }

    /// A person asks for what healing has asked for: from now on it is theirs, and healing does not take it back.
    private static boolean isTakenOver(Handle handle, UUID organization, String agent, String actor) {
        return !actor.startsWith(HEALING)
                && handle.createQuery(IS_OF_HEALING)
                        .bind("organization", organization)
                        .bind("agent", agent)
                        .bind("healing", HEALING)
                        .mapTo(Boolean.class)
                        .one();
    }

    private static boolean write(Handle handle, String agent, AgentCommand command, String reason, String actor) {
        return handle.createQuery("SELECT agent_command(:agent, :command, :reason, :actor)")
                .bind("agent", agent)
                .bind("command", command.word())
                .bind("reason", reason)
                .bind("actor", actor)
                .mapTo(Boolean.class)
                .one();
    }
}
