package dev.mainstay.alert;

import dev.mainstay.agent.AgentState;
import dev.mainstay.health.Suspicion;
import dev.mainstay.slo.Urgency;
import dev.mainstay.telemetry.Severity;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The rules every fleet begins with. Stateless and thread-safe.
public final class BuiltinRules {
    private static final Duration NODE_LOST = Duration.ofMinutes(2);
    private static final Duration ESCALATED = Duration.ofMinutes(30);

    private BuiltinRules() {}

    public static List<AlertRule> all() {
        return Stream.concat(seen().stream(), told().stream()).toList();
    }

    /// What the failure detector and the supervisor say.
    private static List<AlertRule> seen() {
        return List.of(
                AlertRule.of("node-lost", Severity.CRITICAL, new Condition.Seen("node.lost", 1, NODE_LOST))
                        .inhibiting("heartbeat-missed", "work-stalled"),
                AlertRule.of("heartbeat-missed", Severity.CRITICAL, new Condition.Suspected(Suspicion.Kind.SILENT))
                        .inhibiting("health-low"),
                AlertRule.of("work-stalled", Severity.WARNING, new Condition.Suspected(Suspicion.Kind.STALLED)),
                AlertRule.of(
                                "agent-quarantined",
                                Severity.CRITICAL,
                                new Condition.InState(Set.of(AgentState.QUARANTINED)))
                        .inhibiting("health-low", "agent-failed"),
                AlertRule.of("agent-failed", Severity.WARNING, new Condition.InState(Set.of(AgentState.FAILED)))
                        .holding(Duration.ofSeconds(30)),
                AlertRule.of("health-low", Severity.WARNING, new Condition.Unhealthy(50))
                        .holding(Duration.ofMinutes(1)),
                AlertRule.of("slo-page", Severity.CRITICAL, new Condition.Burning(Urgency.PAGE)),
                AlertRule.of("slo-ticket", Severity.WARNING, new Condition.Burning(Urgency.TICKET)),
                AlertRule.of(
                        "recovery-escalated",
                        Severity.CRITICAL,
                        new Condition.Seen("recovery.escalated", 1, ESCALATED)));
    }

    /// What the rows tell in which agents and queues leave their traces.
    private static List<AlertRule> told() {
        return List.of(
                crash("agent-crashing", Trouble.CRASHING),
                crash("agent-hanging", Trouble.HANGING),
                crash("agent-overrunning", Trouble.OVERRUNNING),
                crash("agent-out-of-memory", Trouble.EXHAUSTED),
                crash("agent-cannot-start", Trouble.UNSTARTABLE).holding(Duration.ofSeconds(3)),
                warning("agent-failing", Trouble.FAILING),
                warning("agent-disconnected", Trouble.DISCONNECTED),
                warning("dependency-down", Trouble.DEPENDENCY),
                AlertRule.of("target-down", Severity.CRITICAL, new Condition.Troubled(Trouble.DOWN))
                        .inhibiting("health-low"),
                warning("agent-slow", Trouble.SLOW),
                warning("agent-leaking", Trouble.LEAKING),
                warning("dead-letters", Trouble.POISONED),
                warning("queue-backlog", Trouble.FLOODED).holding(Duration.ofSeconds(30)),
                warning("recovery-approval", Trouble.UNANSWERED));
    }

    private static AlertRule crash(String name, Trouble trouble) {
        return AlertRule.of(name, Severity.CRITICAL, new Condition.Troubled(trouble))
                .inhibiting("agent-failed", "agent-failing", "agent-disconnected", "dependency-down", "agent-slow");
    }

    private static AlertRule warning(String name, Trouble trouble) {
        return AlertRule.of(name, Severity.WARNING, new Condition.Troubled(trouble));
    }
}
