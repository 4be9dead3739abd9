package dev.mainstay.server.stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.mainstay.agent.AgentRow;
import dev.mainstay.agent.AgentState;
import dev.mainstay.postgres.Jsonb;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An agent as JSON shows it. Immutable.
public record AgentView(
        String id,
        String kind,
        String category,
        String description,
        List<String> capabilities,
        List<String> dataSources,
        String source,
        @Nullable String group,
        String state,
        Instant stateSince,
        String cause,
        String desired,
        @Nullable String phase,
        @Nullable String node,
        long fence,
        @Nullable Double health,
        @Nullable String healthBand,
        @Nullable Instant lastHeartbeat,
        long ticks,
        long failures,
        long restarts,
        long items,
        @Nullable Double lastDurationMs,
        @Nullable String lastError,
        @Nullable Schedule schedule,
        @Nullable String heartbeatInterval,
        @JsonRawValue String settings,
        @Nullable Instant quarantineUntil,
        Instant createdAt) {

    /// When it is due.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Schedule(
            @Nullable String interval,
            @Nullable String cron,
            @Nullable String zone,
            @Nullable String deadline) {}

    static AgentView of(AgentRow row) {
        Map<String, Object> spec = Jsonb.map(row.spec());
        return new AgentView(
                row.id(),
                row.kind(),
                row.category(),
                row.description(),
                row.capabilities(),
                row.dataSources(),
                row.source(),
                row.group(),
                row.state(),
                row.stateSince(),
                row.cause(),
                row.desired(),
                AgentState.of(row.state()) == AgentState.ACTIVE ? row.phase() : null,
                row.node(),
                row.fence(),
                row.health(),
                row.healthBand(),
                row.lastHeartbeat(),
                row.ticks(),
                row.failures(),
                row.restarts(),
                row.items(),
                row.lastDurationMs(),
                row.lastError(),
                schedule(spec),
                text(spec, "heartbeat"),
                row.settings(),
                row.quarantineUntil(),
                row.createdAt());
    }

    private static @Nullable Schedule schedule(Map<String, Object> spec) {
        return spec.get("schedule") instanceof Map<?, ?> schedule
                ? new Schedule(
                        text(schedule, "every"), text(schedule, "cron"), text(schedule, "zone"), text(spec, "deadline"))
                : null;
    }

    private static @Nullable String text(Map<?, ?> json, String key) {
        return json.get(key) instanceof String text ? text : null;
    }

    /// How long an agent may be silent before it counts as a problem: three of its heartbeats, at least ten seconds.
    static Duration patience(AgentRow row) {
        Duration least = Duration.ofSeconds(10);
        String heartbeat = text(Jsonb.map(row.spec()), "heartbeat");
        Duration three = heartbeat == null ? least : Duration.parse(heartbeat).multipliedBy(3);
        return three.compareTo(least) > 0 ? three : least;
    }
}
