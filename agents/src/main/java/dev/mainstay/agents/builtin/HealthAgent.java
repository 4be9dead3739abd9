package dev.mainstay.agents.builtin;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.health.HealthEvaluator;

/// `heartbeat_health_agent`: has all agents judged, in its first half minute at each tick and later at each fifth; its
/// items are the scores it stored. Used by one tick at a time.
///
/// A fleet that just started is looked at at once, and its first scores become possible in these seconds.
final class HealthAgent implements Agent {
    private static final int EAGER_TICKS = 15;
    private static final int EVERY = 5;

    private final HealthEvaluator evaluator;
    private int ticks;

    HealthAgent(HealthEvaluator evaluator) {
        this.evaluator = evaluator;
    }

    /// @param tick counted from one
    static boolean isDue(int tick) {
        return tick <= EAGER_TICKS || tick % EVERY == 0;
    }

    @Override
    public WorkResult tick(AgentContext context) {
        if (!isDue(++ticks)) {
            return WorkResult.nothing();
        }
        return WorkResult.processed(
                evaluator.evaluate(context.clock().instant()).size());
    }
}
