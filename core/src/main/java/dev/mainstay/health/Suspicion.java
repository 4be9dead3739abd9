package dev.mainstay.health;

import dev.mainstay.AgentRef;
import dev.mainstay.postgres.Columns;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Why an agent is thought to be in trouble. Immutable and thread-safe.
///
/// @param since when it was last known to be well
/// @param phi how unlikely such a silence is; null when it is not silent
public record Suspicion(
        AgentRef agent,
        Kind kind,
        Instant since,
        Duration silence,
        Duration interval,
        @Nullable Double phi,
        @Nullable String node) {
    /// What an agent is suspected of.
    public enum Kind {
        /// No heartbeat comes: its process, or the way from it, is gone.
        SILENT,
        /// Heartbeats come, but its work does not go on.
        STALLED;

        private final String word = name().toLowerCase(Locale.ROOT);

        public String word() {
            return word;
        }

        static Kind of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    /// The same suspicion, however long it lasts.
    record Key(AgentRef agent, Kind kind) {}

    static double seconds(Duration duration) {
        return Columns.seconds(duration);
    }

    static Duration ofSeconds(double seconds) {
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }

    Key key() {
        return new Key(agent, kind);
    }
}
