package dev.mainstay.agent;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One run of an agent's work on a virtual thread of its own. Guarded by its runner.
final class Tick {
    private final long due;
    private final MonotonicClock clock;
    private final BooleanSupplier proven;
    private long started;
    private long limit;
    private boolean interrupted;
    private @Nullable Thread thread;

    /// How a tick ended.
    sealed interface Ending {
        record Returned(WorkResult result) implements Ending {}

        record Threw(Throwable failure) implements Ending {}

        /// The process was stopped between the decision to tick and the tick, and may own the agent no longer.
        record NotBegun() implements Ending {}
    }

    /// @param due when it should have started, in nanoseconds of the node's monotonic clock like all here
    Tick(long due, long limit, MonotonicClock clock, BooleanSupplier proven) {
        this.due = due;
        this.limit = limit;
        this.clock = clock;
        this.proven = proven;
    }

    void start(String name, Agent agent, AgentContext context, BiConsumer<Tick, Ending> finished) {
        thread = Threads.startVirtual(name, () -> {
            started = clock.nanos();
            finished.accept(this, proven.getAsBoolean() ? run(agent, context) : new Ending.NotBegun());
        });
    }

    /// The one place where what an agent throws is caught, [Error]s too: they are this agent's, not the node's.
    private static Ending run(Agent agent, AgentContext context) {
        try {
            return new Ending.Returned(Objects.requireNonNull(agent.tick(context), "tick returned null"));
        } catch (Throwable failure) {
            return new Ending.Threw(failure);
        }
    }

    void interrupt(long giveUpAt) {
        interrupted = true;
        limit = giveUpAt;
        if (thread != null) {
            thread.interrupt();
        }
    }

    boolean isInterrupted() {
        return interrupted;
    }

    /// When the runner must look at this tick again: its deadline, then the end of its grace.
    long nextLimit() {
        return limit;
    }

    long due() {
        return due;
    }

    /// When the work began, on its own thread: a node without a free processor shows as lateness. Known once it ended.
    long started() {
        return started;
    }

    @Nullable
    Thread thread() {
        return thread;
    }
}
