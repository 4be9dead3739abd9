package dev.mainstay.message;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a consumer group stands. Immutable.
///
/// @param firstRetry how long a message waits that failed once; the wait doubles from then on
/// @param ackWithin how long a handler may take
/// @param behind messages on its channels it has not read, whatever their keys; counted up to 10,000, elsewhere than in
/// PostgreSQL to some thousand
/// @param oldest when the oldest of them was stored
/// @param inHand messages its consumers have at the moment
/// @param waiting messages to be tried again, and those behind them of the same sender
/// @param missed messages on its channels, whatever their keys, that were forgotten for their age before it read them
public record GroupView(
        String name,
        List<String> channels,
        String keys,
        @Nullable String filter,
        boolean ordered,
        int maxAttempts,
        Duration firstRetry,
        Duration longestRetry,
        Duration ackWithin,
        long behind,
        @Nullable Instant oldest,
        long inHand,
        long consumers,
        long waiting,
        long dead,
        long missed,
        Instant createdAt) {
    public GroupView {
        channels = List.copyOf(channels);
    }
}
