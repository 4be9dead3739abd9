package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import dev.mainstay.task.Outcome;
import dev.mainstay.task.TaskType;
import dev.mainstay.testing.Eventually;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What goes through requests unchanged, and what bounds all queues together, with a node that works on some tasks.
class TaskValuesFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static ApiServer api;
    private static Fleet fleet;

    @BeforeAll
    static void start() {
        api = new ApiServer();
        fleet = Fleet.builder()
                .database(api.database())
                .node("works")
                .worker(TaskType.of("tree", JsonNode.class), (payload, context) -> Outcome.completed(payload))
                .worker(
                        TaskType.of("paid-tree", JsonNode.class),
                        (payload, context) -> Outcome.completed(context.await("money", JsonNode.class)))
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
        return post("tasks", body).json().path("id").asString();
    }

    private static JsonNode task(String id) {
        return api.get(Role.VIEWER, "/api/v1/tasks/" + id).json();
    }

    private static void awaitTask(String id, String property, String wanted) {
        Eventually.holds(
                id + " is " + wanted,
                BOUND,
                () -> task(id).path(property).asString("").equals(wanted));
    }

    @Test
    void every_digit_of_a_number_comes_back_from_a_payload_a_result_and_a_signal() {
        String exact = "{\"n\": 0.1234567890123456789, \"whole\": 123456789012345678901234567890, \"zeros\": 1.50}";
        String id = enqueue("{\"type\": \"tree\", \"payload\": " + exact + "}");
        String paid = enqueue("{\"type\": \"paid-tree\", \"payload\": 1}");
        awaitTask(paid, "place", "waiting");
        post("tasks/" + paid + "/signal", "{\"name\": \"money\", \"value\": 10.00000000000000000001}");
        String fork = post("tasks/" + id + "/fork", "{\"payload\": " + exact + ", \"reason\": \"x\"}")
                .json()
                .path("id")
                .asString();

        awaitTask(id, "state", "completed");
        awaitTask(paid, "state", "completed");
        assertThat(api.get(Role.VIEWER, "/api/v1/tasks/" + id).body())
                .contains("\"payload\":" + exact, "\"result\":" + exact);
        assertThat(api.get(Role.VIEWER, "/api/v1/tasks/" + fork).body()).contains("\"payload\":" + exact);
        assertThat(api.get(Role.VIEWER, "/api/v1/tasks/" + paid).body()).contains("10.00000000000000000001");
    }

    @Test
    void all_queues_together_are_bounded_beside_each_of_them() {
        Reply set = allLimits("{\"rate\": 1, \"period\": \"P1D\", \"reason\": \"shared\"}");
        JsonNode told = api.get(Role.VIEWER, "/api/v1/limits").json();
        List<String> ids = List.of(
                enqueue("{\"type\": \"tree\", \"payload\": {}, \"queue\": \"all-1\"}"),
                enqueue("{\"type\": \"tree\", \"payload\": {}, \"queue\": \"all-2\"}"));
        Eventually.holds("one of them runs", BOUND, () -> completed(ids) == 1);
        long ran = completed(ids);
        Reply unset = allLimits("{\"reason\": \"done\"}");

        assertThat(set.status()).isEqualTo(200);
        assertThat(told.path("limits").path("rate").asInt()).isEqualTo(1);
        assertThat(ran).isEqualTo(1);
        assertThat(unset.json().path("limits").isNull()).isTrue();
        Eventually.holds("the other runs too", BOUND, () -> completed(ids) == 2);
        JsonNode events =
                api.get(Role.VIEWER, "/api/v1/events?type=queue.limited").json().path("items");
        assertThat(events.valueStream())
                .anySatisfy(
                        event -> assertThat(event.path("detail").path("queue").asString("-"))
                                .isEmpty());
    }

    private static long completed(List<String> ids) {
        return ids.stream()
                .filter(id -> task(id).path("state").asString().equals("completed"))
                .count();
    }

    private static Reply allLimits(String body) {
        return api.send(
                "PUT",
                "/api/v1/limits",
                api.key(Organizations.DEFAULT, Role.OPERATOR).reveal(),
                body);
    }
}
