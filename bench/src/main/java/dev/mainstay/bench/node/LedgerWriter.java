package dev.mainstay.bench.node;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.mainstay.agent.AgentContext;
import java.sql.SQLException;

/// Writes down who ticks when, past everything that guards Mainstay's own tables: on connections of its own, each row
/// committed at once, with the database's time. A second owner of an agent could not hide from it. Thread-safe.
final class LedgerWriter implements AutoCloseable {
    private static final int CONNECTIONS = 4;

    private final String node;
    private final HikariDataSource connections;

    LedgerWriter(NodeOrder order) {
        this.node = order.node();
        var config = new HikariConfig();
        config.setJdbcUrl(order.url());
        config.setUsername(order.user());
        config.setPassword(order.password());
        config.setMaximumPoolSize(CONNECTIONS);
        this.connections = new HikariDataSource(config);
    }

    void write(AgentContext context) throws SQLException {
        try (var connection = connections.getConnection();
                var insert = connection.prepareStatement(
                        "INSERT INTO mainstay.bench_ledger (agent, fence, node) VALUES (?, ?, ?)")) {
            insert.setString(1, context.agent().id());
            insert.setLong(2, context.fence());
            insert.setString(3, node);
            insert.executeUpdate();
        }
    }

    @Override
    public void close() {
        connections.close();
    }
}
