package dev.mainstay.bench.faults;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.mainstay.concurrent.Loop;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Which of a node's agents are to misbehave, as `bench_faults` says: read past Mainstay, on
/// connections of its own, five times a second. Agents write there when they began, and when they last
/// did. Thread-safe.
final class SwitchBoard implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofMillis(200);
    private static final int CONNECTIONS = 3;
    private static final String OPEN =
            "SELECT fault, agent, kind, holder FROM mainstay.bench_faults WHERE ended_at IS NULL";
    private static final String BEGIN = """
            UPDATE mainstay.bench_faults
            SET began_at = coalesce(began_at, clock_timestamp()), holder = coalesce(holder, ?), bad_at = clock_timestamp()
            WHERE fault = ?
            RETURNING holder
            """;
    private static final String BAD = "UPDATE mainstay.bench_faults SET bad_at = clock_timestamp() WHERE fault = ?";

    private final HikariDataSource connections;
    private final Loop loop;
    private volatile Map<String, Fault> open = Map.of();

    /// A fault of an agent that is on.
    ///
    /// @param holder the instance that took it up; null while none has
    record Fault(long number, FaultKind kind, @Nullable UUID holder) {
        /// Whether it is that instance's: one that was made anew does not have it.
        boolean isOf(UUID instance) {
            return holder == null || holder.equals(instance);
        }
    }

    SwitchBoard(FaultOrder order) {
        var config = new HikariConfig();
        config.setJdbcUrl(order.url());
        config.setUsername(order.user());
        config.setPassword(order.password());
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(1_000);
        this.connections = new HikariDataSource(config);
        this.loop = Loop.start("switches", PERIOD, this::read);
    }

    private void read() {
        Map<String, Fault> found = new HashMap<>();
        try (var connection = connections.getConnection();
                var query = connection.prepareStatement(OPEN);
                var rows = query.executeQuery()) {
            while (rows.next()) {
                found.put(
                        rows.getString(2),
                        new Fault(rows.getLong(1), FaultKind.ofWord(rows.getString(3)), rows.getObject(4, UUID.class)));
            }
            open = found;
        } catch (SQLException e) {
            // The database is away: what was on stays so.
        }
    }

    @Nullable
    Fault of(String agent) {
        return open.get(agent);
    }

    /// Whether the instance has the fault; the first one to ask takes it up.
    boolean begin(Fault fault, UUID instance) throws SQLException {
        if (fault.holder() != null) {
            return fault.isOf(instance);
        }
        try (var connection = connections.getConnection();
                var update = connection.prepareStatement(BEGIN)) {
            update.setObject(1, instance);
            update.setLong(2, fault.number());
            try (var rows = update.executeQuery()) {
                return rows.next() && Objects.equals(rows.getObject(1, UUID.class), instance);
            }
        }
    }

    /// It has just misbehaved.
    void bad(Fault fault) throws SQLException {
        try (var connection = connections.getConnection();
                var update = connection.prepareStatement(BAD)) {
            update.setLong(1, fault.number());
            update.executeUpdate();
        }
    }

    @Override
    public void close() {
        loop.close();
        connections.close();
    }
}
