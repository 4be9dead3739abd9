package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.server.cli.Terminal.Said;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `mainstay schedule …` against a server that runs, and the schedules its settings declare.
class ScheduleCommandFlowTest {
    @TempDir
    private static Path folder;

    private static CommandStage stage;

    @BeforeAll
    static void start() throws IOException {
        stage = CommandStage.start(folder, "first", """
                schedules:
                  declared: {cron: "@daily", task: {type: report, payload: {of: orders}}}
                """);
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    private static Said type(String... words) {
        return stage.terminal().type(words);
    }

    private static Said done(String... words) {
        return stage.terminal().done(words);
    }

    @Test
    void what_the_settings_declare_is_there_and_not_changed_by_command() {
        assertThat(done("schedule", "list").out()).contains("declared", "active", "at 00:00, time of UTC", "report");
        assertThat(done("schedule", "describe", "declared", "-o", "json")
                        .json()
                        .path("source")
                        .asString())
                .isEqualTo("file");
        var refused = type("schedule", "delete", "declared");
        assertThat(refused.exit()).isEqualTo(ExitCode.CONFLICT);
        assertThat(refused.err()).contains("declared by the settings of node first");
    }

    @Test
    void one_is_made_changed_paused_resumed_and_deleted() {
        done(
                "schedule",
                "create",
                "nightly",
                "--cron",
                "0 3 * * *",
                "--zone",
                "Europe/Berlin",
                "--type",
                "report",
                "--payload",
                "{\"of\": 1}",
                "--missed",
                "all",
                "--missed-limit",
                "3",
                "--tag",
                "a",
                "--tag",
                "b");
        assertThat(done("schedule", "describe", "nightly").out())
                .contains("at 03:00, time of Europe/Berlin", "a, b", "{\"of\":1}")
                .doesNotContain("\"tags\"", "T02:00");
        var stands = done("schedule", "describe", "nightly", "-o", "json").json();
        var same = done("schedule", "update", "nightly", "--missed", "all", "-o", "json")
                .json();
        assertThat(same.path("version")).isEqualTo(stands.path("version"));
        var changed = done("schedule", "update", "nightly", "--every", "1h30m", "--overlap", "buffer-one", "-o", "json")
                .json();
        assertThat(changed.path("every").asString()).isEqualTo("PT1H30M");
        assertThat(changed.path("cron").isNull()).isTrue();
        assertThat(changed.path("missed").asString()).isEqualTo("all");
        assertThat(changed.at("/task/payload/of").asInt()).isEqualTo(1);
        assertThat(done("schedule", "pause", "nightly", "--reason", "holidays").out())
                .contains("paused");
        assertThat(done("schedule", "list", "--state", "paused").out()).contains("nightly");
        assertThat(done("schedule", "resume", "nightly").out()).contains("active");
        assertThat(done("schedule", "delete", "nightly").err()).contains("schedule nightly removed");
        assertThat(type("schedule", "describe", "nightly").exit()).isEqualTo(ExitCode.NOT_FOUND);
    }

    @Test
    void it_runs_now_shows_its_moments_and_fills_the_past_once() {
        done("schedule", "create", "filled", "--every", "1h", "--type", "report");
        assertThat(done("schedule", "run", "filled").out()).contains("manual", "enqueued", "open");
        assertThat(done("schedule", "run", "filled").out()).contains("skipped");
        assertThat(done("schedule", "next", "filled", "--count", "3", "-o", "jsonl")
                        .out()
                        .lines())
                .hasSize(3);
        String[] fill = {
            "schedule",
            "backfill",
            "filled",
            "--from",
            "2026-01-01T00:00:00Z",
            "--to",
            "2026-01-01T03:00:00Z",
            "-o",
            "json"
        };
        String[] preview = Arrays.copyOf(fill, fill.length + 1);
        preview[fill.length] = "--preview";
        assertThat(done(preview).json().at("/items/0/moments").asInt()).isEqualTo(3);
        assertThat(done(fill).json().at("/items/0/enqueued").asInt()).isEqualTo(3);
        assertThat(done(fill).json().at("/items/0/already").asInt()).isEqualTo(3);
        assertThat(done("schedule", "fires", "filled", "-o", "jsonl").out().lines())
                .hasSize(5);
    }

    @Test
    void what_cannot_be_is_said_with_its_place() {
        var refused = type("schedule", "create", "x", "--cron", "0 0 31 2 *", "--type", "report");
        assertThat(refused.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err()).contains("mainstay: --cron '0 0 31 2 *' never fires");
        assertThat(type("schedule", "create", "x", "--type", "report").err())
                .contains("must be given")
                .doesNotContain("exclude");
        assertThat(type("schedule", "create", "x", "--every", "1h", "--at", "2030-01-01T00:00:00Z", "--type", "r")
                        .err())
                .contains("give one of them");
        assertThat(type("schedule", "create", "x", "--every", "soon", "--type", "report")
                        .err())
                .contains("expected a duration");
        assertThat(type("schedule", "create", "x", "--every", "1h", "--type", "r", "--payload", "{")
                        .err())
                .contains("the payload must be JSON");
        assertThat(type("schedule", "pause", "nobody").err()).contains("`mainstay schedule list` lists");
    }
}
