package dev.mainstay.bench.faults;

import dev.mainstay.Fleet;
import dev.mainstay.FleetBuilder;
import dev.mainstay.agent.AgentSource;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agents.builtin.BuiltinAgents;
import dev.mainstay.bench.node.NodeMain;
import dev.mainstay.health.HealthPolicy;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.DatabaseConfig;
import dev.mainstay.recovery.Playbook;
import dev.mainstay.recovery.RecoveryAction;
import dev.mainstay.recovery.RecoveryPlan;
import dev.mainstay.recovery.RecoveryPolicy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/// A node of a campaign: reads its [FaultOrder], runs it, and ends when stdin does. Used by one thread.
final class FaultNodeMain {
    /// A campaign makes more faults in half an hour than a year does elsewhere.
    private static final int BUDGET = 1_000;

    private FaultNodeMain() {}

    public static void main(String[] arguments) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String order = lines.readLine();
        if (order != null) {
            run(JsonMapper.shared().readValue(order, FaultOrder.class), lines);
        }
        Runtime.getRuntime().halt(0);
    }

    private static void run(FaultOrder order, BufferedReader lines) throws IOException {
        DatabaseConfig config = DatabaseConfig.at(order.url())
                .owner(order.user(), order.password())
                .node(order.node())
                .build();
        try (var database = Database.open(config);
                var board = new SwitchBoard(order);
                var exchange = new Exchange();
                var fleet = builder(order, database, new FaultyKind(board, exchange.port()))
                        .start()) {
            System.out.println(NodeMain.READY);
            while (lines.readLine() != null) {
                System.out.println(fleet.node().isTrusted());
            }
        }
    }

    private static FleetBuilder builder(FaultOrder order, Database database, FaultyKind kind) {
        FleetBuilder builder =
                Fleet.builder().database(database).node(order.node()).kind(kind);
        BuiltinAgents.addTo(builder, database, HealthPolicy.DEFAULT, plan());
        Stream.concat(
                        IntStream.range(0, order.agents()).mapToObj(FaultOrder::agent),
                        IntStream.range(0, order.controls()).mapToObj(FaultOrder::control))
                .forEach(id -> builder.declare(
                        AgentSpec.builder(id)
                                .kind(FaultyKind.NAME)
                                .every(order.interval())
                                .heartbeat(order.interval())
                                .deadline(order.interval())
                                .settings(Map.of("mode", "good"))
                                .build(),
                        AgentSource.PLUGIN));
        return builder;
    }

    /// Nobody is there to approve anything.
    private static RecoveryPlan plan() {
        RecoveryPolicy given = RecoveryPolicy.DEFAULT;
        return new RecoveryPlan(
                new RecoveryPolicy(given.mode(), given.share(), RecoveryAction.Risk.HIGH, given.isLearning()),
                Playbook.builtin().stream().map(FaultNodeMain::often).toList());
    }

    private static Playbook often(Playbook playbook) {
        return new Playbook(
                playbook.cause(),
                playbook.rules(),
                playbook.actions(),
                playbook.verifyWithin(),
                playbook.coolDown(),
                BUDGET,
                playbook.per());
    }
}
