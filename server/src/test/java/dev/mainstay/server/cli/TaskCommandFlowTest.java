package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.server.cli.Terminal.Said;
import dev.mainstay.task.Outcome;
import dev.mainstay.task.RetryPolicy;
import dev.mainstay.task.TaskType;
import dev.mainstay.testing.Eventually;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
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
        // Healing would redrive dead letters before the commands here do.
        stage = CommandStage.start(folder, "asked", "recovery: {mode: \"off\"}\n");
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
                        TaskType.of("picky", String.class).retry(RetryPolicy.NEVER),
                        (text, context) -> text.equals("good") ? Outcome.COMPLETED : Outcome.discarded("bad"))
                .worker(
                        TaskType.of("stepped", String.class),
                        (text, context) -> Outcome.completed(context.step("first", String.class, () -> "one " + text)))
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

    @Test
    void a_batch_is_enqueued_line_by_line_in_whole_requests(@TempDir Path lines) throws IOException {
        var file = Files.write(
                lines.resolve("many.jsonl"),
                IntStream.range(0, 1_201).mapToObj(n -> "{\"n\": " + n + "}").toList());
        var bad = Files.write(lines.resolve("bad.jsonl"), List.of("1", "", "2", "three"));

        var many =
                done("task", "enqueue", "nobody-batch", "--batch", file.toString(), "--queue", "batch", "-o", "json");
        var broken = stage.terminal().type("task", "enqueue", "nobody-bad", "--batch", bad.toString());

        assertThat(many.json().path("items")).hasSize(1_201);
        assertThat(done("queue", "describe", "batch", "-o", "json")
                        .json()
                        .path("noWorker")
                        .asInt())
                .isEqualTo(1_201);
        assertThat(broken.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(broken.err()).contains("line 4 must be JSON", "0 tasks are enqueued", "nothing from line 1 on");
        assertThat(done("task", "list", "--type", "nobody-bad", "-o", "jsonl").out())
                .isEmpty();
    }

    @Test
    void a_chunk_that_is_refused_says_where_it_began(@TempDir Path lines) throws IOException {
        var texts = new ArrayList<>(Collections.nCopies(501, "1"));
        texts.set(500, "\"" + "x".repeat(1_100_000) + "\"");
        var file = Files.write(lines.resolve("large.jsonl"), texts);

        var said = stage.terminal().type("task", "enqueue", "nobody-large", "--batch", file.toString());

        assertThat(said.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(said.err()).contains("500 tasks are enqueued, and nothing from line 501 on");
    }

    @Test
    void a_payload_is_read_from_stdin() {
        var before = System.in;
        System.setIn(new ByteArrayInputStream("{\"from\": \"stdin\"}".getBytes(StandardCharsets.UTF_8)));
        try {
            var id = enqueue("nobody-stdin", "-");
            assertThat(done("task", "describe", id).out()).contains("{\"from\":\"stdin\"}");
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void what_is_chosen_by_its_age_is_no_other() {
        var young = enqueue("nobody-young", "1");

        var none = done("task", "cancel", "--type", "nobody-young", "--until", "1h", "--yes", "-o", "json");
        var one = done("task", "cancel", "--type", "nobody-young", "--since", "1h", "--yes", "-o", "json");

        assertThat(none.json().path("changed").asInt()).isZero();
        assertThat(one.json().path("changed").asInt()).isEqualTo(1);
        assertThat(property(young, "state")).isEqualTo("cancelled");
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
                .contains("--delay must be a duration")
                .doesNotContain("$");
        assertThat(stage.terminal()
                        .type("task", "enqueue", "echo", "{}", "--after", NOBODY)
                        .exit())
                .isEqualTo(ExitCode.CONFLICT);
        assertThat(stage.terminal().type("task", "cancel").exit()).isEqualTo(ExitCode.USAGE);
        assertThat(stage.terminal().type("task", "cancel", "--reason", "x").err())
                .contains("say which tasks")
                .doesNotContain("both");
        assertThat(stage.terminal()
                        .type("task", "cancel", NOBODY, "--queue", "x")
                        .err())
                .contains("not both");
        assertThat(stage.terminal()
                        .type("task", "list", "--queue", "never-seen")
                        .exit())
                .isEqualTo(ExitCode.NOT_FOUND);
        assertThat(stage.terminal()
                        .type("task", "enqueue", "Not a type", "{}", "--ttl", "-PT1S", "--after", "me")
                        .err())
                .contains("TYPE: must", "--ttl: must", "--after: must");
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
        assertThat(counted.exit()).isEqualTo(ExitCode.OK);
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
        assertThat(stage.terminal().type("queue", "redrive", "graves").exit()).isEqualTo(ExitCode.OK);
        mended.set(true);

        done("queue", "redrive", "graves", "--yes");
        awaitState(dead, "completed");

        var fork = done("task", "fork", dead, "--payload", "{\"again\": true}", "-o", "json");
        awaitState(fork.json().path("id").asString(), "completed");
    }

    @Test
    void a_dead_letter_is_redriven_with_another_payload() {
        var dead = enqueue("picky", "\"bad\"");
        awaitState(dead, "dead");

        done("task", "redrive", dead, "--payload", "\"good\"");

        awaitState(dead, "completed");
    }

    @Test
    void a_fork_goes_on_behind_the_steps_that_count_as_done() {
        var first = enqueue("stepped", "\"old\"");
        awaitState(first, "completed");

        var behind = done("task", "fork", first, "--steps", "1", "--payload", "\"new\"", "-o", "json");
        var anew = done("task", "fork", first, "--payload", "\"new\"", "-o", "json");

        var one = behind.json().path("id").asString();
        var two = anew.json().path("id").asString();
        awaitState(one, "completed");
        awaitState(two, "completed");
        assertThat(property(one, "result")).isEqualTo("one old");
        assertThat(property(two, "result")).isEqualTo("one new");
    }

    @Test
    void a_queue_is_paused_limited_and_resumed() {
        enqueue("echo", "{}", "--queue", "held");

        assertThat(done("queue", "pause", "held", "--reason", "stocktaking").out())
                .contains("true");
        var held = enqueue("echo", "{}", "--queue", "held");
        var again = done("queue", "pause", "held");
        assertThat(again.err()).contains("paused already", "stocktaking");
        assertThat(done("queue", "describe", "held").out()).contains("stocktaking", "admin", "(key ");
        assertThat(done("queue", "limit", "held", "--concurrency", "2", "--rate", "5", "--period", "1m")
                        .out())
                .contains("2 at once, 5 per minute");
        assertThat(done("queue", "limit", "--all", "--concurrency", "40").out()).contains("40 at once");
        done("queue", "limit", "--all");
        assertThat(stage.terminal().type("queue", "limit", "held", "--all").exit())
                .isEqualTo(ExitCode.USAGE);
        assertThat(property(held, "place")).isEqualTo("ready");
        done("queue", "limit", "held");
        done("queue", "resume", "held");
        awaitState(held, "completed");
    }
}
