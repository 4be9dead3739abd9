package dev.mainstay.recovery;

import dev.mainstay.task.Outcome;
import dev.mainstay.task.TaskContext;
import dev.mainstay.task.TaskHandler;
import java.util.Map;
import java.util.Optional;

/// Does what the engine decided, as a task on any node. What was done is stored with the task's completion.
/// Thread-safe.
public final class RecoveryWork implements TaskHandler<RecoveryWork.Order> {
    /// The type of its tasks, which is their queue too.
    public static final String TYPE = "mainstay.recovery";

    private final Map<String, RecoveryAction> actions;

    RecoveryWork(Map<String, RecoveryAction> actions) {
        this.actions = actions;
    }

    /// What is to be done.
    public record Order(Patient patient, int step, String action) {}

    @Override
    public Outcome handle(Order order, TaskContext context) throws Exception {
        RecoveryAction action = Optional.ofNullable(actions.get(order.action()))
                .orElseThrow(() -> new IllegalStateException(
                        "this node knows no action \"" + order.action() + "\"; it knows " + actions.keySet()));
        Map<String, ?> done = action.act(order.patient());
        return Outcome.completed(done);
    }
}
