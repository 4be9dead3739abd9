package dev.mainstay.bench.tasks;

import dev.mainstay.Fleet;
import dev.mainstay.FleetBuilder;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.node.NodeMain;
import dev.mainstay.postgres.DatabaseConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.json.JsonMapper;

/// A node in a process of its own that works on what another one enqueues, answers each line of stdin with the
/// [StartTimes] since the last one, and ends when stdin does. Used by one thread.
final class LatencyWorkerMain {
    static final String NODE = "latency-worker";

    private LatencyWorkerMain() {}

    /// The database to work on.
    record Order(String url, String user, String password) {
        static Order of(Laboratory laboratory) {
            return new Order(laboratory.url(), laboratory.user(), laboratory.password());
        }

        private DatabaseConfig database() {
            return DatabaseConfig.at(url).owner(user, password).node(NODE).build();
        }

        private FleetBuilder node() {
            return Fleet.builder().database(database()).node(NODE);
        }
    }

    public static void main(String[] arguments) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String order = lines.readLine();
        if (order != null) {
            run(JsonMapper.shared().readValue(order, Order.class), lines);
        }
        System.exit(0);
    }

    private static void run(Order order, BufferedReader lines) throws IOException {
        var times = new StartTimes();
        Fleet fleet = times.on(order.node()).start();
        try {
            System.out.println(NodeMain.READY);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(JsonMapper.shared().writeValueAsString(times.taken()));
            }
        } finally {
            fleet.close();
        }
    }
}
