package dev.mainstay.agents.check;

import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.util.stream.Stream;

/// Why no connection came about, in words also where the HTTP client's exceptions have none. Stateless and thread-safe.
final class Unreachable {
    private Unreachable() {}

    static String reason(Throwable failure) {
        Throwable root = Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(20)
                .reduce(failure, (outer, inner) -> inner);
        return switch (root) {
            case UnresolvedAddressException e -> "no address is known for its host";
            // The client tries a second time on the channel that the refusal closed.
            case ClosedChannelException e -> "connection refused";
            case ConnectException e when e.getMessage() == null -> "connection refused";
            default -> Excerpt.of(failure);
        };
    }
}
