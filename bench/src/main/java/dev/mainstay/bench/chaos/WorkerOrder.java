package dev.mainstay.bench.chaos;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.postgres.DatabaseConfig;
import dev.mainstay.testing.FaultProxy;
import java.net.URI;

/// What a worker process is to do. Immutable and thread-safe.
///
/// @param url of the database by the way that can be cut, without user and password
/// @param directUrl by the way that cannot: the ledger is written there
/// @param capacity how many tasks run at once
record WorkerOrder(String url, String directUrl, String user, String password, String node, int capacity) {
    private static final String JDBC = "jdbc:";

    static FaultProxy proxy(Laboratory laboratory) {
        URI direct = URI.create(laboratory.url().substring(JDBC.length()));
        return FaultProxy.to(direct.getHost(), direct.getPort());
    }

    static WorkerOrder through(FaultProxy proxy, Laboratory laboratory, String node, int capacity) {
        String path = URI.create(laboratory.url().substring(JDBC.length())).getPath();
        return new WorkerOrder(
                JDBC + "postgresql://" + proxy.host() + ":" + proxy.port() + path,
                laboratory.url(),
                laboratory.user(),
                laboratory.password(),
                node,
                capacity);
    }

    /// As a node that does not own the tables: it checks the schema instead of migrating it, which takes less time.
    DatabaseConfig database() {
        DatabaseConfig owner =
                DatabaseConfig.at(url).owner(user, password).node(node).build();
        return DatabaseConfig.at(url)
                .engine(owner.engine().user(), owner.engine().password())
                .api(owner.api().user(), owner.api().password())
                .node(node)
                .build();
    }
}
