package dev.mainstay.recovery;

import dev.mainstay.agent.AgentCommands;
import dev.mainstay.config.Suggestions;
import dev.mainstay.postgres.Database;
import dev.mainstay.task.TaskDesks;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The actions playbooks can name. Stateless and thread-safe.
public final class RecoveryActions {
    /// Needs nothing done: people are called.
    static final String CALL = "call-person";

    /// What every fleet can do, beside `task:TYPE`.
    public static final List<String> NAMES = List.of(
            RestartAction.NAME,
            CleanRestartAction.NAME,
            ReconnectAction.NAME,
            CircuitAction.NAME,
            MoveAction.NAME,
            ClearLeaseAction.NAME,
            RollBackAction.NAME,
            ThrottleAction.NAME,
            ShedAction.NAME,
            RequeueAction.NAME,
            CALL);

    private RecoveryActions() {}

    /// Refuses a name that is no action's.
    ///
    /// @param more those of the fleet's own
    /// @throws IllegalArgumentException the message begins with `actions`
    public static void require(String name, Collection<String> more) {
        if (name.startsWith(TaskAction.PREFIX)) {
            TaskAction.typeOf(name);
        } else if (!NAMES.contains(name) && !more.contains(name)) {
            List<String> known = Stream.concat(NAMES.stream(), more.stream()).toList();
            throw new IllegalArgumentException("actions must name what there is; there is no action \"" + name + "\""
                    + Suggestions.didYouMeanOrKnown(name, known));
        }
    }

    static Map<String, RecoveryAction> builtin(Database database, AgentCommands commands) {
        Runnable polled = () -> {};
        TaskDesks desks = new TaskDesks(database, database::now, polled, polled);
        Map<String, RecoveryAction> all = new LinkedHashMap<>();
        Stream.of(
                        new RestartAction(commands),
                        new CleanRestartAction(database, commands),
                        new ReconnectAction(database),
                        new CircuitAction(database, commands),
                        new MoveAction(database),
                        new ClearLeaseAction(database),
                        new RollBackAction(database, commands),
                        new ThrottleAction(database, desks),
                        new ShedAction(database),
                        new RequeueAction(database, desks))
                .forEach(action -> all.put(action.name(), action));
        return all;
    }

    static RecoveryAction task(String name, Database database) {
        Runnable polled = () -> {};
        return new TaskAction(name, new TaskDesks(database, database::now, polled, polled));
    }
}
