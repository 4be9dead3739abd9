package dev.mainstay.agent;

import dev.mainstay.AgentRef;
import dev.mainstay.message.ConsumerGroup;
import dev.mainstay.message.MessageBus;
import dev.mainstay.message.MessageHandler;
import dev.mainstay.state.SharedState;
import dev.mainstay.task.TaskHandler;
import dev.mainstay.task.TaskQueue;
import dev.mainstay.task.TaskType;
import dev.mainstay.task.TaskWork;
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

    /// Where tasks are enqueued.
    TaskQueue tasks();

    /// Works on tasks of a type while this agent is active and not paused, where it runs. To be called in
    /// [Agent#start]. An attempt counts like a tick in heartbeats and health. What runs when the agent stops
    /// gets ten seconds to end, and then runs again where the type is worked on next.
    <P> void worker(TaskType<P> type, TaskHandler<P> handler);

    /// The same for work that has no result and is done when it returns.
    default <P> void worker(String type, Class<P> payload, TaskWork<P> work) {
        worker(TaskType.of(type, payload), work.asHandler());
    }

    /// Messages of this agent's organization; what it publishes is from this agent.
    MessageBus messages();

    /// Handles messages of a group while this agent is active and not paused, where it runs. To be called in
    /// [Agent#start]. What is sent meanwhile waits.
    void consume(ConsumerGroup group, MessageHandler handler);

    /// The same for what is sent to this agent, and to all agents.
    default void onMessage(MessageHandler handler) {
        consume(ConsumerGroup.inboxOf(agent().id()), handler);
    }

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
