package dev.mainstay.cluster;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A running Mainstay process, or one that ended lately. Immutable.
///
/// @param state live, draining or ended
/// @param agents how many agents of the organization that asks it runs
public record NodeRow(
        String id,
        UUID session,
        String state,
        String host,
        String address,
        String version,
        List<String> kinds,
        long agents,
        List<String> duties,
        Instant startedAt,
        Instant lastBeat,
        @Nullable Instant endedAt,
        @Nullable String endCause) {}
