package dev.mainstay.telemetry;

import java.util.Locale;

/// What an active agent is doing right now.
public enum AgentPhase {
    /// Alive, between ticks.
    HEARTBEATING,
    /// Inside a tick.
    WORKING,
    /// Storing what the tick did.
    REPORTING;

    private final String word = name().toLowerCase(Locale.ROOT);

    public String word() {
        return word;
    }
}
