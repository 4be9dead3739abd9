package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.testing.Eventually;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `alert` and `recovery` against a server that runs, from an event to an alert a person answers.
class AlertCommandFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    @TempDir
    private static Path folder;

    private static CommandStage stage;

    @BeforeAll
    static void start() throws IOException {
        stage = CommandStage.start(folder, "alerting", """
                notifiers:
                  script: {type: command, command: [cat]}
                  away: {type: webhook, url: "http://127.0.0.1:9/", timeout: 2s}
                alerts:
                  rules:
                    of-the-file: {severity: info, health: 5, notifiers: [script]}
                """);
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    private static Terminal.Said done(String... words) {
        return stage.terminal().done(words);
    }

    private static void loseANode() {
        stage.database().database().write(handle -> handle.execute("""
                INSERT INTO system_events (organization_id, type, severity, node_id, cause)
                VALUES ('00000000-0000-0000-0000-000000000001', 'node.lost', 'critical', 'elsewhere', 'expired')
                """));
    }

    @Test
    void an_alert_is_found_and_answered() {
        loseANode();
        Eventually.holds(
                "it fires",
                BOUND,
                () -> done("alert", "list", "--state", "firing", "--rule", "node-lost")
                        .out()
                        .contains("node.lost in 2m"));
        String id = done("alert", "list", "--rule", "node-lost", "-o", "json")
                .json()
                .at("/items/0/id")
                .asString();
        assertThat(done("alert", "ack", id, "--note", "on it").out()).contains("acknowledged");
        assertThat(done("alert", "describe", id).out()).contains("on it", "system_events", "elsewhere");
        assertThat(done("alert", "resolve", id).out()).contains("resolved");
        assertThat(stage.terminal().type("alert", "describe", "nothing").exit()).isEqualTo(ExitCode.NOT_FOUND);
    }

    @Test
    void rules_are_listed_as_people_write_them() {
        assertThat(done("alert", "rules").out()).contains("heartbeat-missed", "builtin", "silent");
    }

    @Test
    void a_rule_is_put_switched_off_and_deleted() {
        assertThat(done("alert", "rules").out()).contains("of-the-file", "file");
        assertThat(stage.terminal()
                        .type("alert", "rules", "put", "late", "{\"metric\": \"orders.age\", \"above\": 600}")
                        .err())
                .contains("no point of \"orders.age\" was ever stored");
        done("alert", "rules", "put", "late", "{\"metric\": \"orders.age\", \"above\": 600}", "--unknown-metric");
        assertThat(done("alert", "rules", "disable", "late", "--reason", "night")
                        .out())
                .contains("false");
        assertThat(done("alert", "rules", "enable", "late", "--reason", "day").out())
                .contains("true");
        done("alert", "rules", "delete", "late", "--reason", "over");
        assertThat(done("alert", "rules").out()).doesNotContain("orders.age");
    }

    @Test
    void a_notifier_is_tried_with_its_answer_shown() {
        assertThat(done("alert", "test", "script", "-o", "json").out())
                .contains("ended with 0 and said: ", "Test notification");
        var refused = stage.terminal().type("alert", "test", "away", "-o", "json");
        assertThat(refused.exit()).isEqualTo(ExitCode.FAILURE);
        assertThat(refused.out()).contains("allowPrivate: true lets it be asked");
        assertThat(done("alert", "history", "--notifier", "away").out()).contains("given-up");
        assertThat(stage.terminal().type("alert", "test", "nobody").exit()).isEqualTo(ExitCode.NOT_FOUND);
    }

    @Test
    void notifiers_are_explained_without_a_server() {
        assertThat(done("alert", "notifiers").out())
                .contains("webhook", "slack", "pagerduty", "email", "command", "log");
        assertThat(done("alert", "notifiers", "webhook").out()).contains("secretHeaders", "allowPrivate", "(required)");
        assertThat(stage.terminal().type("alert", "notifiers", "webhok").exit()).isEqualTo(ExitCode.NOT_FOUND);
    }

    @Test
    void a_silence_is_made_listed_and_ended() {
        var made = done("alert", "silence", "--agent", "a", "--for", "PT2H", "--reason", "the disk", "-o", "json");
        String id = made.json().at("/items/0/id").asString();
        assertThat(done("alert", "silences").out()).contains("the disk");
        done("alert", "unsilence", id);
        assertThat(done("alert", "silences").out()).doesNotContain("the disk");
        assertThat(stage.terminal().type("alert", "silence", "--for", "PT2H").exit())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void everything_is_silenced_only_by_saying_so() {
        var unsaid = stage.terminal().type("alert", "silence", "--for", "2h", "--reason", "the move");
        assertThat(unsaid.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(unsaid.err()).contains("or give --all");
        assertThat(stage.terminal()
                        .type("alert", "silence", "--all", "--agent", "a", "--for", "2h", "--reason", "the move")
                        .exit())
                .isEqualTo(ExitCode.USAGE);
        assertThat(done("alert", "silences").out()).doesNotContain("the move");
        String starts = "2099-12-24T20:00:00Z";
        var made = done(
                "alert",
                "silence",
                "--all",
                "--starts-at",
                starts,
                "--for",
                "2h",
                "--reason",
                "the move",
                "--maintenance",
                "-o",
                "json");
        assertThat(made.json().at("/items/0/startsAt").asString()).isEqualTo(starts);
        done("alert", "unsilence", made.json().at("/items/0/id").asString());
    }

    @Test
    void nothing_to_heal_is_an_empty_list() {
        assertThat(done("recovery", "list", "-o", "json").json().path("items")).isEmpty();
        assertThat(done("recovery", "success", "-o", "json").json().path("items"))
                .isEmpty();
        assertThat(stage.terminal().type("recovery", "describe", "none").exit()).isEqualTo(ExitCode.NOT_FOUND);
    }
}
