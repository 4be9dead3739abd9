package dev.mainstay.agent;

import dev.mainstay.config.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What an agent is and how it is run; valid by construction. Immutable.
///
/// @param deadline a tick, or a start, that runs longer is interrupted, then abandoned and counted
/// @param heartbeat the distance between two heartbeats, which go on while a tick runs
/// @param settings of its kind; secrets stand here as references (`env:NAME`, `file:PATH`), never as values
public record AgentSpec(
        String id,
        String kind,
        AgentCategory category,
        String description,
        Set<String> capabilities,
        List<String> dataSources,
        TickSchedule schedule,
        Duration deadline,
        Duration heartbeat,
        RestartPolicy restart,
        @Nullable SupervisionGroup group,
        Map<String, Object> settings) {
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");

    public AgentSpec {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException(
                    "id must be 1 to 128 of a-z 0-9 . _ - and begin with a letter or digit," + " was '" + id + "'");
        }
        if (kind.isBlank()) {
            throw new IllegalArgumentException("kind must not be empty");
        }
        if (!deadline.isPositive()) {
            throw new IllegalArgumentException("deadline must be positive, was " + Durations.format(deadline));
        }
        if (!heartbeat.isPositive()) {
            throw new IllegalArgumentException("heartbeat must be positive, was " + Durations.format(heartbeat));
        }
        capabilities = Set.copyOf(capabilities);
        dataSources = List.copyOf(dataSources);
    }

    public static AgentSpecBuilder builder(String id) {
        return new AgentSpecBuilder(id);
    }
}
