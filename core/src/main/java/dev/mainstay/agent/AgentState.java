package dev.mainstay.agent;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Where an agent is in its life. The table of legal steps stands here and, the same, in the SQL function
/// `agent_transition_is_legal`; a test holds the two together.
public enum AgentState {
    /// A slot: registered, with a planned purpose, without an implementation.
    INACTIVE,
    INITIALIZING,
    REGISTERING,
    CONFIGURING,
    MONITORING,
    /// Ticking.
    ACTIVE,
    OPTIMIZING,
    /// Held by a person: no ticks, no alarms.
    MAINTENANCE,
    /// A crash is being answered with a restart.
    RECOVERING,
    FAILED,
    /// Out of its restart budget: left alone until a person or its back-off says otherwise.
    QUARANTINED,
    SHUTDOWN;

    private static final Map<AgentState, Set<AgentState>> NEXT = new EnumMap<>(AgentState.class);

    static {
        NEXT.put(INACTIVE, EnumSet.of(INITIALIZING));
        NEXT.put(INITIALIZING, EnumSet.of(REGISTERING, FAILED, SHUTDOWN));
        NEXT.put(REGISTERING, EnumSet.of(CONFIGURING, FAILED, SHUTDOWN));
        NEXT.put(CONFIGURING, EnumSet.of(MONITORING, FAILED, SHUTDOWN));
        NEXT.put(MONITORING, EnumSet.of(ACTIVE, FAILED, SHUTDOWN));
        NEXT.put(ACTIVE, EnumSet.of(OPTIMIZING, MAINTENANCE, RECOVERING, SHUTDOWN));
        NEXT.put(OPTIMIZING, EnumSet.of(ACTIVE, SHUTDOWN));
        NEXT.put(MAINTENANCE, EnumSet.of(ACTIVE, SHUTDOWN));
        NEXT.put(RECOVERING, EnumSet.of(ACTIVE, FAILED, SHUTDOWN));
        NEXT.put(FAILED, EnumSet.of(RECOVERING, QUARANTINED, SHUTDOWN));
        NEXT.put(QUARANTINED, EnumSet.of(INITIALIZING, SHUTDOWN));
        NEXT.put(SHUTDOWN, EnumSet.of(INITIALIZING, INACTIVE));
    }

    public boolean canBecome(AgentState next) {
        return NEXT.getOrDefault(this, Set.of()).contains(next);
    }

    /// True in the states in which a node holds the agent's lease.
    public boolean isRunning() {
        return switch (this) {
            case INACTIVE, QUARANTINED, SHUTDOWN -> false;
            default -> true;
        };
    }

    /// The word in SQL, JSON and on the screen.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static AgentState of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
