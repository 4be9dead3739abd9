package dev.mainstay.agent;

import dev.mainstay.agent.Callback.Ending;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes, starts and closes the instances of one agent, each call within a bound: what an agent does there must not
/// hold up its life. [#cutShort] may come from any thread, the rest is guarded by the life's mailbox.
final class AgentCalls {
    private static final Logger LOG = LoggerFactory.getLogger(AgentCalls.class);

    private static final Duration RECONNECT_BOUND = Duration.ofSeconds(10);

    private final AgentSpec spec;
    private final Runnable abandoned;
    private volatile @Nullable Callback starting;

    /// What became of a new instance.
    sealed interface Start {
        record Up(Agent agent) implements Start {}

        record Failed(String cause) implements Start {}

        record CutShort() implements Start {}
    }

    /// @param abandoned told of each call that is given up and may still run
    AgentCalls(AgentSpec spec, Runnable abandoned) {
        this.spec = spec;
        this.abandoned = abandoned;
    }

    Start start(AgentKinds kinds, AgentContext context) {
        AtomicReference<@Nullable Agent> made = new AtomicReference<>();
        Callback call = new Callback(spec.id(), self -> make(self, kinds, context, made), () -> closeNow(made.get()));
        starting = call;
        Ending ending = call.await(spec.deadline());
        starting = null;
        return outcome(ending, made.get());
    }

    private void make(Callback self, AgentKinds kinds, AgentContext context, AtomicReference<@Nullable Agent> made)
            throws Exception {
        Agent fresh = kinds.create(spec);
        made.set(fresh);
        // One that was so slow to make that it was given up is not wanted any more: it is only closed.
        if (!self.isAbandoned()) {
            fresh.start(context);
        }
    }

    private Start outcome(Ending ending, @Nullable Agent made) {
        return switch (ending) {
            case Ending.Returned _ when made != null -> new Start.Up(made);
            case Ending.Returned _ -> new Start.Failed("its factory made nothing");
            case Ending.Failed(String cause) -> failed(made, new Start.Failed(cause));
            case Ending.CutShort _ -> failed(made, new Start.CutShort());
            case Ending.Abandoned(String cause) -> {
                abandoned.run();
                yield new Start.Failed(cause);
            }
        };
    }

    private Start failed(@Nullable Agent made, Start outcome) {
        close(made, spec.deadline());
        return outcome;
    }

    /// Whoever calls this has no use for an instance that is still being made.
    void cutShort() {
        Callback call = starting;
        if (call != null) {
            call.cutShort();
        }
    }

    void close(@Nullable Agent old, Duration bound) {
        if (old != null) {
            tell("close", new Callback(spec.id(), self -> old.close(), () -> {}).await(bound));
        }
    }

    void reconnect(Agent present, AgentContext context) {
        Duration bound = spec.deadline().compareTo(RECONNECT_BOUND) < 0 ? spec.deadline() : RECONNECT_BOUND;
        tell("reconnect", new Callback(spec.id(), self -> present.reconnect(context), () -> {}).await(bound));
    }

    private void tell(String what, Ending ending) {
        switch (ending) {
            case Ending.Failed(String cause) -> warn(what, cause);
            case Ending.Abandoned(String cause) -> {
                abandoned.run();
                warn(what, cause);
            }
            case Ending.Returned _, Ending.CutShort _ -> {}
        }
    }

    private void closeNow(@Nullable Agent late) {
        try {
            if (late != null) {
                late.close();
            }
        } catch (Throwable failure) {
            warn("close", Failure.describe(failure));
        }
    }

    private void warn(String what, String cause) {
        LOG.atWarn().addKeyValue("agent", spec.id()).log("could not {}: {}", what, cause);
    }
}
