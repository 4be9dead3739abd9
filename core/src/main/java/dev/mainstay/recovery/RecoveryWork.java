package dev.mainstay.recovery;

import dev.mainstay.postgres.Database;
import dev.mainstay.task.Outcome;
import dev.mainstay.task.TaskContext;
import dev.mainstay.task.TaskHandler;
import java.util.Map;
import java.util.Optional;

/// Does what the engine decided, or undoes it, as a task on any node. What was done is stored with the task's
/// completion.
/// Thread-safe.
public final class RecoveryWork implements TaskHandler<RecoveryWork.Order> {
    /// The type of its tasks, which is their queue too.
    public static final String TYPE = "mainstay.recovery";

    private final Map<String, RecoveryAction> actions;
    private final UndoStore undos;

    RecoveryWork(Database database, Map<String, RecoveryAction> actions) {
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
        return Outcome.completed(order.undo() ? undo(action, order) : action.act(order.patient()));
    }

    private Map<String, ?> undo(RecoveryAction action, Order order) throws Exception {
        Optional<Map<String, Object>> done = undos.done(order.patient(), order.step());
        if (done.isEmpty()) {
            return Map.of("undone", false, "because", "it was undone before");
        }
        boolean isUndone = action.undo(order.patient(), done.get());
        undos.undone(order, isUndone ? "undone" : "there was nothing to undo any more");
        return Map.of("undone", isUndone);
    }
}
