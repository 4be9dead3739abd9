package dev.mainstay.recovery;

import dev.mainstay.task.NewTask;
import dev.mainstay.task.TaskDesks;
import java.util.List;
import java.util.Map;

/// Has a task of the user's own type done, named in the playbook as `task:TYPE`: its payload says who
/// is to be healed of what. Thread-safe.
final class TaskAction implements RecoveryAction {
    static final String PREFIX = "task:";

    private final String type;
    private final TaskDesks desks;

    /// @throws IllegalArgumentException when no task can be of that type, or it would only heal again
    TaskAction(String name, TaskDesks desks) {
        this.type = typeOf(name);
        this.desks = desks;
    }

    /// The type an action of this name means.
    static String typeOf(String name) {
        String type = name.substring(PREFIX.length());
        if (type.equals(RecoveryWork.TYPE)) {
            throw new IllegalArgumentException("actions must not name " + name + ": healing would start itself again");
        }
        NewTask.of(type, Map.of());
        return type;
    }

    @Override
    public String name() {
        return PREFIX + type;
    }

    @Override
    public Risk risk() {
        return Risk.MEDIUM;
    }

    @Override
    public Map<String, ?> act(Patient patient) {
        NewTask task = NewTask.of(type, patient)
                .unique("recovery:" + patient.recovery() + ":" + type)
                .tagged("recovery");
        return Map.of(
                "task",
                desks.of(patient.organization(), patient.actor())
                        .enqueueAll(List.of(task))
                        .getFirst()
                        .id());
    }
}
