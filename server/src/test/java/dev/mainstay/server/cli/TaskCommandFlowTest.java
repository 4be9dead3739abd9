package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.server.cli.Terminal.Said;
import dev.mainstay.task.Outcome;
import dev.mainstay.task.RetryPolicy;
import dev.mainstay.task.TaskType;
import dev.mainstay.testing.Eventually;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `task` and `queue` against a server that runs, with another node that does the work.
class TaskCommandFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final String NOBODY = "00000000-0000-7000-8000-000000000000";
    private static final AtomicBoolean mended = new AtomicBoolean();

    @TempDir
    private static Path folder;

    private static CommandStage stage;
    private static Fleet worker;

    @BeforeAll
    static void start() throws IOException {
        stage = CommandStage.start(folder, "asked", "");
        worker = Fleet.builder()
                .database(stage.database().database())
                .node("works")
                .worker(TaskType.of("echo", Map.class), (payload, context) -> Outcome.completed(payload))
                .worker(
                        TaskType.of("asks", String.class),
                        (text, context) -> Outcome.completed(context.approval("the order")))
                .worker(
                        TaskType.of("waits", String.class),
                        (text, context) -> Outcome.completed(context.await("go", String.class)))
                .worker(
                        TaskType.of("fragile", Map.class).retry(RetryPolicy.NEVER),
                        (text, context) -> mended.get() ? Outcome.COMPLETED : Outcome.discarded("broken"))
                .start();
    }

    @AfterAll
    static void stop() {
        worker.close();
        stage.close();
    }

    private static Said done(String... words) {
        return stage.terminal().done(words);
    }

    private static String enqueue(String... words) {
        var line = new String[words.length + 4];
        System.arraycopy(words, 0, line, 2, words.length);
        line[0] = "task";
        line[1] = "enqueue";
        line[words.length + 2] = "-o";
        line[words.length + 3] = "json";
        return done(line).json().path("id").asString();
    }

    private static String property(String id, String name) {
        return done("task", "describe", id, "-o", "json").json().path(name).asString("");
    }

    private static void awaitState(String id, String state) {
        Eventually.holds(id + " is " + state, BOUND, () -> property(id, "state").equals(state));
    }

    private static void awaitPlace(String id, String place) {
        Eventually.holds(id + " is " + place, BOUND, () -> property(id, "place").equals(place));
    }

    @Test
    void a_task_is_enqueued_here_and_done_by_another_node_that_is_told() {
        var id = enqueue("echo", "{\"n\": 7}", "--tag", "a,b", "--priority", "high", "--queue", "here");

        awaitState(id, "completed");
        var described = done("task", "describe", id).out();
        assertThat(described).contains("completed", "{\"n\":7}", "a, b", "high", "works", "attempt");
        assertThat(done("task", "list", "--queue", "here").out()).contains(id, "echo", "completed");
        assertThat(done("task", "timeline", id).out()).contains("attempt", "works");
    }

    @Test
    void every_digit_of_a_number_is_sent_and_shown() {
        var id = enqueue("nobody-digits", "{\"n\": 0.1234567890123456789}");
        var plain = enqueue("nobody-digits", "0.1234567890123456789");

        for (var form : List.of("table", "json", "yaml", "csv", "jsonl")) {
            assertThat(done("task", "describe", id, "-o", form).out()).contains("0.1234567890123456789");
            assertThat(done("task", "describe", plain, "-o", form).out()).contains("0.1234567890123456789");
        }
    }

    @Test
    void bad_json_is_not_said_back_whole_and_a_key_given_twice_is_refused_before_one_is_lost() {
        var large = stage.terminal().type("task", "enqueue", "echo", "{" + "x".repeat(10_000));
        var twice = stage.terminal().type("task", "enqueue", "echo", "{\"a\": 1, \"a\": 2}");

        assertThat(large.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(large.err()).hasSizeLessThan(500).contains("10001 characters");
        assertThat(twice.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(twice.err()).contains("the payload must be JSON", "Duplicate", "\"a\"");
    }

    @ParameterizedTest
    @CsvSource({"json, items", "jsonl, {", "yaml, items:", "csv, 'id,type'", "table, ID"})
    void lists_are_printed_in_every_form(String form, String contained) {
        enqueue("nobody-lists", "1");

        assertThat(done("task", "list", "--type", "nobody-lists", "-o", form).out())
                .contains(contained, "nobody-lists");
        assertThat(done("queue", "list", "-o", form).out()).contains("nobody-lists");
    }

    @Test
    void a_type_nobody_works_on_is_kept_and_said() {
        var id = enqueue("nobody-knows", "{}");

        assertThat(done("task", "list", "--place", "no-worker").out()).contains(id, "no-worker");
        assertThat(done("queue", "describe", "nobody-knows").out()).contains("no worker", "1", "nobody-knows");
    }

    @Test
    void a_unique_key_gives_the_same_task_again() {
        var id = enqueue("nobody-knows", "{}", "--unique", "once");
        var again = done("task", "enqueue", "nobody-knows", "{}", "--unique", "once", "-o", "json");

        assertThat(again.json().path("id").asString()).isEqualTo(id);
        assertThat(again.json().path("isNew").asBoolean()).isFalse();
    }

    @Test
    void what_cannot_be_is_refused_with_the_codes_for_scripts() {
        assertThat(stage.terminal().type("task", "describe", NOBODY).exit()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(stage.terminal().type("task", "describe", "nonsense").err()).contains("`mainstay task list` lists");
        assertThat(stage.terminal().type("queue", "pause", "no-such-queue").exit())
                .isEqualTo(ExitCode.NOT_FOUND);
        assertThat(stage.terminal().type("task", "cancel", NOBODY).exit()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(stage.terminal().type("task", "enqueue", "echo", "{not json").exit())
                .isEqualTo(ExitCode.USAGE);
        assertThat(stage.terminal()
                        .type("task", "enqueue", "echo", "{}", "--delay", "-PT1S")
                        .err())
                .contains("$.delay");
        assertThat(stage.terminal()
                        .type("task", "enqueue", "echo", "{}", "--after", NOBODY)
                        .exit())
                .isEqualTo(ExitCode.CONFLICT);
        assertThat(stage.terminal().type("task", "cancel").exit()).isEqualTo(ExitCode.USAGE);
        assertThat(stage.terminal().type("task", "list", "--state", "gone").exit())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void a_task_that_has_ended_takes_neither_signal_nor_cancel() {
        var id = enqueue("echo", "{}");
        awaitState(id, "completed");

        assertThat(stage.terminal().type("task", "signal", id, "go").exit()).isEqualTo(ExitCode.CONFLICT);
        assertThat(stage.terminal().type("task", "cancel", id).exit()).isEqualTo(ExitCode.CONFLICT);
        assertThat(stage.terminal().type("task", "approve", id).exit()).isEqualTo(ExitCode.CONFLICT);
        assertThat(stage.terminal().type("task", "redrive", id).exit()).isEqualTo(ExitCode.CONFLICT);
    }

    @Test
    void signals_approvals_and_refusals_let_tasks_go_on() {
        var waits = enqueue("waits", "\"x\"");
        var asks = enqueue("asks", "\"x\"");
        var refused = enqueue("asks", "\"x\"");
        awaitPlace(waits, "waiting");
        awaitPlace(asks, "waiting");
        awaitPlace(refused, "waiting");

        assertThat(done("task", "signal", waits, "go", "\"went\"").out()).contains("taken");
        done("task", "approve", asks, "--reason", "checked");
        done("task", "reject", refused, "--reason", "too large");

        awaitState(waits, "completed");
        awaitState(asks, "completed");
        awaitState(refused, "completed");
        assertThat(done("task", "describe", asks).out()).contains("\"approved\":true", "checked");
        assertThat(done("task", "describe", refused).out()).contains("\"approved\":false", "too large");
    }

    @Test
    void what_is_chosen_is_counted_first_and_changed_with_yes() {
        var one = enqueue("nobody-many", "1", "--delay", "1h");
        var two = enqueue("nobody-many", "2", "--delay", "1h");

        var counted = stage.terminal().type("task", "cancel", "--type", "nobody-many", "-o", "json");
        assertThat(counted.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(counted.json().path("matched").asInt()).isEqualTo(2);
        assertThat(counted.err()).contains("--yes");
        assertThat(property(one, "state")).isEqualTo("open");

        done("task", "retry", "--type", "nobody-many", "--place", "delayed", "--yes");
        assertThat(property(one, "place")).isEqualTo("no-worker");
        var cancelled = done("task", "cancel", "--type", "nobody-many", "--reason", "wrong", "--yes", "-o", "json");
        assertThat(cancelled.json().path("changed").asInt()).isEqualTo(2);
        assertThat(property(two, "state")).isEqualTo("cancelled");
        assertThat(property(two, "error")).isEqualTo("wrong");
    }

    @Test
    void a_fork_and_a_redrive_do_the_work_once_more() {
        var dead = enqueue("fragile", "{}", "--queue", "graves");
        awaitState(dead, "dead");
        assertThat(done("queue", "dead-letters", "graves").out()).contains(dead, "broken");
        assertThat(stage.terminal().type("queue", "redrive", "graves").exit()).isEqualTo(ExitCode.USAGE);
        mended.set(true);

        done("queue", "redrive", "graves", "--yes");
        awaitState(dead, "completed");

        var fork = done("task", "fork", dead, "--payload", "{\"again\": true}", "-o", "json");
        awaitState(fork.json().path("id").asString(), "completed");
    }

    @Test
    void a_queue_is_paused_limited_and_resumed() {
        enqueue("echo", "{}", "--queue", "held");

        assertThat(done("queue", "pause", "held", "--reason", "stocktaking").out())
                .contains("true");
        var held = enqueue("echo", "{}", "--queue", "held");
        assertThat(done("queue", "describe", "held").out()).contains("stocktaking", "admin", "(key ");
        assertThat(done("queue", "limit", "held", "--concurrency", "2", "--rate", "5", "--period", "1m")
                        .out())
                .contains("2 at once, 5 per PT1M");
        assertThat(property(held, "place")).isEqualTo("ready");
        done("queue", "limit", "held");
        done("queue", "resume", "held");
        awaitState(held, "completed");
    }
}
