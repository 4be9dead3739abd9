package dev.mainstay.testing;

import dev.mainstay.AgentRef;
import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.message.ConsumerGroup;
import dev.mainstay.message.MessageBus;
import dev.mainstay.message.MessageHandler;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.state.SharedState;
import dev.mainstay.task.TaskHandler;
import dev.mainstay.task.TaskQueue;
import dev.mainstay.task.TaskType;
import dev.mainstay.telemetry.Event;
import dev.mainstay.telemetry.Metric;
import dev.mainstay.telemetry.Severity;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The context of an agent under test: keeps what the agent records instead of storing it. Refuses what the real one
/// refuses, such as a metric that is not finite. Thread-safe.
public final class FakeAgentContext implements AgentContext {
    private final AgentSpec spec;
    private final InstantSource clock;
    private final @Nullable SharedState state;
    private final Map<String, TaskHandler<?>> workers = new ConcurrentHashMap<>();
    private final Map<String, MessageHandler> consumers = new ConcurrentHashMap<>();
    private final List<Metric> metrics = new CopyOnWriteArrayList<>();
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private volatile boolean storing = true;

    /// @param state where the agent remembers; null for one that remembers nothing
    public FakeAgentContext(AgentSpec spec, InstantSource clock, @Nullable SharedState state) {
        this.spec = spec;
        this.clock = clock;
        this.state = state;
    }

    @Override
    public AgentRef agent() {
        return new AgentRef(Organizations.DEFAULT, spec.id());
    }

    @Override
    public AgentSpec spec() {
        return spec;
    }

    /// A test has one lease: the first.
    @Override
    public long fence() {
        return 1;
    }

    @Override
    public InstantSource clock() {
        return clock;
    }

    @Override
    public Logger log() {
        return LoggerFactory.getLogger("mainstay.agent." + spec.kind());
    }

    @Override
    public SharedState state() {
        if (state == null) {
            throw new IllegalStateException("agent " + spec.id() + " uses shared state, and the test gave it none");
        }
        return state;
    }

    @Override
    public MessageBus messages() {
        throw new IllegalStateException("agent " + spec.id() + " publishes messages, and the test gave it no bus");
    }

    @Override
    public void consume(ConsumerGroup group, MessageHandler handler) {
        consumers.put(group.name(), handler);
    }

    /// What the agent listens to, by name of group.
    public Map<String, MessageHandler> consumers() {
        return Map.copyOf(consumers);
    }

    @Override
    public TaskQueue tasks() {
        throw new IllegalStateException("agent " + spec.id() + " enqueues tasks, and the test gave it no queue");
    }

    @Override
    public <P> void worker(TaskType<P> type, TaskHandler<P> handler) {
        workers.put(type.name(), handler);
    }

    /// What the agent works on, by type of task.
    public Map<String, TaskHandler<?>> workers() {
        return Map.copyOf(workers);
    }

    @Override
    public void metric(String name, double value, String unit, Map<String, String> labels) {
        metrics.add(new Metric(agent().organization(), spec.id(), name, labels, unit, clock.instant(), value));
    }

    @Override
    public void event(String type, Severity severity, String cause, Map<String, ?> detail) {
        events.add(
                new Event(agent().organization(), clock.instant(), type, severity, spec.id(), "test", cause, detail));
    }

    @Override
    public void awaitStored(Duration bound) {
        if (!storing) {
            throw new MainstayException(
                    ErrorCode.DATABASE_UNREACHABLE, "telemetry was not stored within " + bound + "; send it again");
        }
    }

    /// Whether the database takes what is recorded; it does at first.
    public void storing(boolean takes) {
        storing = takes;
    }

    /// All metrics in the order they were recorded.
    public List<Metric> metrics() {
        return List.copyOf(metrics);
    }

    /// All events in the order they were recorded.
    public List<Event> events() {
        return List.copyOf(events);
    }

    /// The newest value of a metric, whatever its labels.
    public double metric(String name) {
        return metrics.reversed().stream()
                .filter(metric -> metric.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no metric " + name + " among " + metrics))
                .value();
    }
}
