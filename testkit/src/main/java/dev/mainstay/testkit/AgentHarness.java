package dev.mainstay.testkit;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentFactory;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.state.SharedState;
import dev.mainstay.telemetry.Event;
import dev.mainstay.telemetry.Metric;
import dev.mainstay.testing.FakeAgentContext;
import dev.mainstay.testing.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs one agent by hand: a tick when the test says so, time when the test moves it, and everything the agent records
/// kept for a look. What the agent throws reaches the test.
///
/// ```java
/// try (var harness = AgentHarness.of(AgentSpec.builder("price-sync").build(), spec -> new PriceSync(prices))) {
///     var result = harness.tick();
///     assertThat(harness.metric("prices.changed")).isEqualTo(3);
/// }
/// ```
///
/// Not thread-safe.
public final class AgentHarness implements AutoCloseable {
    private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final AgentFactory factory;
    private final FakeAgentContext context;
    private Agent agent;

    private AgentHarness(AgentSpec spec, AgentFactory factory, @Nullable SharedState state) throws Exception {
        this.factory = factory;
        this.context = new FakeAgentContext(spec, clock, state);
        this.agent = started();
    }

    /// An agent that uses no shared state.
    public static AgentHarness of(AgentSpec spec, AgentFactory factory) throws Exception {
        return new AgentHarness(spec, factory, null);
    }

    /// An agent that remembers in `state`, usually that of a [dev.mainstay.testing.TestDatabase].
    public static AgentHarness of(AgentSpec spec, AgentFactory factory, SharedState state) throws Exception {
        return new AgentHarness(spec, factory, state);
    }

    private Agent started() throws Exception {
        Agent fresh = factory.create(context.spec());
        fresh.start(context);
        return fresh;
    }

    /// One tick, on the thread of the test.
    public WorkResult tick() throws Exception {
        return agent.tick(context);
    }

    public AgentHarness advance(Duration by) {
        clock.advance(by);
        return this;
    }

    /// What a supervisor does after a crash: closes the agent and goes on with a fresh instance.
    public void restart() throws Exception {
        agent.close();
        agent = started();
    }

    public ManualClock clock() {
        return clock;
    }

    public List<Metric> metrics() {
        return context.metrics();
    }

    /// The newest value of a metric, whatever its labels.
    public double metric(String name) {
        return context.metric(name);
    }

    public List<Event> events() {
        return context.events();
    }

    /// What the agent throws here reaches the test as the cause of an IllegalStateException.
    @Override
    public void close() {
        try {
            agent.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new IllegalStateException("the agent could not be closed", e);
        }
    }
}
