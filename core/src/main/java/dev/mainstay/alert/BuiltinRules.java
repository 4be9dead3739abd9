package dev.mainstay.alert;

import dev.mainstay.agent.AgentState;
import dev.mainstay.health.Suspicion;
import dev.mainstay.slo.Urgency;
import dev.mainstay.telemetry.Severity;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/// The rules every fleet begins with. Stateless and thread-safe.
public final class BuiltinRules {
    private static final Duration NODE_LOST = Duration.ofMinutes(2);

    private BuiltinRules() {}

    public static List<AlertRule> all() {
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
                AlertRule.of("slo-ticket", Severity.WARNING, new Condition.Burning(Urgency.TICKET)));
    }
}
