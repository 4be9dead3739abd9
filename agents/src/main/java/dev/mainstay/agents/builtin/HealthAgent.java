package dev.mainstay.agents.builtin;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.health.HealthEvaluator;

/// `heartbeat_health_agent`: has all agents judged each tick; its items are the scores it stored. Used by one tick at a
/// time.
final class HealthAgent implements Agent {
    private final HealthEvaluator evaluator;

    HealthAgent(HealthEvaluator evaluator) {
        this.evaluator = evaluator;
    }

    @Override
    public WorkResult tick(AgentContext context) {
        return WorkResult.processed(
                evaluator.evaluate(context.clock().instant()).size());
    }
}
