package dev.mainstay.agent;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Puts an [AgentSpec] together; what is not given has a sensible value. Not thread-safe.
public final class AgentSpecBuilder {
    private static final Duration SHORTEST_HEARTBEAT = Duration.ofSeconds(1);
    private static final Duration LONGEST_HEARTBEAT = Duration.ofSeconds(10);
    private static final Duration SHORTEST_DEADLINE = Duration.ofSeconds(30);

    private final String id;
    private String kind;
    private AgentCategory category = AgentCategory.OPERATIONAL;
    private String description = "";
    private Set<String> capabilities = Set.of();
    private List<String> dataSources = List.of();
    private TickSchedule schedule = TickSchedule.every(Duration.ofMinutes(1));
    private @Nullable Duration deadline;
    private @Nullable Duration heartbeat;
    private RestartPolicy restart = RestartPolicy.DEFAULT;
    private @Nullable SupervisionGroup group;
    private Map<String, Object> settings = Map.of();

    AgentSpecBuilder(String id) {
        this.id = id;
        this.kind = id;
    }

    /// What the agent is; an agent given by code is a kind of its own unless it names one.
    public AgentSpecBuilder kind(String kind) {
        this.kind = kind;
        return this;
    }

    public AgentSpecBuilder category(AgentCategory category) {
        this.category = category;
        return this;
    }

    public AgentSpecBuilder description(String description) {
        this.description = description;
        return this;
    }

    public AgentSpecBuilder capabilities(Collection<String> capabilities) {
        this.capabilities = Set.copyOf(capabilities);
        return this;
    }

    public AgentSpecBuilder dataSources(Collection<String> dataSources) {
        this.dataSources = List.copyOf(dataSources);
        return this;
    }

    public AgentSpecBuilder every(Duration interval) {
        return schedule(TickSchedule.every(interval));
    }

    public AgentSpecBuilder schedule(TickSchedule schedule) {
        this.schedule = schedule;
        return this;
    }

    public AgentSpecBuilder deadline(Duration deadline) {
        this.deadline = deadline;
        return this;
    }

    public AgentSpecBuilder heartbeat(Duration heartbeat) {
        this.heartbeat = heartbeat;
        return this;
    }

    public AgentSpecBuilder restart(RestartPolicy restart) {
        this.restart = restart;
        return this;
    }

    public AgentSpecBuilder group(SupervisionGroup group) {
        this.group = group;
        return this;
    }

    public AgentSpecBuilder settings(Map<String, Object> settings) {
        this.settings = Map.copyOf(settings);
        return this;
    }

    public AgentSpec build() {
        return new AgentSpec(
                id,
                kind,
                category,
                description,
                capabilities,
                dataSources,
                schedule,
                deadline != null ? deadline : usualDeadline(),
                heartbeat != null ? heartbeat : usualHeartbeat(),
                restart,
                group,
                settings);
    }

    private Duration usualDeadline() {
        Duration interval = schedule.typicalInterval();
        return interval.compareTo(SHORTEST_DEADLINE) > 0 ? interval : SHORTEST_DEADLINE;
    }

    /// One heartbeat a tick, but at least every ten seconds and at most one a second.
    private Duration usualHeartbeat() {
        Duration interval = schedule.typicalInterval();
        if (interval.compareTo(SHORTEST_HEARTBEAT) < 0) {
            return SHORTEST_HEARTBEAT;
        }
        return interval.compareTo(LONGEST_HEARTBEAT) > 0 ? LONGEST_HEARTBEAT : interval;
    }
}
