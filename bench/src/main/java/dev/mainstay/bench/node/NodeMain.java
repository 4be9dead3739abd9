package dev.mainstay.bench.node;

import dev.mainstay.Fleet;
import dev.mainstay.FleetBuilder;
import dev.mainstay.agent.AgentKind;
import dev.mainstay.agent.AgentSource;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.postgres.DatabaseConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// A node for a bench: reads its [NodeOrder], runs it, answers questions line by line, and ends when stdin does, so
/// that none outlives its bench. Used by one thread.
public final class NodeMain {
    static final String HEAP = "heap";
    /// What a node says once it runs.
    public static final String READY = "ready";
    private static final int COLLECTIONS = 3;

    private NodeMain() {}

    public static void main(String[] arguments) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String order = lines.readLine();
        if (order != null) {
            run(JsonMapper.shared().readValue(order, NodeOrder.class), lines);
        }
        Runtime.getRuntime().halt(0);
    }

    private static void run(NodeOrder order, BufferedReader lines) throws IOException {
        try (LedgerWriter ledger = LedgerWriter.of(order);
                Fleet fleet = builder(order, ledger).start()) {
            System.out.println(READY);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(line.equals(HEAP) ? Long.toString(usedHeap()) : "unknown question " + line);
            }
            Runtime.getRuntime().halt(fleet.node().isTrusted() ? 0 : 1);
        }
    }

    private static FleetBuilder builder(NodeOrder order, @Nullable LedgerWriter ledger) {
        DatabaseConfig config = DatabaseConfig.at(order.url())
                .owner(order.user(), order.password())
                .node(order.node())
                .build();
        FleetBuilder builder =
                Fleet.builder().database(config).node(order.node()).kind(kind(ledger));
        if (order.taskType() != null) {
            builder.worker(order.taskType(), Map.class, (value, context) -> {});
        }
        for (int number = 0; number < order.agents(); number++) {
            builder.declare(
                    AgentSpec.builder("agent-" + number)
                            .kind(Work.NAME)
                            .every(order.interval())
                            .heartbeat(order.heartbeat())
                            .build(),
                    AgentSource.CODE);
        }
        return builder;
    }

    private static AgentKind<?> kind(@Nullable LedgerWriter ledger) {
        return new Work(context -> {
            if (ledger != null) {
                ledger.write(context);
            }
            return WorkResult.nothing();
        });
    }

    /// What is alive after full collections.
    private static long usedHeap() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
