package dev.mainstay.server.http;

import java.time.Duration;

/// What one socket, one key and all may take. Immutable.
///
/// @param firstWord within this time a socket says whose it is
/// @param unsent for so long a frame may wait for a reader that does not read
/// @param ofKey sockets of one key at once
/// @param all sockets of a node at once
/// @param subscriptions of one socket
/// @param credit messages that may be on their way or in hand of a subscription
/// @param requests of one socket that wait for their answers
record SocketLimits(
        Duration firstWord, Duration unsent, int ofKey, int all, int subscriptions, int credit, int requests) {
    static final SocketLimits USUAL =
            new SocketLimits(Duration.ofSeconds(5), Duration.ofSeconds(10), 50, 1_000, 32, 1_000, 32);
}
