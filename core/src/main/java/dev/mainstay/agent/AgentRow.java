package dev.mainstay.agent;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An agent as it stands in the database: its declaration, its state, who runs it, its newest heartbeat and health.
/// Immutable; equal rows are equal agents.
///
/// @param spec JSON text of how it is run
/// @param settings JSON text of the settings of its kind, secrets as references
public record AgentRow(
        String id,
        String kind,
        String category,
        String description,
        List<String> capabilities,
        List<String> dataSources,
        String source,
        @Nullable String group,
        String spec,
        String settings,
        String state,
        Instant stateSince,
        String cause,
        String desired,
        long generation,
        @Nullable Instant quarantineUntil,
        Instant createdAt,
        long fence,
        boolean held,
        @Nullable String node,
        @Nullable String phase,
        @Nullable Instant lastHeartbeat,
        long ticks,
        long failures,
        long restarts,
        long items,
        @Nullable Double lastDurationMs,
        @Nullable String lastError,
        @Nullable Double health,
        @Nullable String healthBand) {}
