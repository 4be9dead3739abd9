package dev.mainstay.bench.node;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.concurrent.MonotonicClock;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// Writes down who ticks when, past everything that guards Mainstay's own tables: on connections of its own, each row
/// committed at once, with the moment at which the tick began. A second owner of an agent could not hide from it.
///
/// That moment is the machine's monotonic clock, one for all its processes, which a freeze does not stop. Thread-safe.
final class LedgerWriter implements AutoCloseable {
    private static final int CONNECTIONS = 4;

    private final MonotonicClock clock = MonotonicClock.system();
    private final String node;
    private final HikariDataSource connections;

    private LedgerWriter(NodeOrder order, String url) {
        this.node = order.node();
        var config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(order.user());
        config.setPassword(order.password());
        config.setMaximumPoolSize(CONNECTIONS);
        this.connections = new HikariDataSource(config);
    }

    /// Null when no ledger is asked for.
    static @Nullable LedgerWriter of(NodeOrder order) {
        String url = order.ledgerUrl();
        return url == null ? null : new LedgerWriter(order, url);
    }

    void write(AgentContext context) throws SQLException {
        long begun = clock.nanos();
        try (var connection = connections.getConnection();
                var insert = connection.prepareStatement(
                        "INSERT INTO mainstay.bench_ledger (agent, fence, node, begun) VALUES (?, ?, ?, ?)")) {
            insert.setString(1, context.agent().id());
            insert.setLong(2, context.fence());
            insert.setString(3, node);
            insert.setLong(4, begun);
            insert.executeUpdate();
        }
    }

    @Override
    public void close() {
        connections.close();
    }
}
