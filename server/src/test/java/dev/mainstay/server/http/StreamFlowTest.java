package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import dev.mainstay.server.http.StreamClient.Message;
import dev.mainstay.testing.Eventually;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StreamFlowTest {
    private ApiServer api;

    @BeforeEach
    void start() {
        api = new ApiServer();
        api.agent(Organizations.DEFAULT, "one", "active");
        api.agent(Organizations.DEFAULT, "two", "active");
        api.agent(ApiServer.OTHER, "theirs", "active");
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private StreamClient follow(String lastEventId) throws IOException, InterruptedException {
        return new StreamClient(
                api.uri("/api/v1/stream"),
                api.key(Organizations.DEFAULT, Role.VIEWER).reveal(),
                lastEventId);
    }

    private void event(String type) {
        api.execute(insert(type));
    }

    private static String insert(String type) {
        return "INSERT INTO system_events (organization_id, type, severity) VALUES ('" + Organizations.DEFAULT + "', '"
                + type + "', 'info')";
    }

    private static List<String> agents(List<Message> messages) {
        return messages.stream()
                .filter(message -> message.name().equals("agent"))
                .map(message -> message.json().path("id").asString())
                .toList();
    }

    private static List<String> events(List<Message> messages) {
        return messages.stream()
                .filter(message -> message.name().equals("event"))
                .map(message -> message.json().path("type").asString())
                .toList();
    }

    private static boolean isEvent(Message message, String type) {
        return events(List.of(message)).contains(type);
    }

    @Test
    void a_fresh_stream_begins_with_the_overview_and_every_agent_of_the_organization() throws Exception {
        try (StreamClient stream = follow("")) {
            List<Message> begin = stream.untilNamed("ready");

            assertThat(begin.getFirst().name()).isEqualTo("overview");
            assertThat(agents(begin)).containsExactly("one", "two");
            assertThat(begin.getLast().json().path("node").asString()).isEqualTo("node-1");
        }
    }

    @Test
    void an_agent_that_changed_is_told_and_one_that_did_not_is_not() throws Exception {
        try (StreamClient stream = follow("")) {
            stream.untilNamed("ready");
            api.execute("UPDATE agents SET state = 'maintenance', cause = 'a test' WHERE id = 'two'");

            List<Message> told = stream.untilNamed("agent");

            assertThat(agents(told)).containsExactly("two");
            assertThat(told.getLast().json().path("state").asString()).isEqualTo("maintenance");
        }
    }

    @Test
    void counters_alone_are_told_as_beats() throws Exception {
        try (StreamClient stream = follow("")) {
            stream.untilNamed("ready");
            api.execute("UPDATE agent_leases SET ticks = 41, beat_at = now() WHERE agent_id = 'one'");

            List<Message> told = stream.untilNamed("beats");

            assertThat(agents(told)).isEmpty();
            assertThat(told.getLast().json().path("items")).hasSize(1);
            assertThat(told.getLast().json().path("items").path(0).path("ticks").asInt())
                    .isEqualTo(41);
        }
    }

    @Test
    void a_queue_whose_tasks_changed_is_told_once_for_all_of_them_and_another_is_not() throws Exception {
        enqueue("quiet", 1);
        try (StreamClient stream = follow("")) {
            assertThat(queues(stream.untilNamed("task"))).contains("quiet");
            enqueue("busy", 25);

            List<Message> told = stream.until(message -> message.name().equals("task")
                    && message.json().path("items").path(0).path("noWorker").asInt() == 25);

            assertThat(queues(List.of(told.getLast()))).containsExactly("busy");
        }
    }

    private void enqueue(String type, int tasks) {
        api.database()
                .api(Organizations.DEFAULT)
                .write(handle -> handle.createQuery("""
                                SELECT count(*)
                                FROM generate_series(1, :tasks) AS n
                                CROSS JOIN LATERAL task_enqueue(tenant => :organization, task_type => :type,
                                    task_payload => to_jsonb(n)) AS task
                                """)
                        .bind("organization", Organizations.DEFAULT)
                        .bind("type", type)
                        .bind("tasks", tasks)
                        .mapTo(Long.class)
                        .one());
    }

    private static List<String> queues(List<Message> messages) {
        return messages.stream()
                .filter(message -> message.name().equals("task"))
                .flatMap(message -> message.json().path("items").valueStream())
                .map(queue -> queue.path("name").asString())
                .toList();
    }

    @Test
    void an_agent_that_is_gone_is_told_as_removed() throws Exception {
        try (StreamClient stream = follow("")) {
            stream.untilNamed("ready");
            api.execute("DELETE FROM agents WHERE id = 'one'");

            assertThat(stream.untilNamed("removed").getLast().json().path("id").asString())
                    .isEqualTo("one");
        }
    }

    @Test
    void a_stream_that_resumes_is_told_what_it_missed_and_no_more() throws Exception {
        String position;
        try (StreamClient stream = follow("")) {
            stream.untilNamed("ready");
            event("test.seen");
            stream.until(message -> isEvent(message, "test.seen"));
            position = stream.lastId();
        }
        event("test.missed");
        api.execute("UPDATE agents SET cause = 'changed' WHERE id = 'one'");

        try (StreamClient resumed = follow(position)) {
            List<Message> begin = resumed.untilNamed("ready");
            if (!events(begin).contains("test.missed")) {
                begin = resumed.until(message -> isEvent(message, "test.missed"));
            }

            assertThat(events(begin)).contains("test.missed");
            assertThat(agents(begin)).doesNotContain("two");
        }
    }

    @Test
    void a_position_of_another_process_gives_every_agent_and_the_events_since() throws Exception {
        event("test.before");
        try (StreamClient first = follow("")) {
            first.untilNamed("ready");
        }
        String elsewhere = "00000000-0000-4000-8000-000000000000.99.0";

        try (StreamClient resumed = follow(elsewhere)) {
            List<Message> begin = resumed.untilNamed("ready");

            assertThat(agents(begin)).containsExactly("one", "two");
            assertThat(events(begin)).contains("test.before");
        }
    }

    @Test
    void an_event_that_is_committed_after_a_later_one_is_not_lost() throws Exception {
        try (StreamClient stream = follow("");
                Connection slow = api.test.superuser()) {
            stream.untilNamed("ready");
            slow.setAutoCommit(false);
            insertUncommitted(slow, "test.early");
            event("test.late");
            stream.until(message -> isEvent(message, "test.late"));

            slow.commit();

            assertThat(events(stream.until(message -> isEvent(message, "test.early"))))
                    .doesNotContain("test.late");
        }
    }

    private static void insertUncommitted(Connection connection, String type) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(insert(type));
        }
    }

    @Test
    void events_of_another_organization_are_never_told() throws Exception {
        try (StreamClient stream = follow("")) {
            stream.untilNamed("ready");
            api.execute("INSERT INTO system_events (organization_id, type, severity) VALUES ('" + ApiServer.OTHER
                    + "', 'test.foreign', 'info')");
            event("test.mine");

            assertThat(events(stream.until(message -> isEvent(message, "test.mine"))))
                    .containsExactly("test.mine");
        }
    }

    @Test
    void a_stream_whose_key_is_revoked_is_told_nothing_more() throws Exception {
        try (StreamClient stream = follow("")) {
            stream.untilNamed("ready");
            String id = api.key(Organizations.DEFAULT, Role.VIEWER).id();
            assertThat(api.send(
                                    "DELETE",
                                    "/api/v1/keys/" + id,
                                    api.key(Organizations.DEFAULT, Role.ADMIN).reveal(),
                                    null)
                            .status())
                    .isEqualTo(204);
            event("test.secret");

            assertThat(events(stream.untilNamed("over"))).doesNotContain("test.secret");
        }
    }

    @Test
    void one_key_has_a_bounded_number_of_streams_and_gets_a_place_when_one_ends() throws Exception {
        List<StreamClient> open = new ArrayList<>();
        try {
            while (open.size() < FleetRoutes.MOST_STREAMS) {
                StreamClient stream = follow("");
                open.add(stream);
                stream.untilNamed("ready");
            }
            Reply refused = api.get(Role.VIEWER, "/api/v1/stream");

            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.code()).isEqualTo("TOO_MANY_STREAMS");
            assertThat(refused.header("Retry-After")).isEqualTo("10");
            open.removeLast().close();
            Eventually.holds("a place is free", Duration.ofSeconds(20), this::aPlaceIsFree);
        } finally {
            for (StreamClient stream : open) {
                stream.close();
            }
        }
    }

    /// A node learns that a reader has gone when it has something to tell.
    private boolean aPlaceIsFree() {
        event("test.told");
        String key = api.key(Organizations.DEFAULT, Role.VIEWER).id();
        return api.watches.followers(Organizations.DEFAULT, key) < FleetRoutes.MOST_STREAMS;
    }

    @Test
    void closing_ends_every_stream() throws Exception {
        try (StreamClient stream = follow("")) {
            stream.untilNamed("ready");

            api.watches.close();

            assertThat(stream.untilNamed("over").getLast().name()).isEqualTo("over");
        }
    }
}
