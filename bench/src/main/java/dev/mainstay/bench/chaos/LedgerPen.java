package dev.mainstay.bench.chaos;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.mainstay.task.TaskContext;
import java.sql.SQLException;
import java.util.UUID;

/// Writes down what handlers do, past everything that guards Mainstay's own tables: on connections of its own by a way
/// that is never cut, each row committed at once. Thread-safe.
final class LedgerPen implements AutoCloseable {
    static final String START = "start";
    static final String END = "end";
    /// The completion was refused, because the lease was lost.
    static final String REFUSED = "refused";

    /// Whoever enqueued it was told that it is stored.
    static final String ACKNOWLEDGED = "acknowledged";

    private static final int CONNECTIONS = 3;
    private static final String INSERT =
            "INSERT INTO mainstay.chaos_ledger (task, fence, node, phase) VALUES (?, ?, ?, ?)";

    private final String node;
    private final HikariDataSource connections;

    LedgerPen(WorkerOrder order) {
        this.node = order.node();
        this.connections = connections(order, order.directUrl(), CONNECTIONS);
    }

    static HikariDataSource connections(WorkerOrder order, String url, int most) {
        var config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(order.user());
        config.setPassword(order.password());
        config.setMaximumPoolSize(most);
        config.setMinimumIdle(1);
        config.addDataSourceProperty("socketTimeout", "15");
        config.addDataSourceProperty("connectTimeout", "5");
        return new HikariDataSource(config);
    }

    void write(TaskContext context, String phase) throws SQLException {
        write(context.id(), context.fence(), phase);
    }

    void write(UUID task, long fence, String phase) throws SQLException {
        try (var connection = connections.getConnection();
                var insert = connection.prepareStatement(INSERT)) {
            insert.setObject(1, task);
            insert.setLong(2, fence);
            insert.setString(3, node);
            insert.setString(4, phase);
            insert.executeUpdate();
        }
    }

    @Override
    public void close() {
        connections.close();
    }
}
