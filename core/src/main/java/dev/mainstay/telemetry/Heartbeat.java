package dev.mainstay.telemetry;

import dev.mainstay.AgentRef;
import dev.mainstay.postgres.StorableText;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// "I am alive, and this is what I did since the last time." Written only while `fence` holds. Immutable.
public record Heartbeat(
        AgentRef agent,
        long fence,
        long sequence,
        Instant at,
        AgentPhase phase,
        TickCounts since,
        @Nullable String lastError) {
    private static final int LONGEST_ERROR = 2_000;

    public Heartbeat {
        lastError = lastError == null ? null : StorableText.of(lastError, LONGEST_ERROR);
    }

    /// This heartbeat with the counts of an older one that could not be stored.
    Heartbeat absorbing(Heartbeat older) {
        TickCounts both = since.plus(older.since);
        return new Heartbeat(
                agent,
                fence,
                sequence,
                at,
                phase == AgentPhase.HEARTBEATING ? AgentPhase.of(false, both) : phase,
                both,
                lastError != null ? lastError : older.lastError);
    }
}
