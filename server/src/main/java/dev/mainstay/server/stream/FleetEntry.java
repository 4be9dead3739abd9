package dev.mainstay.server.stream;

import dev.mainstay.agent.AgentRow;
import dev.mainstay.server.json.Json;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An agent in a [FleetSnapshot]: its row, encoded once for all who ask. Immutable, the bytes are never changed.
final class FleetEntry {
    final AgentRow row;
    final byte[] json;
    final Duration patience;
    /// The version of the picture in which it last changed in more than its counters.
    final long changedIn;
    /// The version in which its counters last changed.
    final long beatIn;

    private FleetEntry(AgentRow row, Duration patience, long changedIn, long beatIn) {
        this.row = row;
        this.json = Json.bytes(AgentView.of(row));
        this.patience = patience;
        this.changedIn = changedIn;
        this.beatIn = beatIn;
    }

    /// The entry for `row` in version `version`; the one from before when nothing changed.
    static FleetEntry next(@Nullable FleetEntry before, AgentRow row, long version) {
        if (before == null) {
            return new FleetEntry(row, AgentView.patience(row), version, version);
        }
        if (before.row.equals(row)) {
            return before;
        }
        Duration patience = before.row.spec().equals(row.spec()) ? before.patience : AgentView.patience(row);
        boolean onlyBeats = sameButForBeats(before.row, row);
        return new FleetEntry(row, patience, onlyBeats ? before.changedIn : version, version);
    }

    private static boolean sameButForBeats(AgentRow a, AgentRow b) {
        return a.state().equals(b.state())
                && a.stateSince().equals(b.stateSince())
                && a.cause().equals(b.cause())
                && a.desired().equals(b.desired())
                && a.generation() == b.generation()
                && a.fence() == b.fence()
                && a.held() == b.held()
                && a.restarts() == b.restarts()
                && Objects.equals(a.node(), b.node())
                && Objects.equals(a.health(), b.health())
                && Objects.equals(a.lastError(), b.lastError())
                && Objects.equals(a.quarantineUntil(), b.quarantineUntil())
                && sameDeclaration(a, b);
    }

    private static boolean sameDeclaration(AgentRow a, AgentRow b) {
        return a.kind().equals(b.kind())
                && a.category().equals(b.category())
                && a.description().equals(b.description())
                && a.capabilities().equals(b.capabilities())
                && a.dataSources().equals(b.dataSources())
                && a.source().equals(b.source())
                && Objects.equals(a.group(), b.group())
                && a.spec().equals(b.spec())
                && a.settings().equals(b.settings());
    }
}
