package dev.mainstay.agent;

import dev.mainstay.AgentRef;
import dev.mainstay.state.SharedState;
import dev.mainstay.telemetry.Severity;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.slf4j.Logger;

/// All that an agent may touch of the house. Thread-safe.
public interface AgentContext {
    AgentRef agent();

    AgentSpec spec();

    /// The fencing token of the lease this agent runs under: every new owner has a higher one. Hand it to what lies
    /// outside the house, so that it can refuse a writer that was taken for dead and is not
    /// ([why](https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html)).
    long fence();

    /// The database's time: what leases, heartbeats and schedules go by.
    InstantSource clock();

    Logger log();

    SharedState state();

    void metric(String name, double value, String unit, Map<String, String> labels);

    default void metric(String name, double value, String unit) {
        metric(name, value, unit, Map.of());
    }

    /// Records that something happened; waits when the buffer is full, so that no event is ever dropped.
    void event(String type, Severity severity, String cause, Map<String, ?> detail);

    /// Returns when all that was recorded before is in the database; for an agent that must not forget what to tell
    /// before it is told.
    ///
    /// @throws dev.mainstay.MainstayException when it took longer than `bound`; it may still be stored
    void awaitStored(Duration bound);
}
