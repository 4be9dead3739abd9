package dev.mainstay.agents.check;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentKind;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.config.Origin;
import dev.mainstay.config.RecordBinder;
import dev.mainstay.config.Setting;
import dev.mainstay.state.SharedState;
import dev.mainstay.testing.FakeAgentContext;
import dev.mainstay.testing.ManualClock;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An agent made of settings as `mainstay.yml` would give them, ticked by hand. The clock begins in 2026.
final class Checked<S extends Record> implements AutoCloseable {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    final FakeAgentContext context;
    final ManualClock clock;
    private final AgentKind<S> kind;
    private final S settings;
    private Agent agent;

    private Checked(AgentKind<S> kind, S settings, ManualClock clock, @Nullable SharedState state) throws Exception {
        this.kind = kind;
        this.settings = settings;
        this.clock = clock;
        this.context = new FakeAgentContext(
                AgentSpec.builder("watched").kind(kind.name()).build(), clock, state);
        this.agent = kind.create(context.spec(), settings);
    }

    static <S extends Record> Checked<S> of(AgentKind<S> kind, Map<String, ?> settings) throws Exception {
        return new Checked<>(kind, bind(kind, settings), new ManualClock(START), null);
    }

    static <S extends Record> Checked<S> of(AgentKind<S> kind, Map<String, ?> settings, SharedState state)
            throws Exception {
        return new Checked<>(kind, bind(kind, settings), new ManualClock(START), state);
    }

    static <S extends Record> S bind(AgentKind<S> kind, Map<String, ?> settings) {
        return new RecordBinder(Map.of("SECRET", "s3cret"))
                .bind(kind.settings(), Setting.of(settings, Origin.DATABASE), "agents.watched");
    }

    WorkResult tick() throws Exception {
        return agent.tick(context);
    }

    /// The error of a tick, empty when it did not fail.
    String error() throws Exception {
        String error = tick().error();
        return error == null ? "" : error;
    }

    void restart() throws Exception {
        agent.close();
        agent = kind.create(context.spec(), settings);
    }

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
