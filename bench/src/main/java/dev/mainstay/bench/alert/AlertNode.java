package dev.mainstay.bench.alert;

import dev.mainstay.Fleet;
import dev.mainstay.FleetBuilder;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.AgentSpecBuilder;
import dev.mainstay.agent.RestartPolicy;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.alert.AlertRule;
import dev.mainstay.alert.Condition;
import dev.mainstay.alert.Route;
import dev.mainstay.alert.notify.WebhookNotifier;
import dev.mainstay.alert.notify.WebhookSettings;
import dev.mainstay.bench.node.NodeMain;
import dev.mainstay.postgres.DatabaseConfig;
import dev.mainstay.telemetry.Severity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.json.JsonMapper;

/// A node that tells a webhook: runs its [AlertNodeOrder], breaks the agents it is told to line by line, and ends when
/// stdin does. Used by one thread.
final class AlertNode {
    /// What the storm is made of.
    static final String STORM = "bench.storm";

    private static final Duration SECOND = Duration.ofSeconds(1);

    private AlertNode() {}

    public static void main(String[] arguments) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String order = lines.readLine();
        if (order != null) {
            run(JsonMapper.shared().readValue(order, AlertNodeOrder.class), lines);
        }
        Runtime.getRuntime().halt(0);
    }

    private static void run(AlertNodeOrder order, BufferedReader lines) throws IOException {
        Set<String> broken = ConcurrentHashMap.newKeySet();
        try (Fleet fleet = builder(order, broken).start()) {
            System.out.println(NodeMain.READY);
            for (String agent = lines.readLine(); agent != null; agent = lines.readLine()) {
                broken.add(agent);
                System.out.println(agent);
            }
            Runtime.getRuntime().halt(fleet.node().isTrusted() ? 0 : 1);
        }
    }

    private static FleetBuilder builder(AlertNodeOrder order, Set<String> broken) {
        FleetBuilder builder = Fleet.builder()
                .database(DatabaseConfig.at(order.url())
                        .owner(order.user(), order.password())
                        .node(order.node())
                        .build())
                .node(order.node())
                .notifier(
                        "bench",
                        new WebhookNotifier(new WebhookSettings(
                                URI.create(order.webhook()), null, Map.of(), Duration.ofSeconds(10), true)))
                .route(new Route(Severity.INFO, List.of("bench"), null, order.pause(), List.of()))
                .rule(AlertRule.of("storm", Severity.CRITICAL, new Condition.Seen(STORM, 1, Duration.ofMinutes(5))));
        for (int number = 0; number < order.agents(); number++) {
            builder.agent(spec(order.node() + "-agent-" + number).build(), _ -> _ -> WorkResult.nothing());
        }
        for (int number = 0; number < order.fragile(); number++) {
            String id = order.fragile(number);
            builder.agent(spec(id).restart(noRestarts()).build(), _ -> _ -> {
                if (broken.contains(id)) {
                    throw new AssertionError("broken by the bench");
                }
                return WorkResult.nothing();
            });
        }
        return builder;
    }

    private static AgentSpecBuilder spec(String id) {
        return AgentSpec.builder(id).every(SECOND).heartbeat(SECOND);
    }

    private static RestartPolicy noRestarts() {
        return new RestartPolicy(
                0, Duration.ofMinutes(1), SECOND, SECOND, Duration.ofMinutes(10), Duration.ofMinutes(15));
    }
}
