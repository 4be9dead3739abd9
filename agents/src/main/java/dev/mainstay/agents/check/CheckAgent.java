package dev.mainstay.agents.check;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.telemetry.Severity;
import java.util.Map;

/// Runs a [Check] each tick: records `check.up` and `check.latency`, and an event whenever the finding changes.
///
/// A finding that is not as expected is a failed tick, never a crash: a restart would not make the checked thing well.
/// Used by one tick at a time.
final class CheckAgent implements Agent {
    private static final double NANOS_PER_MILLI = 1e6;

    private final Check check;
    private final MonotonicClock monotonic;
    private boolean wasUp = true;

    CheckAgent(Check check) {
        this(check, MonotonicClock.system());
    }

    CheckAgent(Check check, MonotonicClock monotonic) {
        this.check = check;
        this.monotonic = monotonic;
    }

    @Override
    public WorkResult tick(AgentContext context) throws InterruptedException {
        long begun = monotonic.nanos();
        CheckOutcome outcome = check.look(context);
        context.metric("check.latency", (monotonic.nanos() - begun) / NANOS_PER_MILLI, "ms");
        return switch (outcome) {
            case CheckOutcome.Passed() -> {
                context.metric("check.up", 1, "");
                if (!wasUp) {
                    context.event("check.recovered", Severity.INFO, "as expected again", Map.of());
                }
                wasUp = true;
                yield WorkResult.processed(1);
            }
            case CheckOutcome.Failed(String reason) -> {
                context.metric("check.up", 0, "");
                if (wasUp) {
                    context.event("check.failed", Severity.WARNING, reason, Map.of());
                }
                wasUp = false;
                yield WorkResult.failed(reason);
            }
        };
    }

    @Override
    public void close() {
        check.close();
    }
}
