package dev.mainstay.agents.check;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentKind;
import dev.mainstay.agent.AgentSpec;

/// `watch-folder`: a failed tick means that the folder cannot be read, holds too many files, or that its newest file is
/// too old. Its items are the files that count as work. Stateless and thread-safe.
public final class WatchFolderKind implements AgentKind<WatchFolderSettings> {
    @Override
    public String name() {
        return "watch-folder";
    }

    @Override
    public String description() {
        return "Tells of new, changed and removed files in a folder, also across restarts.";
    }

    @Override
    public Class<WatchFolderSettings> settings() {
        return WatchFolderSettings.class;
    }

    @Override
    public Agent create(AgentSpec spec, WatchFolderSettings settings) {
        return new WatchFolderAgent(settings);
    }
}
