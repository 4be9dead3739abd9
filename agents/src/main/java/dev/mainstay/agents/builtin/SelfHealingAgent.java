package dev.mainstay.agents.builtin;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.recovery.RecoveryEngine;

/// `self_healing_agent`: leads the episodes of recovery on, and does what they decide on as tasks; its items are the
/// episodes under way. Used by one tick at a time.
final class SelfHealingAgent implements Agent {
    private final RecoveryEngine.Builder healing;
    private final RecoveryEngine engine;

    SelfHealingAgent(RecoveryEngine.Builder healing) {
        this.healing = healing;
        this.engine = healing.build();
    }

    @Override
    public void start(AgentContext context) {
        engine.publish();
        context.worker(healing.type(), healing.work());
    }

    @Override
    public WorkResult tick(AgentContext context) {
        RecoveryEngine.Led led = engine.round(context.tasks()::of);
        return led.failures().isEmpty()
                ? WorkResult.processed(led.underWay())
                : WorkResult.failed(String.join("; ", led.failures()));
    }
}
