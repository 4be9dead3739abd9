package dev.mainstay.telemetry;

import java.util.Locale;

/// What an active agent is doing, as its heartbeat tells.
public enum AgentPhase {
    /// Alive, and nothing more: no tick is under way and none has ended since the heartbeat before.
    HEARTBEATING,
    /// Inside a tick.
    WORKING,
    /// The heartbeat tells what ticks did that have ended since the one before.
    REPORTING;

    private final String word = name().toLowerCase(Locale.ROOT);

    /// What an agent does that just ended `since`, and is or is not inside a tick.
    public static AgentPhase of(boolean isInsideTick, TickCounts since) {
        if (isInsideTick) {
            return WORKING;
        }
        return since.ticks() > 0 ? REPORTING : HEARTBEATING;
    }

    public String word() {
        return word;
    }
}
