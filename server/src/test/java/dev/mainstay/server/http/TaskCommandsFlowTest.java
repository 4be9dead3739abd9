package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import dev.mainstay.task.Outcome;
import dev.mainstay.task.RetryPolicy;
import dev.mainstay.task.TaskType;
import dev.mainstay.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// What requests ask of tasks and queues, with a node that works on some of them.
class TaskCommandsFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final AtomicBoolean mended = new AtomicBoolean();
    private static ApiServer api;
    private static Fleet fleet;

    @BeforeAll
    static void start() {
        api = new ApiServer();
        fleet = Fleet.builder()
                .database(api.database())
                .node("works")
                .worker(TaskType.of("echo", Map.class), (payload, context) -> Outcome.completed(payload))
                .worker(
                        TaskType.of("approved", String.class),
                        (text, context) -> Outcome.completed(context.approval("large order")))
                .worker(
                        TaskType.of("paid", String.class),
                        (text, context) -> Outcome.completed(context.await("money", Map.class)))
                .worker(TaskType.of("stepped", String.class), (text, context) -> {
                    context.step("first", String.class, () -> "one " + text);
                    return Outcome.completed(context.step("second", String.class, () -> "two " + text));
                })
                .worker(TaskType.of("endless", String.class), (text, context) -> {
                    Thread.currentThread().join();
                    return Outcome.COMPLETED;
                })
                .worker(
                        TaskType.of("fragile", String.class).retry(RetryPolicy.NEVER),
                        (text, context) -> mended.get() ? Outcome.COMPLETED : Outcome.discarded("broken"))
                .start();
        api.claimable.set(fleet.taskHost()::hintAll);
        api.queuesChanged.set(fleet.taskHost()::queuesChanged);
    }

    @AfterAll
    static void stop() {
        fleet.close();
        api.close();
    }

    private static Reply post(String path, String body) {
        return api.post(Role.OPERATOR, "/api/v1/" + path, body);
    }

    private static String enqueue(String body) {
        Reply reply = post("tasks", body);
        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
        return reply.json().path("id").asString();
    }

    private static JsonNode task(String id) {
        return api.get(Role.VIEWER, "/api/v1/tasks/" + id).json();
    }

    private static JsonNode awaitTask(String id, String property, String wanted) {
        Eventually.holds(
                id + " is " + wanted,
                BOUND,
                () -> task(id).path(property).asString("").equals(wanted));
        return task(id);
    }

    private static List<JsonNode> events(String type) {
        return api.get(Role.VIEWER, "/api/v1/events?limit=1000&type=" + type)
                .json()
                .path("items")
                .valueStream()
                .toList();
    }

    private static JsonNode commanded(String task) {
        return events("task.commanded").stream()
                .filter(event -> event.path("detail").path("task").asString("").equals(task))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_task_is_enqueued_runs_and_tells_its_result_and_who_enqueued_it() {
        Reply reply = post("tasks", """
                {"type": "echo", "payload": {"n": 7, "deep": {"list": [1, null, "x"]}}, "tags": ["a"], "attempts": 2}""");
        String id = reply.json().path("id").asString();

        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.header("Location")).isEqualTo("/api/v1/tasks/" + id);
        JsonNode task = awaitTask(id, "state", "completed");
        assertThat(task.path("result")).isEqualTo(task.path("payload"));
        assertThat(task.path("actor").asString()).startsWith("operator (key ");
        assertThat(task.path("worker").asString()).isEqualTo("works");
        assertThat(task.path("history").path(0).path("outcome").asString()).isEqualTo("completed");
    }

    @Test
    void a_batch_is_enqueued_all_or_none() {
        Reply both = post("tasks", """
                {"tasks": [{"type": "nobody", "payload": 1}, {"type": "nobody", "payload": 2, "delay": "PT1H"}]}""");
        Reply none = post("tasks", """
                {"tasks": [{"type": "never-there", "payload": 1}, {"type": "never-there", "payload": 2, "delay": "-PT1S"}]}""");

        assertThat(both.json().path("items")).hasSize(2);
        assertThat(none.status()).isEqualTo(422);
        assertThat(none.json().path("errors").path(0).path("path").asString()).isEqualTo("$.tasks[1].delay");
        assertThat(api.get(Role.VIEWER, "/api/v1/tasks?type=never-there").json().path("items"))
                .isEmpty();
    }

    @Test
    void a_unique_key_that_is_held_gives_the_same_task_with_200() {
        String body = "{\"type\": \"nobody\", \"payload\": {}, \"uniqueKey\": \"only-one\"}";
        String id = enqueue(body);

        Reply again = post("tasks", body);

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().path("id").asString()).isEqualTo(id);
        assertThat(again.json().path("isNew").asBoolean()).isFalse();
    }

    @Test
    void an_idempotency_key_gives_the_tasks_of_the_first_time() {
        String body = "{\"type\": \"nobody\", \"payload\": {\"n\": 1}}";
        Reply first = withKey("K-1", body);
        Reply again = withKey("K-1", body);
        Reply other = withKey("K-1", "{\"type\": \"nobody\", \"payload\": {\"n\": 2}}");
        Reply both = withKey("K-2", "{\"type\": \"nobody\", \"payload\": 1, \"uniqueKey\": \"x\"}");

        assertThat(first.status()).isEqualTo(201);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().path("id")).isEqualTo(first.json().path("id"));
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.code()).isEqualTo("IDEMPOTENCY_KEY_REUSED");
        assertThat(both.status()).isEqualTo(400);
        JsonNode task = task(first.json().path("id").asString());
        assertThat(task.path("uniqueKey").isNull())
                .as("the key of the request is none of the task")
                .isTrue();
    }

    private static Reply withKey(String key, String body) {
        return api.send(
                "POST",
                "/api/v1/tasks",
                api.key(Organizations.DEFAULT, Role.OPERATOR).reveal(),
                body,
                request -> request.header("Idempotency-Key", key));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"payload\": 1} | $.type",
                "{\"type\": \"x\"} | $.payload",
                "{\"type\": \"Not A Name\", \"payload\": 1} | $.type",
                "{\"type\": \"x\", \"payload\": 1, \"delay\": \"-PT1S\"} | $.delay",
                "{\"type\": \"x\", \"payload\": 1, \"delay\": \"PT1S\", \"runAt\": \"2030-01-01T00:00:00Z\"} | $.runAt",
                "{\"type\": \"x\", \"payload\": 1, \"timeToLive\": \"PT0S\"} | $.timeToLive",
                "{\"type\": \"x\", \"payload\": 1, \"priority\": \"urgent\"} | $.priority",
                "{\"type\": \"x\", \"payload\": 1, \"after\": [\"me\"]} | $.after[0]",
                "{\"type\": \"x\", \"payload\": 1, \"attempts\": 0} | $.attempts",
                "{\"type\": \"x\", \"payload\": 1, \"uniqueFor\": \"PT1H\"} | $.uniqueFor",
                "{\"type\": \"x\", \"payload\": 1, \"colour\": \"red\"} | $.colour",
                "{\"tasks\": 3} | $.tasks"
            })
    void a_task_that_cannot_be_is_refused_with_the_place_named(String body, String path) {
        Reply reply = post("tasks", body);

        assertThat(reply.status()).as(reply.body()).isEqualTo(422);
        assertThat(reply.json()
                        .path("errors")
                        .valueStream()
                        .map(error -> error.path("path").asString()))
                .contains(path);
    }

    @Test
    void a_body_over_the_cap_is_refused_with_413_and_the_limit() {
        Reply reply = post("tasks", "{\"type\": \"x\", \"payload\": \"" + "x".repeat(1 << 20) + "\"}");

        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.json().path("detail").asString()).contains("1048576");
    }

    @Test
    void a_task_behind_one_that_is_unknown_is_refused_and_so_there_can_be_no_cycle() {
        for (String link : List.of("\"parent\": \"%s\"", "\"after\": [\"%s\"]")) {
            Reply reply =
                    post("tasks", "{\"type\": \"nobody\", \"payload\": 1, " + link.formatted(new UUID(0, 1)) + "}");

            assertThat(reply.status()).isEqualTo(409);
            assertThat(reply.code()).isEqualTo("TASK_LINK");
            assertThat(reply.json().path("detail").asString()).contains("is unknown");
        }
    }

    @Test
    void only_operators_enqueue_and_command() {
        for (Role role : List.of(Role.VIEWER, Role.AGENT)) {
            assertThat(api.post(role, "/api/v1/tasks", "{\"type\": \"nobody\", \"payload\": 1}")
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    void a_request_of_another_organization_enqueues_there_and_the_same_nodes_do_it() {
        String key = api.key(ApiServer.OTHER, Role.OPERATOR).reveal();
        Reply reply = api.send("POST", "/api/v1/tasks", key, "{\"type\": \"echo\", \"payload\": {\"theirs\": true}}");
        String path = "/api/v1/tasks/" + reply.json().path("id").asString();

        assertThat(reply.status()).isEqualTo(201);
        Eventually.holds(
                "it is done",
                BOUND,
                () -> api.send("GET", path, key, null)
                        .json()
                        .path("state")
                        .asString("")
                        .equals("completed"));
        assertThat(api.get(Role.ADMIN, path).status()).isEqualTo(404);
        assertThat(api.post(Role.OPERATOR, path + "/cancel", "{\"reason\": \"not mine\"}")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void a_task_that_waits_is_cancelled_at_once_and_one_that_runs_is_asked_to_end() {
        String waits = enqueue("{\"type\": \"nobody\", \"payload\": 1}");
        String runs = enqueue("{\"type\": \"endless\", \"payload\": \"x\"}");
        awaitTask(runs, "place", "running");

        Reply ended = post("tasks/" + waits + "/cancel", "{\"reason\": \"not needed\"}");
        Reply asked = post("tasks/" + runs + "/cancel", "{\"reason\": \"takes too long\"}");
        Reply over = post("tasks/" + waits + "/cancel", "{\"reason\": \"once more\"}");

        assertThat(ended.json().path("outcome").asString()).isEqualTo("ended");
        assertThat(asked.json().path("outcome").asString()).isEqualTo("asked");
        assertThat(awaitTask(runs, "state", "cancelled").path("error").asString())
                .isEqualTo("takes too long");
        assertThat(over.status()).isEqualTo(409);
        assertThat(over.code()).isEqualTo("TASK_OVER");
        assertThat(commanded(waits).path("cause").asString()).isEqualTo("not needed");
        assertThat(commanded(waits).path("detail").path("actor").asString()).startsWith("operator (key ");
    }

    @Test
    void a_dead_letter_is_redriven_with_another_payload_and_nothing_else_is() {
        String dead = enqueue("{\"type\": \"fragile\", \"payload\": {\"not\": \"text\"}}");
        awaitTask(dead, "state", "dead");
        String open = enqueue("{\"type\": \"nobody\", \"payload\": 1}");
        mended.set(true);

        Reply redriven = post("tasks/" + dead + "/redrive", "{\"reason\": \"mended\", \"payload\": \"text\"}");

        assertThat(redriven.status()).as(redriven.body()).isEqualTo(200);
        awaitTask(dead, "state", "completed");
        assertThat(post("tasks/" + open + "/redrive", "{\"reason\": \"x\"}").code())
                .isEqualTo("TASK_STATE");
        assertThat(post("tasks/" + dead + "/retry", "{\"reason\": \"x\"}").code())
                .isEqualTo("TASK_OVER");
    }

    @Test
    void a_dead_letter_whose_unique_key_another_task_has_stays_one() {
        String dead = enqueue("{\"type\": \"fragile\", \"payload\": [1], \"uniqueKey\": \"k\"}");
        awaitTask(dead, "state", "dead");
        enqueue("{\"type\": \"fragile\", \"payload\": \"x\", \"uniqueKey\": \"k\", \"delay\": \"PT1H\"}");
        for (String command : List.of("redrive", "retry")) {
            Reply refused = post("tasks/" + dead + "/" + command, "{\"reason\": \"x\"}");
            assertThat(refused.code()).isEqualTo("TASK_STATE");
            assertThat(refused.body()).contains("another task holds the unique key");
        }
        assertThat(task(dead).path("state").asString()).isEqualTo("dead");
    }

    @Test
    void a_delayed_task_is_tried_at_once_when_asked_and_not_a_second_time() {
        String delayed = enqueue("{\"type\": \"nobody\", \"payload\": 1, \"delay\": \"PT1H\"}");

        Reply sooner = post("tasks/" + delayed + "/retry", "{\"reason\": \"now\"}");

        assertThat(sooner.json().path("outcome").asString()).isEqualTo("sooner");
        assertThat(task(delayed).path("place").asString()).isEqualTo("no-worker");
        JsonNode told = commanded(delayed);
        assertThat(told.path("detail").path("command").asString()).isEqualTo("retry");
        assertThat(told.path("cause").asString()).isEqualTo("now");
        assertThat(post("tasks/" + delayed + "/retry", "{\"reason\": \"now\"}").code())
                .isEqualTo("TASK_STATE");
    }

    @Test
    void who_approves_without_saying_more_approves() {
        String id = enqueue("{\"type\": \"approved\", \"payload\": \"x\"}");
        awaitTask(id, "place", "waiting");

        post("tasks/" + id + "/approve", "{\"reason\": \"fine\"}");

        JsonNode result = awaitTask(id, "state", "completed").path("result");
        assertThat(result.path("approved").asBoolean()).isTrue();
    }

    @Test
    void an_approval_is_given_under_the_name_the_task_waits_for() {
        String id = enqueue("{\"type\": \"approved\", \"payload\": \"x\"}");
        awaitTask(id, "place", "waiting");

        Reply taken = post("tasks/" + id + "/approve", "{\"approved\": false, \"reason\": \"too large\"}");

        assertThat(taken.json().path("outcome").asString()).isEqualTo("taken");
        JsonNode result = awaitTask(id, "state", "completed").path("result");
        assertThat(result.path("approved").asBoolean()).isFalse();
        assertThat(result.path("reason").asString()).isEqualTo("too large");
        assertThat(result.path("actor").asString()).startsWith("operator (key ");
        assertThat(post("tasks/" + id + "/approve", "{\"reason\": \"late\"}").code())
                .isEqualTo("TASK_OVER");
    }

    @Test
    void a_signal_is_taken_or_kept_and_refused_for_a_task_that_has_ended() {
        String id = enqueue("{\"type\": \"paid\", \"payload\": \"x\"}");
        awaitTask(id, "place", "waiting");

        Reply kept = post("tasks/" + id + "/signal", "{\"name\": \"other\", \"value\": 1}");
        JsonNode waiting = task(id);
        Reply taken = post("tasks/" + id + "/signal", "{\"name\": \"money\", \"value\": {\"amount\": 12}}");
        JsonNode done = awaitTask(id, "state", "completed");
        Reply over = post("tasks/" + id + "/signal", "{\"name\": \"money\"}");

        assertThat(kept.json().path("outcome").asString()).isEqualTo("kept");
        assertThat(waiting.path("signals").path(0).asString()).isEqualTo("other");
        assertThat(waiting.path("waitsFor").asString()).isEqualTo("signal money");
        assertThat(taken.json().path("outcome").asString()).isEqualTo("taken");
        assertThat(done.path("result").path("amount").asInt()).isEqualTo(12);
        assertThat(over.status()).isEqualTo(409);
        assertThat(over.code()).isEqualTo("TASK_OVER");
    }

    @Test
    void a_fork_keeps_the_first_steps_and_does_the_others_with_the_new_payload() {
        String id = enqueue("{\"type\": \"stepped\", \"payload\": \"old\"}");
        awaitTask(id, "state", "completed");

        Reply fork = post("tasks/" + id + "/fork", "{\"steps\": 1, \"payload\": \"new\", \"reason\": \"again\"}");
        String fresh = fork.json().path("id").asString();

        assertThat(fork.status()).isEqualTo(201);
        assertThat(awaitTask(fresh, "state", "completed").path("result").asString())
                .isEqualTo("two new");
        JsonNode spans =
                api.get(Role.VIEWER, "/api/v1/tasks/" + fresh + "/timeline").json();
        assertThat(spans.path("items")
                        .valueStream()
                        .filter(span -> span.path("name").asString("").equals("first"))
                        .map(span -> span.path("result").asString()))
                .containsExactly("one old");
        assertThat(post("tasks/" + id + "/fork", "{\"steps\": 3, \"reason\": \"x\"}")
                        .status())
                .isEqualTo(422);
    }

    @Test
    void all_that_a_filter_means_are_counted_first_then_cancelled_and_the_event_says_how_many() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            ids.add(enqueue("{\"type\": \"nobody-bulk\", \"payload\": 1, \"tags\": [\"wrong\"]}"));
        }
        String spared = enqueue("{\"type\": \"nobody-bulk\", \"payload\": 1}");
        String filter = "{\"filter\": {\"type\": \"nobody-bulk\", \"tag\": \"wrong\"}, \"reason\": \"bad import\"";

        Reply preview = post("tasks/cancel", filter + ", \"preview\": true}");
        Reply done = post("tasks/cancel", filter + "}");

        assertThat(preview.json().path("matched").asInt()).isEqualTo(12);
        assertThat(preview.json().path("changed").asInt()).isZero();
        assertThat(done.json().path("changed").asInt()).isEqualTo(12);
        assertThat(done.json().path("next").isNull()).isTrue();
        assertThat(ids)
                .allSatisfy(id -> assertThat(task(id).path("state").asString()).isEqualTo("cancelled"));
        assertThat(task(spared).path("state").asString()).isEqualTo("open");
        JsonNode event = events("task.commanded").stream()
                .filter(each -> each.path("cause").asString().equals("bad import"))
                .findFirst()
                .orElseThrow();
        assertThat(event.path("detail").path("tasks").asInt()).isEqualTo(12);
        assertThat(event.path("detail").path("filter").path("tag").asString()).isEqualTo("wrong");
        assertThat(event.path("detail").path("actor").asString()).startsWith("operator (key ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cancel | {\"reason\": \"x\"} | $.filter",
                "cancel | {\"reason\": \"x\", \"filter\": {}} | $.filter.state",
                "cancel | {\"reason\": \"x\", \"filter\": {\"state\": [\"dead\"]}} | $.filter.state",
                "cancel | {\"filter\": {\"queue\": \"a\"}} | $.reason",
                "retry | {\"reason\": \"x\", \"filter\": {\"place\": [\"running\"]}} | $.filter.place",
                "retry | {\"reason\": \"x\", \"filter\": {\"colour\": 1}} | $.filter.colour"
            })
    void a_bulk_command_that_is_not_clear_is_refused(String command, String body, String path) {
        Reply reply = post("tasks/" + command, body);

        assertThat(reply.status()).as(reply.body()).isEqualTo(422);
        assertThat(reply.json()
                        .path("errors")
                        .valueStream()
                        .map(error -> error.path("path").asString()))
                .contains(path);
    }

    @Test
    void a_paused_queue_says_why_and_who_and_starts_nothing_until_it_is_resumed() {
        enqueue("{\"type\": \"echo\", \"payload\": {}, \"queue\": \"held\"}");
        JsonNode paused =
                post("queues/held/pause", "{\"reason\": \"stocktaking\"}").json();
        String task = enqueue("{\"type\": \"echo\", \"payload\": {}, \"queue\": \"held\"}");

        assertThat(paused.path("paused").asBoolean()).isTrue();
        assertThat(paused.path("pauseReason").asString()).isEqualTo("stocktaking");
        assertThat(paused.path("pausedBy").asString()).startsWith("operator (key ");
        assertThat(task(task).path("place").asString()).isEqualTo("ready");
        JsonNode resumed = post("queues/held/resume", "{\"reason\": \"done\"}").json();
        assertThat(resumed.path("paused").asBoolean()).isFalse();
        assertThat(resumed.path("pauseReason").isNull()).isTrue();
        awaitTask(task, "state", "completed");
        assertThat(events("queue.paused"))
                .anySatisfy(
                        event -> assertThat(event.path("detail").path("actor").asString())
                                .startsWith("operator (key "));
    }

    @Test
    void the_dead_letters_of_a_queue_are_listed_and_redriven_together() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            String id = enqueue("{\"type\": \"fragile\", \"payload\": [" + i + "], \"queue\": \"graves\"}");
            awaitTask(id, "state", "dead");
            ids.add(id);
        }

        JsonNode listed =
                api.get(Role.VIEWER, "/api/v1/queues/graves/dead-letters").json();
        JsonNode preview = post("queues/graves/redrive", "{\"reason\": \"x\", \"preview\": true}")
                .json();
        JsonNode done =
                post("queues/graves/redrive", "{\"reason\": \"mended\"}").json();

        assertThat(listed.path("items")).hasSize(3);
        assertThat(preview.path("matched").asInt()).isEqualTo(3);
        assertThat(done.path("changed").asInt()).isEqualTo(3);
        // Their payloads still do not read, so they die once more, one attempt later.
        Eventually.holds(
                "they were tried again",
                BOUND,
                () -> ids.stream().allMatch(id -> task(id).path("attempts").asInt() == 2));
    }
}
