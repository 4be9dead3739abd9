package dev.mainstay.task;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.task.StepStore.Awaited;
import dev.mainstay.task.StepStore.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The steps of one attempt: those that are done give what is stored, the first that is not goes on
/// from there. Confined to the thread of the handler.
final class StepLog implements Steps {
    private static final Duration CHILD_KEY_KEPT = Duration.ofDays(7);

    private final ClaimedTask task;
    private final StepServices services;
    private final Instant startedAt;
    private final Consumer<Ending> suspend;
    private @Nullable Map<Integer, StoredStep> done;
    private int next;

    /// @param suspend told how the attempt ended when the task waits
    StepLog(ClaimedTask task, StepServices services, Instant startedAt, Consumer<Ending> suspend) {
        this.task = task;
        this.services = services;
        this.startedAt = startedAt;
        this.suspend = suspend;
    }

    @Override
    public <T> T step(String name, Class<T> type, Callable<T> work) throws Exception {
        int position = next++;
        StoredStep stored = stored(position, name, "step");
        if (stored != null) {
            return read(stored, type);
        }
        Instant began = services.clock().instant();
        T result = work.call();
        write(position, name, "step", Payload.text("the result of step " + name, result), began);
        return result;
    }

    @Override
    public void step(String name, Work work) throws Exception {
        int position = next++;
        if (stored(position, name, "step") == null) {
            Instant began = services.clock().instant();
            work.run();
            write(position, name, "step", null, began);
        }
    }

    @Override
    public void sleep(String name, Duration duration) {
        int position = next++;
        Instant now = services.clock().instant();
        StoredStep stored = stored(position, name, "sleep");
        Instant until = stored == null ? now.plus(duration) : read(stored, Instant.class);
        if (stored == null) {
            write(position, name, "sleep", Payload.text("sleep", until), now);
        }
        if (now.isBefore(until)) {
            throw suspended(
                    new Ending(task, "snoozed", "sleeps: " + name, Duration.between(now, until), startedAt),
                    "its sleep " + name);
        }
    }

    @Override
    public <T> T await(String signal, Class<T> type) {
        return await(new Wait("signal", signal, List.of(), 1, null), type).orElseThrow();
    }

    @Override
    public <T> Optional<T> await(String signal, Class<T> type, Duration atMost) {
        return await(new Wait("signal", signal, List.of(), 1, atMost), type);
    }

    @Override
    public Approval approval(String name) {
        return await(new Wait("approval", name, List.of(), 1, null), Approval.class)
                .orElseThrow();
    }

    /// Enqueued under unique keys made of this task and step, so that a crash before the step is stored makes no second
    /// set of them.
    @Override
    public List<UUID> enqueue(String name, List<NewTask> children) {
        int position = next++;
        StoredStep stored = stored(position, name, "step");
        if (stored != null) {
            return Arrays.asList(read(stored, UUID[].class));
        }
        Instant began = services.clock().instant();
        List<UUID> ids = services.enqueue(
                task.organization(),
                IntStream.range(0, children.size())
                        .mapToObj(i -> children.get(i)
                                .childOf(task.id())
                                .unique(task.id() + "/" + position + "/" + i, CHILD_KEY_KEPT))
                        .toList());
        write(position, name, "step", Payload.text("children", ids), began);
        return ids;
    }

    @Override
    public List<Child> awaitAll(String name, List<UUID> children) {
        return children(name, children, children.size());
    }

    @Override
    public List<Child> awaitAny(String name, List<UUID> children) {
        return children(name, children, Math.min(1, children.size()));
    }

    private List<Child> children(String name, List<UUID> children, int enough) {
        return List.of(await(new Wait("children", name, children, enough, null), Child[].class)
                .orElseThrow());
    }

    private <T> Optional<T> await(Wait wait, Class<T> type) {
        int position = next++;
        StoredStep stored = stored(position, wait.name(), wait.kind());
        if (stored != null) {
            return stored.isTimedOut() ? Optional.empty() : Optional.of(came(position, wait, stored.result(), type));
        }
        Awaited awaited = await(position, wait);
        if (!awaited.isThere()) {
            throw suspended(Ending.awaiting(task, startedAt), wait.kind() + " " + wait.name());
        }
        return Optional.of(came(position, wait, awaited.came(), type));
    }

    private static <T> T came(int position, Wait wait, @Nullable String value, Class<T> type) {
        T came = read(wait.kind() + " '" + wait.name() + "'", value, type);
        if (came == null) {
            throw new NotRetryableException("the " + wait.kind() + " '" + wait.name()
                    + "' came without a value, and its handler awaits a " + type.getName()
                    + "; fork it behind its first " + position + " steps and send it with one");
        }
        return came;
    }

    private Awaited await(int position, Wait wait) {
        try {
            return services.steps().await(task, position, wait, startedAt);
        } catch (MainstayException e) {
            throw e.code() == ErrorCode.TASK_LINK ? new NotRetryableException(String.valueOf(e.getMessage()), e) : e;
        }
    }

    private Suspended suspended(Ending ending, String waitsFor) {
        suspend.accept(ending);
        return new Suspended(waitsFor);
    }

    /// What the step at this position gave before; null when this attempt is the first to come to it.
    private @Nullable StoredStep stored(int position, String name, String kind) {
        Map<Integer, StoredStep> known = done;
        if (known == null) {
            known = new HashMap<>();
            if (task.mayHaveSteps()) {
                for (StoredStep step : services.steps().read(task)) {
                    known.put(step.position(), step);
                }
            }
            done = known;
        }
        StoredStep stored = known.get(position);
        if (stored != null && !(stored.name().equals(name) && stored.kind().equals(kind))) {
            throw new NotRetryableException("the steps of this task have changed: number " + (position + 1)
                    + " was the "
                    + stored.kind() + " '" + stored.name() + "' when it ran, and is now the " + kind + " '" + name
                    + "'; fork it from a step before, or run it with the handler it was begun with");
        }
        return stored;
    }

    private static <T> T read(StoredStep stored, Class<T> type) {
        return read("stored result of step '" + stored.name() + "'", stored.result(), type);
    }

    private static <T> T read(String what, @Nullable String json, Class<T> type) {
        try {
            return Payload.read(json == null ? "null" : json, type);
        } catch (RuntimeException e) {
            throw new NotRetryableException(
                    "the " + what + " does not read as " + type.getName() + ": " + e.getMessage(), e);
        }
    }

    private void write(int position, String name, String kind, @Nullable String result, Instant began) {
        CompletableFuture<Boolean> isStored = new CompletableFuture<>();
        services.write(new StepWrite(task, position, name, kind, result, began, isStored));
        try {
            if (!isStored.get()) {
                throw StepStore.lost(task);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StepStore.lost(task);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }
}
