package dev.mainstay.server;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentKind;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.config.Secret;
import dev.mainstay.telemetry.Severity;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A kind for tests, found like those of plug-ins: counts its ticks in shared state.
public final class Counter implements AgentKind<Counter.Settings> {
    public record Settings(
            @Default("1") @Doc("How much each tick adds.") int step,
            @Nullable Secret token) {
        public Settings {
            if (step < 1) {
                throw new IllegalArgumentException("step must be at least 1, was " + step);
            }
        }
    }

    @Override
    public String name() {
        return "test-counter";
    }

    @Override
    public String description() {
        return "Counts its ticks.";
    }

    @Override
    public Class<Settings> settings() {
        return Settings.class;
    }

    @Override
    public Agent create(AgentSpec spec, Settings settings) {
        return context -> {
            context.log().warn("counted {}", settings.step());
            context.metric("counted", settings.step(), "count");
            context.event("counter.counted", Severity.INFO, "a tick", Map.of("step", settings.step()));
            return WorkResult.processed(settings.step());
        };
    }
}
