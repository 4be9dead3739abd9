package dev.mainstay.bench.chaos;

import dev.mainstay.Fleet;
import dev.mainstay.bench.node.NodeMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.json.JsonMapper;

/// A node that works on tasks: reads its [WorkerOrder] from stdin, and ends when that does. Used by one thread.
final class WorkerMain {
    /// Asks when it was started by its own wall clock, in milliseconds.
    static final String STARTED = "started";

    private WorkerMain() {}

    public static void main(String[] arguments) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String order = lines.readLine();
        if (order != null) {
            run(JsonMapper.shared().readValue(order, WorkerOrder.class), lines);
        }
        System.exit(0);
    }

    private static String started() {
        return Long.toString(ManagementFactory.getRuntimeMXBean().getStartTime());
    }

    private static void answer(BufferedReader lines, Fleet fleet) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println(
                    line.equals(STARTED)
                            ? started()
                            : Boolean.toString(fleet.node().isTrusted()));
        }
    }

    private static void run(WorkerOrder order, BufferedReader lines) throws IOException {
        try (var ledger = new LedgerPen(order);
                var work = new ChaosWork(order, ledger);
                var fleet = work.on(Fleet.builder()
                                .database(order.database())
                                .node(order.node())
                                .taskCapacity(order.capacity()))
                        .start()) {
            System.out.println(NodeMain.READY);
            try (var _ = new SingleFeeder(fleet.tasks(), ledger)) {
                answer(lines, fleet);
            }
        }
    }
}
