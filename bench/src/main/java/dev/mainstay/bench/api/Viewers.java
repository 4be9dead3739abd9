package dev.mainstay.bench.api;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.up.Request;
import dev.mainstay.bench.up.Wire;
import dev.mainstay.concurrent.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// People who look at the dashboard: each follows the stream of changes. Used by one thread.
record Viewers(Laboratory laboratory, int port, String token) {
    /// Idle backends tell their statistics up to ten seconds late.
    private static final Duration SETTLE = Duration.ofSeconds(15);
    private static final String TRANSACTIONS =
            "SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database WHERE datname = current_database()";

    /// What they cost.
    ///
    /// @param queriesPerSecond transactions of the database, one a query
    /// @param postgresCores processors its server used
    record Cost(double queriesPerSecond, double postgresCores) {}

    Cost watch(int viewers, Duration duration) throws IOException {
        List<Wire> wires = new ArrayList<>();
        try {
            for (int number = 0; number < viewers; number++) {
                var wire = new Wire(port);
                wires.add(wire);
                wire.send(Request.get("/api/v1/stream", token));
                Threads.startVirtual("bench-viewer-" + number, () -> look(wire));
            }
            Threads.pause(SETTLE);
            return cost(duration);
        } finally {
            for (Wire wire : wires) {
                wire.close();
            }
        }
    }

    private static void look(Wire wire) {
        try {
            int read = wire.skipSome();
            while (read >= 0) {
                read = wire.skipSome();
            }
        } catch (IOException e) {
            return; // the bench has seen enough and closed it
        }
    }

    private Cost cost(Duration duration) {
        double before = laboratory.number(TRANSACTIONS);
        Duration cpuBefore = laboratory.cpu().used();
        var watch = Stopwatch.start();
        Threads.pause(duration);
        double seconds = watch.seconds();
        Duration cpu = laboratory.cpu().used().minus(cpuBefore);
        return new Cost((laboratory.number(TRANSACTIONS) - before) / seconds, cpu.toMillis() / 1e3 / seconds);
    }
}
