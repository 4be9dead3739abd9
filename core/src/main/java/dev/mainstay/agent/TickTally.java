package dev.mainstay.agent;

import dev.mainstay.telemetry.TickCounts;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Counts what an agent's ticks did between two heartbeats. Guarded by its runner.
final class TickTally {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final int LONGEST_ERROR = 2_000;

    private int ticks;
    private int failures;
    private long items;
    private long busyNanos;
    private long maxNanos;
    private long lateNanos;
    private int abandoned;
    private int restarts;
    private int failing;
    private @Nullable String lastError;

    /// The cause when the tick crashed the agent; null when it returned, also with a failure of its work.
    @Nullable
    String ended(Tick tick, Tick.Ending ending, long now) {
        ticks++;
        busyNanos += now - tick.started();
        maxNanos = Math.max(maxNanos, now - tick.started());
        lateNanos = Math.max(lateNanos, tick.started() - tick.due());
        return switch (ending) {
            case Tick.Ending.Returned(WorkResult result) -> {
                items = Math.min(TickCounts.MOST_ITEMS, items + Math.min(TickCounts.MOST_ITEMS, result.items()));
                if (result.error() == null) {
                    failing = 0;
                } else {
                    failing++;
                    failed(result.error());
                }
                yield null;
            }
            case Tick.Ending.NotBegun() -> throw new IllegalArgumentException("a tick that was not begun has no end");
            case Tick.Ending.Threw(Throwable failure) -> {
                String cause =
                        tick.isInterrupted() ? "tick was interrupted at its deadline" : Failure.describe(failure);
                failing++;
                failed(cause);
                yield cause;
            }
        };
    }

    /// An attempt at a task counts like a tick.
    void handled(Duration took, @Nullable String failure) {
        ticks++;
        busyNanos += took.toNanos();
        maxNanos = Math.max(maxNanos, took.toNanos());
        if (failure == null) {
            items = Math.min(TickCounts.MOST_ITEMS, items + 1);
        } else {
            failed(failure);
        }
    }

    void failed(String error) {
        failures++;
        lastError = error.length() > LONGEST_ERROR ? error.substring(0, LONGEST_ERROR) : error;
    }

    void abandoned() {
        abandoned++;
        ticks++;
    }

    void restarted() {
        restarts++;
    }

    /// How many of its own ticks have failed in a row.
    int failing() {
        return failing;
    }

    TickCounts take() {
        if (ticks == 0 && abandoned == 0 && restarts == 0 && failing == 0) {
            return TickCounts.NONE;
        }
        TickCounts counts = new TickCounts(
                ticks,
                failures,
                items,
                busyNanos / NANOS_PER_MILLI,
                maxNanos / NANOS_PER_MILLI,
                lateNanos / NANOS_PER_MILLI,
                abandoned,
                restarts,
                failing);
        ticks = 0;
        failures = 0;
        items = 0;
        busyNanos = 0;
        maxNanos = 0;
        lateNanos = 0;
        abandoned = 0;
        restarts = 0;
        return counts;
    }

    @Nullable
    String takeLastError() {
        String error = lastError;
        lastError = null;
        return error;
    }
}
