package dev.mainstay.postgres;

import java.time.Duration;

/// One pool: how many connections, and how long its statements may take on the server ([#statement], [#lock]), on the
/// wire ([#socket], always longer, for a server that stopped answering) and while waiting for a free connection
/// ([#patience]).
///
/// Immutable and thread-safe.
public record PoolConfig(String name, int size, Duration statement, Duration lock, Duration socket, Duration patience) {
    static final PoolConfig CONTROL = new PoolConfig("control", 2, seconds(30), seconds(5), seconds(35), seconds(2));
    static final PoolConfig ENGINE = new PoolConfig("engine", 6, seconds(30), seconds(5), seconds(35), seconds(5));
    static final PoolConfig API = new PoolConfig("api", 6, seconds(10), seconds(2), seconds(15), seconds(5));

    public PoolConfig {
        if (size < 1) {
            throw new IllegalArgumentException("database.pools." + name + " must be at least 1, was " + size);
        }
        if (!statement.isPositive() || !lock.isPositive() || !patience.isPositive()) {
            throw new IllegalArgumentException("timeouts of database pool " + name + " must be positive");
        }
        if (socket.compareTo(statement) <= 0) {
            throw new IllegalArgumentException("socket timeout of database pool " + name
                    + " must be longer than its statement timeout of " + statement.toSeconds() + " s");
        }
    }

    /// The same for a replica, on which nobody waits long, since the primary can answer too.
    PoolConfig forReplica() {
        return new PoolConfig("replica", size, statement, lock, socket, seconds(1));
    }

    PoolConfig withSize(int newSize) {
        return new PoolConfig(name, newSize, statement, lock, socket, patience);
    }

    /// The statement timeout, and a socket timeout that leaves the server five seconds to report it.
    PoolConfig withStatementTimeout(Duration timeout) {
        return new PoolConfig(name, size, timeout, lock, timeout.plusSeconds(5), patience);
    }

    PoolConfig withPatience(Duration newPatience) {
        return new PoolConfig(name, size, statement, lock, socket, newPatience);
    }

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }
}
