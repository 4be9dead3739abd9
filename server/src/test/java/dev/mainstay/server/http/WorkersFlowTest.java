package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.KeyToken;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import dev.mainstay.task.TaskTopics;
import dev.mainstay.testing.Eventually;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Workers outside, by the calls they make.
class WorkersFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final String CLAIM = "/api/v1/workers/claim";

    private static ApiServer api;
    private static ExecutorService threads;

    @BeforeAll
    static void start() {
        api = new ApiServer();
        threads = Executors.newVirtualThreadPerTaskExecutor();
    }

    @AfterAll
    static void stop() {
        threads.shutdownNow();
        api.close();
    }

    private static UUID enqueue(String type) {
        UUID id = api.database()
                .write(handle -> handle.createQuery("SELECT id FROM task_enqueue(:organization, :type, '{\"n\": 1}')")
                        .bind("organization", Organizations.DEFAULT)
                        .bind("type", type)
                        .mapTo(UUID.class)
                        .one());
        api.signals.notify(TaskTopics.CLAIMABLE);
        return id;
    }

    private static Reply post(String path, String body) {
        return api.post(Role.AGENT, "/api/v1/workers/" + path, body);
    }

    private static String asking(String type, String rest) {
        return "{\"types\":[\"" + type + "\"]" + rest + "}";
    }

    private static JsonNode claim(String type) {
        JsonNode tasks = post("claim", asking(type, "")).json().path("tasks");
        assertThat(tasks).hasSize(1);
        return tasks.path(0);
    }

    private static String held(JsonNode task, String rest) {
        return "{\"task\":\"%s\",\"leaseToken\":\"%s\",\"fence\":%d%s}"
                .formatted(
                        task.path("id").asString(),
                        task.path("leaseToken").asString(),
                        task.path("fence").asLong(),
                        rest);
    }

    private static String column(UUID task, String column) {
        return api.database()
                .read(handle -> handle.createQuery("SELECT " + column + "::text FROM tasks WHERE id = :id")
                        .bind("id", task)
                        .mapTo(String.class)
                        .one());
    }

    private static long attempts(UUID task) {
        return api.database()
                .read(handle -> handle.createQuery("SELECT count(*) FROM task_attempts WHERE task_id = :id")
                        .bind("id", task)
                        .mapTo(Long.class)
                        .one());
    }

    private static void awaitWaiting(int count) {
        Eventually.holds(count + " wait", BOUND, () -> api.workers.waiting() == count);
    }

    @Test
    void a_task_is_claimed_worked_on_step_by_step_and_completed() {
        UUID id = enqueue("invoice");
        JsonNode task = claim("invoice");
        assertThat(task.path("id").asString()).isEqualTo(id.toString());
        assertThat(task.path("payload").path("n").asInt()).isEqualTo(1);
        assertThat(task.path("attempt").asInt()).isEqualTo(1);

        JsonNode step = post("step", held(task, ",\"position\":0,\"name\":\"charge\",\"result\":{\"receipt\":7}"))
                .json();
        assertThat(step.path("state").asString()).isEqualTo("stored");
        assertThat(post("progress", held(task, ",\"fraction\":0.5,\"message\":\"half\",\"lease\":\"PT1M\""))
                        .json()
                        .path("cancels"))
                .isEmpty();
        assertThat(post("release", held(task, "")).json().path("outcome").asString())
                .isEqualTo("released");

        JsonNode again = claim("invoice");
        assertThat(again.path("fence").asLong()).isEqualTo(2);
        assertThat(again.path("steps").path(0)).isEqualTo(step.path("step"));
        assertThat(post("complete", held(again, ",\"result\":[1,2]")).json().path("repeated"))
                .hasToString("false");
        assertThat(post("complete", held(again, ",\"result\":[1,2]")).json().path("repeated"))
                .hasToString("true");
        assertThat(column(id, "state || result")).isEqualTo("completed[1, 2]");
        assertThat(column(id, "worker")).as("the name of the key").isEqualTo("agent");
    }

    @Test
    void an_attempt_has_one_number_wherever_it_is_told() {
        UUID id = enqueue("counted-attempts");
        assertThat(told(id)).isEqualTo("0 attempts, 0 failures, []");

        for (String end : List.of("snooze\",\"after\":\"PT0S\"", "fail\",\"error\":\"no\",\"after\":\"PT0S\"")) {
            JsonNode task = claim("counted-attempts");
            assertThat(task.path("fence").asLong())
                    .isEqualTo(task.path("attempt").asLong());
            post(end.substring(0, end.indexOf('"')), held(task, end.substring(end.indexOf('"') + 1)));
            api.execute("SELECT tasks_promote()");
        }
        JsonNode third = claim("counted-attempts");
        assertThat(third.path("attempt").asInt()).isEqualTo(3);
        assertThat(third.path("failures").asInt()).isEqualTo(1);
        assertThat(told(id)).isEqualTo("3 attempts, 1 failures, [3, 2, 1]");
        post("fail", held(third, ",\"error\":\"never\",\"retryable\":false"));
        assertThat(told(id)).isEqualTo("3 attempts, 2 failures, [3, 2, 1]");

        api.post(Role.OPERATOR, "/api/v1/tasks/" + id + "/redrive", "{\"reason\":\"mended\"}");
        JsonNode fourth = claim("counted-attempts");
        assertThat(fourth.path("attempt").asInt()).isEqualTo(4);
        assertThat(fourth.path("failures").asInt()).isZero();
        post("complete", held(fourth, ""));
        assertThat(told(id)).isEqualTo("4 attempts, 0 failures, [4, 3, 2, 1]");
    }

    @Test
    void a_fork_begins_with_attempt_1_and_has_the_steps_of_its_origin_at_once() {
        UUID id = enqueue("forked-outside");
        JsonNode task = claim("forked-outside");
        post("step", held(task, ",\"position\":0,\"name\":\"charge\",\"result\":7"));
        post("complete", held(task, ""));
        String body = "{\"steps\":1,\"reason\":\"once more\"}";
        api.post(Role.OPERATOR, "/api/v1/tasks/" + id + "/fork", body);

        JsonNode fork = claim("forked-outside");

        assertThat(fork.path("attempt").asInt()).isEqualTo(1);
        assertThat(fork.path("steps").path(0).path("result").asInt()).isEqualTo(7);
    }

    private static String told(UUID task) {
        JsonNode detail = api.get(Role.VIEWER, "/api/v1/tasks/" + task).json();
        JsonNode listed = api.get(Role.VIEWER, "/api/v1/tasks?q=" + task)
                .json()
                .path("items")
                .path(0);
        assertThat(listed.path("attempts")).isEqualTo(detail.path("attempts"));
        return detail.path("attempts") + " attempts, " + detail.path("failures") + " failures, "
                + detail.path("history")
                        .valueStream()
                        .map(attempt -> attempt.path("number").asLong())
                        .toList();
    }

    @Test
    void progress_is_shown_until_the_task_completes() {
        UUID id = enqueue("half-way");
        JsonNode task = claim("half-way");
        post("progress", held(task, ",\"fraction\":0.5,\"message\":\"half\""));
        assertThat(progress(id).path("fraction").asDouble()).isEqualTo(0.5);

        post("complete", held(task, ""));

        assertThat(progress(id).isNull()).isTrue();
    }

    private static JsonNode progress(UUID task) {
        return api.get(Role.VIEWER, "/api/v1/tasks/" + task).json().path("progress");
    }

    @Test
    void a_lease_that_is_over_is_answered_with_409() {
        UUID id = enqueue("late");
        JsonNode task = claim("late");
        api.execute(
                "UPDATE task_claims SET expires_at = clock_timestamp() WHERE task_ids @> ARRAY['" + id + "'::uuid]");

        for (String call : List.of("complete", "renew", "release")) {
            Reply reply = post(call, held(task, ""));
            assertThat(reply.status()).as(call).isEqualTo(409);
            assertThat(reply.code()).isEqualTo("LEASE_LOST");
        }
        assertThat(post("completions", "{\"tasks\":[" + held(task, "") + "]}")
                        .json()
                        .path("items")
                        .path(0)
                        .path("outcome")
                        .asString())
                .isEqualTo("lost");
        assertThat(column(id, "state")).isEqualTo("open");
    }

    @Test
    void a_task_that_an_open_transaction_holds_is_answered_with_503_and_kept() throws SQLException {
        UUID id = enqueue("held");
        JsonNode task = claim("held");
        try (Connection stranger = api.test.superuser()) {
            stranger.setAutoCommit(false);
            stranger.createStatement().execute("SELECT FROM tasks WHERE id = '" + id + "' FOR UPDATE");
            for (Reply reply : List.of(
                    post("complete", held(task, "")),
                    api.post(Role.OPERATOR, "/api/v1/tasks/" + id + "/cancel", "{\"reason\":\"not wanted\"}"))) {
                assertThat(reply.status()).isEqualTo(503);
                assertThat(reply.code()).isEqualTo("TASK_BUSY");
                assertThat(reply.header("Retry-After")).isEqualTo("1");
            }
            stranger.rollback();
        }
        assertThat(post("complete", held(task, "")).status()).isEqualTo(200);
        assertThat(column(id, "state")).isEqualTo("completed");
    }

    @Test
    void a_lease_of_another_organization_is_none() {
        UUID id = enqueue("theirs");
        JsonNode task = claim("theirs");
        String foreign = api.key(ApiServer.OTHER, Role.AGENT).reveal();

        Reply reply = api.send("POST", "/api/v1/workers/complete", foreign, held(task, ""));
        assertThat(reply.code()).isEqualTo("LEASE_LOST");
        assertThat(api.send("POST", CLAIM, foreign, asking("theirs", "")).json().path("tasks"))
                .isEmpty();
        assertThat(column(id, "state")).isEqualTo("open");
    }

    @Test
    void who_waits_is_given_what_comes() throws Exception {
        Future<Reply> waiting = threads.submit(() -> post("claim", asking("soon", ",\"wait\":\"PT1M\"")));
        awaitWaiting(1);
        UUID id = enqueue("soon");

        assertThat(waiting.get().json().path("tasks").path(0).path("id").asString())
                .isEqualTo(id.toString());
    }

    @Test
    void an_unknown_type_is_waited_for_and_gives_nothing() {
        Reply reply = post("claim", asking("nobody-knows", ",\"wait\":\"PT0.1S\""));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().path("tasks")).isEmpty();
    }

    private static Socket connect(String body) throws IOException {
        Socket socket = new Socket(api.server.address().getHost(), api.server.port());
        String head = "POST " + CLAIM + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Authorization: Bearer "
                + api.key(Organizations.DEFAULT, Role.AGENT).reveal() + "\r\nContent-Length: " + body.length()
                + "\r\n\r\n";
        socket.getOutputStream().write((head + body).getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    @Test
    void nothing_is_claimed_for_a_client_that_went_away_while_it_waited() throws Exception {
        Socket socket = connect(asking("gone", ",\"wait\":\"PT1M\""));
        awaitWaiting(1);
        socket.close();
        UUID id = enqueue("gone");
        awaitWaiting(0);

        assertThat(claim("gone").path("id").asString()).isEqualTo(id.toString());
        assertThat(attempts(id)).as("no attempt before this one").isZero();
    }

    @Test
    void a_client_that_is_still_there_is_answered_on_its_connection() throws Exception {
        try (Socket socket = connect(asking("patient", ",\"wait\":\"PT1M\""))) {
            awaitWaiting(1);
            UUID id = enqueue("patient");
            byte[] answer = new byte[2_000];
            int read = 0;
            while (!new String(answer, 0, read, StandardCharsets.UTF_8).contains(id.toString())) {
                read += socket.getInputStream().read(answer, read, answer.length - read);
            }
            assertThat(new String(answer, 0, read, StandardCharsets.UTF_8)).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void a_key_that_was_revoked_while_it_waited_is_given_nothing() throws Exception {
        KeyToken key = KeyToken.random();
        api.keys.create(Organizations.DEFAULT, key, "soon-revoked", Role.AGENT, null);
        Future<Reply> waiting =
                threads.submit(() -> api.send("POST", CLAIM, key.reveal(), asking("secret", ",\"wait\":\"PT1M\"")));
        awaitWaiting(1);
        String admin = api.key(Organizations.DEFAULT, Role.ADMIN).reveal();
        assertThat(api.send("DELETE", "/api/v1/keys/" + key.id(), admin, null).status())
                .isBetween(200, 204);
        UUID id = enqueue("secret");

        assertThat(waiting.get().status()).isEqualTo(401);
        assertThat(claim("secret").path("id").asString()).isEqualTo(id.toString());
        assertThat(column(id, "crashes")).isEqualTo("0");
    }

    @Test
    void too_many_that_wait_are_refused_with_429() throws Exception {
        List<Future<Reply>> waiting = new ArrayList<>();
        String key = api.key(ApiServer.OTHER, Role.AGENT).reveal();
        for (int i = 0; i < 100; i++) {
            waiting.add(threads.submit(() -> api.send("POST", CLAIM, key, asking("x", ",\"wait\":\"PT20S\""))));
        }
        awaitWaiting(100);

        Reply refused = api.send("POST", CLAIM, key, asking("x", ",\"wait\":\"PT20S\""));
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("TOO_MANY_WAITING");
        assertThat(refused.header("Retry-After")).isEqualTo("1");
        for (Future<Reply> each : waiting) {
            assertThat(each.get().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "{}|$.types",
                "{\"types\":[]}|$.types",
                "{\"types\":\"a\"}|$.types",
                "{\"types\":[\"No Such\"]}|$.types[0]",
                "{\"types\":[\"a\"],\"queues\":[\"?\"]}|$.queues[0]",
                "{\"types\":[\"a\"],\"wait\":\"-PT1S\"}|$.wait",
                "{\"types\":[\"a\"],\"wait\":\"PT61S\"}|$.wait",
                "{\"types\":[\"a\"],\"wait\":-1}|$.wait",
                "{\"types\":[\"a\"],\"wait\":\"soon\"}|$.wait",
                "{\"types\":[\"a\"],\"max\":0}|$.max",
                "{\"types\":[\"a\"],\"max\":101}|$.max",
                "{\"types\":[\"a\"],\"max\":1.5}|$.max",
                "{\"types\":[\"a\"],\"lease\":\"PT0S\"}|$.lease",
                "{\"types\":[\"a\"],\"lease\":\"PT2H\"}|$.lease",
                "{\"types\":[\"a\"],\"worker\":\" \"}|$.worker",
                "{\"types\":[\"a\"],\"mx\":1}|$.mx",
            })
    void a_claim_that_makes_no_sense_is_refused_with_422(String body, String path) {
        Reply reply = post("claim", body);

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.json().path("errors").path(0).path("path").asString()).isEqualTo(path);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "renew|\"lease\":\"PT0.5S\"|$.lease",
                "renew|\"lease\":\"-PT5S\"|$.lease",
                "progress|\"fraction\":NaN|$.fraction",
                "progress|\"fraction\":1.1|$.fraction",
                "progress|\"fraction\":\"0.5\"|$.fraction",
                "progress|\"message\":\"no fraction\"|$.fraction",
                "step|\"position\":-1,\"name\":\"a\"|$.position",
                "step|\"position\":100000,\"name\":\"a\"|$.position",
                "step|\"position\":0|$.name",
                "step|\"position\":0,\"name\":\"a\",\"result\":[1e999]|$.result[0]",
                "sleep|\"position\":0,\"name\":\"a\"|$.duration",
                "sleep|\"position\":0,\"name\":\"a\",\"duration\":\"-PT1S\"|$.duration",
                "await|\"position\":0,\"name\":\"a\",\"for\":\"luck\"|$.for",
                "await|\"position\":0,\"name\":\"a\",\"for\":\"all\",\"children\":[\"x\"]|$.children[0]",
                "await|\"position\":0,\"name\":\"a\",\"for\":\"any\",\"atMost\":\"PT1S\"|$.atMost",
                "await|\"position\":0,\"name\":\"a\",\"for\":\"signal\",\"children\":[\"01a231b9-db69-75d5-8431-956c4961e639\"]|$.children",
                "fail|\"retryable\":true|$.error",
                "fail|\"error\":7|$.error",
                "fail|\"error\":\"a\",\"after\":\"-PT1S\"|$.after",
                "snooze|\"after\":\"-PT1S\"|$.after",
                "snooze|\"why\":\"no time\"|$.after",
                "release|\"lease\":\"PT1S\"|$.lease",
                "complete|\"fence\":\"1\"|$.fence",
            })
    void a_call_that_makes_no_sense_is_refused_with_422(String call, String rest, String path) {
        String lease = "\"task\":\"" + new UUID(1, 1) + "\",\"leaseToken\":\"" + new UUID(1, 2) + "\""
                + (rest.contains("fence") ? "" : ",\"fence\":1");

        Reply reply = post(call, "{" + lease + "," + rest + "}");

        assertThat(reply.status()).as(reply.body()).isEqualTo(422);
        assertThat(reply.json()
                        .path("errors")
                        .valueStream()
                        .map(error -> error.path("path").asString()))
                .contains(path);
    }

    @Test
    void a_token_that_is_none_is_refused_with_422() {
        Reply reply = post("complete", "{\"task\":\"1\",\"leaseToken\":\"x\",\"fence\":0}");

        assertThat(reply.json()
                        .path("errors")
                        .valueStream()
                        .map(error -> error.path("path").asString()))
                .containsExactly("$.task", "$.leaseToken", "$.fence");
    }

    @Test
    void a_result_over_the_cap_is_refused_with_413() {
        enqueue("large");
        JsonNode task = claim("large");

        Reply reply = post("complete", held(task, ",\"result\":\"" + "x".repeat(1 << 20) + "\""));

        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.code()).isEqualTo("BODY_TOO_LARGE");
        assertThat(post("complete", held(task, ",\"result\":\"x\"")).status()).isEqualTo(200);
    }

    @Test
    void steps_that_changed_are_refused_with_409() {
        enqueue("changed");
        JsonNode task = claim("changed");
        post("step", held(task, ",\"position\":0,\"name\":\"charge\""));

        Reply reply = post("step", held(task, ",\"position\":0,\"name\":\"bill\""));

        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.code()).isEqualTo("STEP_CONFLICT");
        assertThat(reply.json().path("detail").asString()).contains("'charge'").contains("'bill'");
    }

    @Test
    void sleeping_waiting_snoozing_and_failing_are_answered_with_what_follows() {
        enqueue("restless");
        JsonNode task = claim("restless");
        assertThat(post("await", held(task, ",\"position\":0,\"name\":\"go\",\"for\":\"signal\",\"atMost\":\"PT1H\""))
                        .json()
                        .path("state")
                        .asString())
                .isEqualTo("waiting");
        enqueue("restless");
        assertThat(post("sleep", held(claim("restless"), ",\"position\":0,\"name\":\"nap\",\"duration\":\"PT1H\""))
                        .json()
                        .path("state")
                        .asString())
                .isEqualTo("waiting");
        enqueue("restless");
        assertThat(post("snooze", held(claim("restless"), ",\"after\":\"PT1H\""))
                        .json()
                        .path("again")
                        .asString())
                .isEqualTo("PT1H");
        enqueue("restless");
        assertThat(post("fail", held(claim("restless"), ",\"error\":\"no\",\"retryable\":false"))
                        .json()
                        .path("outcome")
                        .asString())
                .isEqualTo("dead");
    }
}
