package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Reading tasks and queues over HTTP.
class TasksFlowTest {
    private static ApiServer api;

    @BeforeAll
    static void start() {
        api = new ApiServer();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    /// Enqueues as a request of the organization would; `more` are further arguments of `task_enqueue`.
    private static String enqueue(UUID organization, String type, String more) {
        return api.database()
                .api(organization)
                .write(handle -> handle.createQuery(
                                "SELECT id::text FROM task_enqueue(tenant => :organization, task_type => :type,"
                                        + " task_payload => '{\"n\": 1}'" + more + ")")
                        .bind("organization", organization)
                        .bind("type", type)
                        .mapTo(String.class)
                        .one());
    }

    private static String enqueue(String type, String more) {
        return enqueue(Organizations.DEFAULT, type, more);
    }

    private static List<String> listed(String query) {
        List<String> ids = new ArrayList<>();
        String cursor = "";
        do {
            Reply reply = api.get(Role.VIEWER, "/api/v1/tasks?" + query + cursor);
            assertThat(reply.status()).as(reply.body()).isEqualTo(200);
            reply.json().path("items").forEach(task -> ids.add(task.path("id").asString()));
            JsonNode next = reply.json().path("next");
            cursor = next.isNull() ? "" : "&cursor=" + next.asString();
        } while (!cursor.isEmpty());
        return ids;
    }

    @Test
    void a_task_nobody_works_on_is_listed_as_such_and_described_whole() {
        String id = enqueue("nobody-yet", ", task_tags => '{a,b}', key => 'K-1'");

        JsonNode task = api.get(Role.VIEWER, "/api/v1/tasks/" + id).json();

        assertThat(listed("place=no-worker&type=nobody-yet")).containsExactly(id);
        assertThat(listed("place=ready&type=nobody-yet")).isEmpty();
        assertThat(task.path("place").asString()).isEqualTo("no-worker");
        assertThat(task.path("payload").path("n").asInt()).isEqualTo(1);
        assertThat(task.path("uniqueKey").asString()).isEqualTo("K-1");
        assertThat(task.path("tags")).hasSize(2);
    }

    @Test
    void pages_follow_each_other() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            ids.add(enqueue("paged", ""));
        }

        ids.sort(Comparator.reverseOrder());
        assertThat(listed("type=paged&limit=3")).containsExactlyElementsOf(ids);
    }

    @Test
    void children_are_listed_and_counted() {
        String parent = enqueue("family", "");
        String child = enqueue("family", ", parent => '" + parent + "'");

        Reply children = api.get(Role.VIEWER, "/api/v1/tasks/" + parent + "/children");
        JsonNode counts = api.get(Role.VIEWER, "/api/v1/tasks/" + parent).json().path("children");

        assertThat(children.json().path("items"))
                .singleElement()
                .satisfies(task -> assertThat(task.path("id").asString()).isEqualTo(child));
        assertThat(counts.path("open").asInt()).isEqualTo(1);
        assertThat(listed("parent=" + parent)).containsExactly(child);
    }

    @Test
    void the_timeline_pages_through_steps_and_takes_a_window() {
        String id = enqueue("stepped", "");
        api.execute("""
                INSERT INTO task_steps (organization_id, task_id, position, name, kind, fence, started_at, ended_at, result)
                SELECT '%s', '%s', n, 'step ' || n, 'step', 1, '2026-01-01T00:00:00Z'::timestamptz + n * interval '1 second',
                    '2026-01-01T00:00:00Z'::timestamptz + n * interval '1 second' + interval '500 ms', to_jsonb(n)
                FROM generate_series(0, 49) AS n
                """.formatted(Organizations.DEFAULT, id));

        Reply first = api.get(Role.VIEWER, "/api/v1/tasks/" + id + "/timeline?limit=30");
        Reply rest = api.get(
                Role.VIEWER,
                "/api/v1/tasks/" + id + "/timeline?limit=30&cursor="
                        + first.json().path("next").asString());
        Reply window = api.get(
                Role.VIEWER, "/api/v1/tasks/" + id + "/timeline?from=2026-01-01T00:00:10Z&to=2026-01-01T00:00:12Z");

        assertThat(first.json().path("items")).hasSize(30);
        assertThat(rest.json().path("items")).hasSize(20);
        assertThat(rest.json().path("next").isNull()).isTrue();
        assertThat(window.json()
                        .path("items")
                        .valueStream()
                        .map(span -> span.path("name").asString()))
                .containsExactly("step 10", "step 11");
    }

    @Test
    void a_queue_tells_what_waits_in_it() {
        enqueue("counted", ", delay => interval '1 hour'");
        enqueue("counted", "");

        JsonNode queue = api.get(Role.VIEWER, "/api/v1/queues/counted").json();

        assertThat(queue.path("delayed").asInt()).isEqualTo(1);
        assertThat(queue.path("noWorker").asInt()).isEqualTo(1);
        assertThat(api.get(Role.VIEWER, "/api/v1/queues").json().path("items").valueStream())
                .contains(queue);
    }

    @Test
    void queues_are_given_a_page_at_a_time() {
        enqueue("queue-a", "");
        enqueue("queue-b", "");

        JsonNode first = api.get(Role.VIEWER, "/api/v1/queues?limit=1").json();
        JsonNode second = api.get(
                        Role.VIEWER,
                        "/api/v1/queues?limit=1&cursor=" + first.path("next").asString())
                .json();

        assertThat(first.path("items")).hasSize(1);
        assertThat(second.path("items").path(0).path("name").asString())
                .isGreaterThan(first.path("items").path(0).path("name").asString());
    }

    @Test
    void another_organization_sees_nothing_of_it() {
        String theirs = enqueue(ApiServer.OTHER, "theirs", "");

        for (String path : List.of("", "/timeline", "/children")) {
            assertThat(api.get(Role.ADMIN, "/api/v1/tasks/" + theirs + path).status())
                    .isEqualTo(404);
        }
        assertThat(listed("type=theirs")).isEmpty();
        assertThat(api.get(Role.ADMIN, "/api/v1/queues/theirs").status()).isEqualTo(404);
    }

    @Test
    void what_cannot_be_asked_is_refused_with_the_parameter_named() {
        for (String query : List.of(
                "state=gone",
                "place=somewhere",
                "priority=1",
                "parent=mine",
                "q=",
                "from=yesterday",
                "limit=0",
                "cursor=x",
                "state=open&state=dead")) {
            Reply reply = api.get(Role.VIEWER, "/api/v1/tasks?" + query);

            assertThat(reply.status()).as(query).isEqualTo(400);
            assertThat(reply.json().path("detail").asString()).contains(query.substring(0, query.indexOf('=')));
        }
    }

    @Test
    void a_queue_that_never_was_is_not_found_wherever_it_is_asked_for() {
        for (String path : List.of("tasks?queue=never-was", "queues/never-was", "queues/never-was/dead-letters")) {
            Reply reply = api.get(Role.VIEWER, "/api/v1/" + path);

            assertThat(reply.status()).as(path).isEqualTo(404);
            assertThat(reply.json().path("detail").asString()).contains("no queue \"never-was\"");
        }
    }

    @Test
    void a_bulk_command_to_a_queue_that_never_was_is_not_found() {
        for (String command : List.of("cancel", "retry")) {
            Reply reply = api.post(
                    Role.OPERATOR,
                    "/api/v1/tasks/" + command,
                    "{\"filter\": {\"queue\": \"never-was\"}, \"reason\": \"a mistake\", \"preview\": true}");

            assertThat(reply.status()).as(command).isEqualTo(404);
            assertThat(reply.json().path("detail").asString()).contains("no queue \"never-was\"");
        }
    }

    @Test
    void what_no_task_can_be_called_is_not_found() {
        for (String id : List.of("mine", "00000000-0000-0000-0000-00000000000", UUID.randomUUID() + "x")) {
            assertThat(api.get(Role.VIEWER, "/api/v1/tasks/" + id).status())
                    .as(id)
                    .isEqualTo(404);
        }
    }
}
