package dev.mainstay.recovery;

import dev.mainstay.postgres.Database;
import dev.mainstay.task.Outcome;
import dev.mainstay.task.TaskContext;
import dev.mainstay.task.TaskHandler;
import java.util.Map;
import java.util.Optional;

/// Does what the engine decided, or undoes it, as a task on any node. What was done is stored with the task's
/// completion. What has become needless or unwanted since it was decided on is not done.
/// Thread-safe.
public final class RecoveryWork implements TaskHandler<RecoveryWork.Order> {
    /// The type of its tasks, which is their queue too.
    public static final String TYPE = "mainstay.recovery";

    private final Database database;
    private final Map<String, RecoveryAction> actions;
    private final UndoStore undos;

    RecoveryWork(Database database, Map<String, RecoveryAction> actions) {
        this.database = database;
        this.actions = actions;
        this.undos = new UndoStore(database);
    }

    /// What is to be done.
    ///
    /// @param undo whether it is to be taken back
    public record Order(Patient patient, int step, String action, boolean undo) {}

    @Override
    public Outcome handle(Order order, TaskContext context) throws Exception {
        RecoveryAction action = Optional.ofNullable(actions.get(order.action()))
                .orElseThrow(() -> new IllegalStateException(
                        "this node knows no action \"" + order.action() + "\"; it knows " + actions.keySet()));
        return Outcome.completed(order.undo() ? undo(action, order) : act(action, order, context.attempt()));
    }

    private Map<String, ?> act(RecoveryAction action, Order order, long attempt) throws Exception {
        String whyNot = database.read(handle -> Holds.whyNotNow(handle, order));
        return whyNot.isEmpty() ? action.act(order.patient()) : Map.of("notDone", whyNot, "attempt", attempt);
    }

    private Map<String, ?> undo(RecoveryAction action, Order order) throws Exception {
        Optional<Map<String, Object>> done = undos.done(order.patient(), order.step());
        if (done.isEmpty()) {
            return Map.of("undone", false, "because", "it was undone before");
        }
        Optional<String> undone = action.undo(order.patient(), done.get());
        undos.undone(order, undone);
        return Map.of("undone", undone.isPresent());
    }
}
