package dev.mainstay.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mainstay.Fleet;
import dev.mainstay.config.ConfigException;
import dev.mainstay.server.plugin.Plugins;
import dev.mainstay.telemetry.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `notifiers` and `alerts` of `mainstay.yml` may say, and what a person reads who got it wrong.
class AlertSettingsTest {
    private static final Map<String, String> ENVIRONMENT = Map.of("OPS_SECRET", "swordfish", "SLACK", "https://x/y");

    @TempDir
    private Path folder;

    private ConfigSources.Checked check(String yaml) throws IOException {
        var file = Files.writeString(folder.resolve("mainstay.yml"), yaml);
        var sources = new ConfigSources(
                Optional.of(file), ConfigSources.of(ENVIRONMENT).flags(), ENVIRONMENT);
        try (var plugins = Plugins.load(List.of())) {
            return sources.check(Map.of(), plugins.notifierKinds(), Set.of());
        }
    }

    @Test
    void everything_about_alerts_is_declared() throws IOException {
        var checked = check("""
                notifiers:
                  ops: {type: webhook, url: "https://hooks.example.org/ops", secret: "env:OPS_SECRET"}
                  chat: {type: slack, url: "env:SLACK"}
                  pager: {type: pagerduty, routingKey: "env:OPS_SECRET"}
                  mail: {type: email, host: mail.example.org, from: mainstay@example.org, to: [ops@example.org]}
                  script: {type: command, command: [/usr/bin/logger, -t, mainstay]}
                  other-log: {type: log}
                alerts:
                  rules:
                    orders-late: {severity: critical, metric: orders.age, of: max, over: 5m, above: 600, runbook: "https://x"}
                    heartbeat-missed: {severity: emergency, suspected: silent}
                  routes:
                    - {from: warning, notifiers: [chat]}
                    - from: critical
                      notifiers: [ops, log]
                      pause: 10m
                      ladder:
                        - {after: 5m, notifiers: [pager]}
                        - {after: 30m, notifiers: [mail]}
                """);
        var alerts = checked.alerts();
        assertThat(alerts.notifiers()).containsOnlyKeys("ops", "chat", "pager", "mail", "script", "other-log");
        alerts.notifiers().values().forEach(made -> assertThat(made.create()).isNotNull());
        assertThat(alerts.rules()).extracting(rule -> rule.severity()).contains(Severity.EMERGENCY);
        assertThat(alerts.routes().get(1).pause()).isEqualTo(Duration.ofMinutes(10));
        assertThat(alerts.routes().get(1).ladder()).hasSize(2);
        alerts.addTo(Fleet.builder());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            notifiers: {ops: {type: webhok, url: "https://x"}}                        | 1: notifiers.ops.type: there is no type "webhok"; did you mean "webhook"?
            notifiers: {ops: {type: webhook, ulr: "https://x"}}                       | 1: notifiers.ops.ulr is not a known key; did you mean "url"?
            notifiers: {ops: {type: webhook, url: "https://x", secret: hunter2}}      | 1: notifiers.ops.secret
            notifiers: {ops: {type: webhook, url: "https://x", secret: "env:NOT_SET"}} | NOT_SET
            notifiers: {ops: {type: webhook, url: "ftp://x"}}                         | 1: notifiers.ops.url must begin with http:// or https:// and name a host
            notifiers: {ops: {type: webhook, url: "https://x", timeout: 1m}}          | 1: notifiers.ops.timeout must be positive and at most 25s, was 1m
            notifiers: {ops: {url: "https://x"}}                                      | 1: notifiers.ops.type is required and missing
            notifiers: {log: {type: log}}                                             | 1: notifiers.log: one of this name is always there; give it another
            notifiers: {mail: {type: email, host: h, from: a@b, to: [x], tls: none}}  | notifiers.mail.to must be an address
            alerts: {rules: {slow: {metrik: x, above: 1}}}                            | 1: alerts.rules.slow.metrik is not a known key; did you mean "metric"?
            alerts: {rules: {slow: {metric: x, above: 1, below: 2}}}                  | 1: alerts.rules.slow: below must be less than above (1.0)
            alerts: {rules: {Slow: {metric: x, above: 1}}}                            | 1: alerts.rules.Slow: name must be
            alerts: {rules: {slow: {health: 5, notifiers: [opps]}}}                   | 1: alerts.rules.slow.notifiers: there is no notifier "opps"; known are log
            alerts: {routes: [{notifiers: [lgo]}]}                                    | alerts.routes[0].notifiers: there is no notifier "lgo"; did you mean "log"?
            alerts: {routes: [{from: grave, notifiers: [log]}]}                       | alerts.routes[0].from
            alerts: {routes: [{notifiers: []}]}                                       | alerts.routes[0].notifiers must name at least one
            alerts: {routes: [{notifiers: [log], ladder: [{after: 5m, notifiers: [log]}, {after: 1m, notifiers: [log]}]}]} | alerts.routes[0].ladder must be in the order of its times
            alerts: {watchdog: {url: "env:SLACK", every: 1s}}                         | alerts.watchdog.every must be from 10s to 1h, was 1s
            alrets: {}                                                                | 1: alrets is not a known key; did you mean "alerts"?
            """)
    void what_is_wrong_is_said_with_its_place(String yaml, String message) {
        var refused = catchThrowableOfType(ConfigException.class, () -> check(yaml));
        assertThat(refused).as("refused: %s", yaml).isNotNull();
        assertThat(refused.getMessage()).contains(message).doesNotContain("hunter2", "swordfish");
    }
}
