package dev.mainstay.health;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Whose health it is: an agent's, that of a group of agents, or the system's. Immutable and thread-safe.
///
/// @param agent empty for a group and for the system
/// @param group empty for an agent and for the system
record HealthSubject(UUID organization, String agent, String group) {
    static HealthSubject agent(UUID organization, String agent) {
        return new HealthSubject(organization, agent, "");
    }

    static HealthSubject group(UUID organization, String group) {
        return new HealthSubject(organization, "", group);
    }

    static HealthSubject system(UUID organization) {
        return new HealthSubject(organization, "", "");
    }

    boolean isAgent() {
        return !agent.isEmpty();
    }

    @Nullable
    String agentOrNull() {
        return agent.isEmpty() ? null : agent;
    }

    @Nullable
    String groupOrNull() {
        return group.isEmpty() ? null : group;
    }

    /// In words, for events.
    String inWords() {
        if (isAgent()) {
            return agent;
        }
        return group.isEmpty() ? "the system" : "group " + group;
    }
}
