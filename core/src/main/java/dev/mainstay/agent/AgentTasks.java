package dev.mainstay.agent;

import dev.mainstay.task.AttemptListener;
import dev.mainstay.task.Serving;
import dev.mainstay.task.TaskHandler;
import dev.mainstay.task.TaskHost;
import dev.mainstay.task.TaskType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The types of task one agent works on: only while it may tick, and no longer than its instance lives. Thread-safe.
final class AgentTasks {
    private final TaskHost host;
    private final AttemptListener listener;
    private final List<Serving> servings = new ArrayList<>();
    private boolean isOpen;

    AgentTasks(TaskHost host, AttemptListener listener) {
        this.host = host;
        this.listener = listener;
    }

    synchronized <P> void add(TaskType<P> type, TaskHandler<P> handler) {
        Serving serving = host.serve(type, handler, listener);
        servings.add(serving);
        if (isOpen) {
            serving.open();
        }
    }

    synchronized void open() {
        isOpen = true;
        servings.forEach(Serving::open);
    }

    synchronized void hold() {
        isOpen = false;
        servings.forEach(Serving::hold);
    }

    /// The instance is done with: what runs gets `bound` to end.
    void close(Duration bound) {
        List<Serving> all;
        synchronized (this) {
            hold();
            all = List.copyOf(servings);
            servings.clear();
        }
        all.forEach(serving -> serving.close(bound));
    }
}
