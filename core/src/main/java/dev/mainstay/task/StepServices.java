package dev.mainstay.task;

import java.time.InstantSource;
import java.util.List;
import java.util.UUID;

/// What steps need of their node. Thread-safe.
interface StepServices {
    InstantSource clock();

    StepStore steps();

    void write(StepWrite write);

    List<UUID> enqueue(UUID organization, List<NewTask> tasks);
}
