package dev.mainstay.agent;

import java.util.Locale;

/// Where an agent's declaration came from.
public enum AgentSource {
    CODE,
    FILE,
    PLUGIN,
    HTTP,
    SLOT;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
