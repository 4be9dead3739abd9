package dev.mainstay.agent;

import dev.mainstay.AgentRef;
import dev.mainstay.message.ConsumerGroup;
import dev.mainstay.message.MessageBus;
import dev.mainstay.message.MessageHandler;
import dev.mainstay.state.SharedState;
import dev.mainstay.task.TaskHandler;
import dev.mainstay.task.TaskQueue;
import dev.mainstay.task.TaskType;
import dev.mainstay.telemetry.Event;
import dev.mainstay.telemetry.Metric;
import dev.mainstay.telemetry.Severity;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The context of an agent that runs on a node. Thread-safe.
record RunnerContext(
        AgentRef agent,
        AgentSpec spec,
        long fence,
        String node,
        RunnerHouse house,
        SharedState state,
        TaskQueue tasks,
        AgentTasks work,
        AgentMessages inbox)
        implements AgentContext {
    @Override
    public <P> void worker(TaskType<P> type, TaskHandler<P> handler) {
        work.add(type, handler);
    }

    @Override
    public MessageBus messages() {
        return inbox.bus();
    }

    @Override
    public void consume(ConsumerGroup group, MessageHandler handler) {
        inbox.add(group, handler);
    }

    @Override
    public InstantSource clock() {
        return house.clock();
    }

    @Override
    public Logger log() {
        return LoggerFactory.getLogger("mainstay.agent." + spec.id());
    }

    @Override
    public void metric(String name, double value, String unit, Map<String, String> labels) {
        house.telemetry()
                .metric(new Metric(
                        agent.organization(),
                        agent.id(),
                        name,
                        labels,
                        unit,
                        house.clock().instant(),
                        value));
    }

    @Override
    public void event(String type, Severity severity, String cause, Map<String, ?> detail) {
        house.telemetry()
                .event(new Event(
                        agent.organization(),
                        house.clock().instant(),
                        type,
                        severity,
                        agent.id(),
                        node,
                        cause,
                        detail));
    }

    @Override
    public void awaitStored(Duration bound) {
        house.telemetry().awaitStored(bound);
    }
}
