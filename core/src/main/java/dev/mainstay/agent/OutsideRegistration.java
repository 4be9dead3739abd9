package dev.mainstay.agent;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a program that runs outside declares itself as an agent. Immutable.
///
/// @param key the API key it was registered with
/// @param mayTakeOver whether it may also take what another key registered
public record OutsideRegistration(
        String id,
        String kind,
        AgentCategory category,
        String description,
        List<String> capabilities,
        List<String> dataSources,
        @Nullable String group,
        Duration interval,
        Duration heartbeat,
        String key,
        boolean mayTakeOver) {
    private static final Duration LEAST_LEASE = Duration.ofSeconds(10);

    public OutsideRegistration {
        capabilities = List.copyOf(capabilities);
        dataSources = List.copyOf(dataSources);
    }

    /// Silent for so long, and the agent counts as gone.
    public Duration lease() {
        Duration three = heartbeat.multipliedBy(3);
        return three.compareTo(LEAST_LEASE) > 0 ? three : LEAST_LEASE;
    }

    /// What goes into `agents.spec`, in the form of every other agent's, with what only these have.
    Map<String, Object> spec(long generation) {
        return Map.of(
                "schedule", Map.of("every", interval.toString()),
                "deadline", interval.toString(),
                "heartbeat", heartbeat.toString(),
                "lease", lease().toString(),
                "key", key,
                "generation", generation);
    }
}
