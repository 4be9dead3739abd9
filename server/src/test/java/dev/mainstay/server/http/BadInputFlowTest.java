package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.concurrent.Threads;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BadInputFlowTest {
    private static ApiServer api;

    @BeforeAll
    static void start() {
        api = new ApiServer();
        api.agent(Organizations.DEFAULT, "mine", "active");
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static Reply register(String body) {
        return api.post(Role.AGENT, "/api/v1/agents", body);
    }

    private static String error(Reply reply) {
        return reply.json().path("errors").path(0).path("path").asString("") + " "
                + reply.json().path("errors").path(0).path("message").asString("");
    }

    @Test
    void a_body_of_10_mb_is_refused_with_413() {
        Reply reply = register("{\"id\":\"" + "a".repeat(10_000_000) + "\"}");

        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.code()).isEqualTo("BODY_TOO_LARGE");
    }

    @Test
    void a_client_that_writes_all_of_a_10_mb_body_before_it_reads_gets_its_answer() throws IOException {
        URI server = api.uri("/");
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            String head = """
                    POST /api/v1/agents HTTP/1.1\r
                    Host: %s\r
                    Authorization: Bearer %s\r
                    Content-Type: application/json\r
                    Content-Length: 10000000\r
                    \r
                    """.formatted(
                            server.getAuthority(),
                            api.key(Organizations.DEFAULT, Role.AGENT).reveal());
            OutputStream out = socket.getOutputStream();
            out.write(head.getBytes(StandardCharsets.UTF_8));
            for (int written = 0; written < 10_000_000; written += 100_000) {
                out.write(new byte[100_000]);
            }

            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.UTF_8))
                    .isEqualTo("HTTP/1.1 413");
        }
    }

    @Test
    void a_body_of_unknown_length_is_cut_off_at_the_limit() {
        Reply reply = api.send(
                "POST",
                "/api/v1/agents",
                api.key(Organizations.DEFAULT, Role.AGENT).reveal(),
                null,
                request -> request.header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofInputStream(
                                () -> new ByteArrayInputStream(new byte[2_000_000]))));

        assertThat(reply.status()).isEqualTo(413);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "application/json; charset=iso-8859-1"})
    void another_media_type_is_refused_with_415(String mediaType) {
        Reply reply = api.send(
                "POST",
                "/api/v1/agents",
                api.key(Organizations.DEFAULT, Role.AGENT).reveal(),
                null,
                request -> request.header("Content-Type", mediaType)
                        .POST(HttpRequest.BodyPublishers.ofString("{\"id\":\"a\"}")));

        assertThat(reply.status()).isEqualTo(415);
    }

    @Test
    void a_compressed_body_is_refused_so_that_none_can_unfold() {
        Reply reply = api.send(
                "POST",
                "/api/v1/agents",
                api.key(Organizations.DEFAULT, Role.AGENT).reveal(),
                "{\"id\":\"a\"}",
                request -> request.header("Content-Encoding", "gzip"));

        assertThat(reply.status()).isEqualTo(415);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{\"id\":\"a\"} more",
                "{\"id\":\"a\",\"id\":\"b\"}",
                "{\"id\":'a'}",
                "{\"id\":1e999999999999}",
                "{\"id\":1e-999999999999}",
            })
    void what_is_not_json_is_refused_with_400(String body) {
        Reply reply = register(body);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo("MALFORMED_JSON");
    }

    @Test
    void a_property_given_twice_is_named_and_a_long_mistake_is_not_sent_back() {
        Reply twice = register("{\"id\":\"a\",\"id\":\"b\"}");
        Reply large = register("x".repeat(500_000));

        assertThat(twice.json().path("detail").asString()).contains("Duplicate", "\"id\"");
        assertThat(large.status()).isEqualTo(400);
        assertThat(large.body()).hasSizeLessThan(1_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/v1/agents?colour=red|colour|known are capability, category, cursor",
                "/api/v1/tasks?stat=dead|stat|known are cursor, from, limit",
                "/api/v1/agents/mine?limit=5|limit|there are none",
                "/api/v1/queues?queue=a|queue|known are cursor, limit",
            })
    void a_parameter_that_would_be_ignored_is_refused_with_400_and_those_there_are(
            String path, String name, String known) {
        Reply reply = api.get(Role.VIEWER, path);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().path("detail").asString())
                .startsWith("parameter " + name + " is not known here; " + known);
    }

    @Test
    void a_command_with_a_parameter_it_does_not_know_does_nothing() {
        Reply reply = api.post(Role.OPERATOR, "/api/v1/agents/mine/pause?dry=true", "{\"reason\":\"x\"}");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(api.get(Role.VIEWER, "/api/v1/agents/mine")
                        .json()
                        .path("desired")
                        .asString())
                .isEqualTo("running");
    }

    @Test
    void json_nested_deeper_than_64_is_refused_with_400() {
        assertThat(register("[".repeat(65) + "]".repeat(65)).status()).isEqualTo(400);
        assertThat(register("[".repeat(10_000)).status()).isEqualTo(400);
        assertThat(register("[".repeat(64) + "]".repeat(64)).status()).isEqualTo(422);
    }

    @Test
    void a_number_of_a_million_digits_is_refused_with_400() {
        assertThat(register("{\"id\":" + "1".repeat(1_000_000) + "}").status()).isEqualTo(400);
    }

    @Test
    void bytes_that_are_not_utf_8_are_refused_with_400() {
        Reply reply = api.send(
                "POST",
                "/api/v1/agents",
                api.key(Organizations.DEFAULT, Role.AGENT).reveal(),
                null,
                request -> request.header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(
                                "{\"id\":\"ä\"}".getBytes(StandardCharsets.ISO_8859_1))));

        assertThat(reply.status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|$ must be an object",
                "{}|$.id is missing",
                "{\"id\":7}|$.id must be a string",
                "{\"id\":\"Größe\"}|$.id must match",
                "{\"id\":\"a\",\"fence\":9}|$.fence is not known here",
                "{\"id\":\"a\",\"category\":\"OTHER\"}|$.category must be one of STRATEGIC",
                "{\"id\":\"a\",\"capabilities\":[\"x\",\"\"]}|$.capabilities[1] must not be empty",
                "{\"id\":\"a\",\"capabilities\":\"x\"}|$.capabilities must be a list",
                "{\"id\":\"a\",\"interval\":\"PT0S\"}|$.interval must be a duration",
                "{\"id\":\"a\",\"interval\":\"soon\"}|$.interval must be a duration",
                "{\"id\":\"a\",\"description\":\"a\\u0000b\"}|$.description must not contain the character NUL",
                "{\"id\":\"a\",\"description\":\"a\\ud800b\"}|$.description must not contain half a surrogate pair",
                "{\"id\":\"a\",\"description\":\"a\\u202eb\"}|$.description must not contain control characters",
                "{\"id\":\"a\",\"interval\":NaN}|$.interval must be a finite number",
                "{\"id\":\"a\",\"interval\":1e400}|$.interval must be a finite number",
                "{\"id\":\"a\",\"interval\":1e999999999}|$.interval must be a finite number",
                "{\"id\":\"a\",\"interval\":1e-401}|$.interval must have at most 400 decimal places",
            })
    void the_wrong_shape_is_refused_with_422_and_its_path(String body, String error) {
        Reply reply = register(body);

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.code()).isEqualTo("INVALID");
        assertThat(error(reply)).startsWith(error);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{},\"metrics\":[{\"name\":\"m\",\"value\":1.7e308}]|$.metrics[0].value must be a number from -1.0E290",
                "{},\"metrics\":[{\"name\":\"m\",\"value\":-1.7e308}]|$.metrics[0].value must be a number from -1.0E290",
                "{\"busyMs\":1e300}|$.heartbeat.busyMs must be a number from 0 to 1.0E12",
                "{\"maxMs\":1e300}|$.heartbeat.maxMs must be a number from 0 to 1.0E12",
                "{\"items\":9223372036854775807}|$.heartbeat.items must be a whole number from 0 to 1000000000000000",
            })
    void a_number_whose_sum_with_others_would_overflow_is_refused_with_422(String heartbeat, String error) {
        Reply reply = api.post(
                Role.AGENT,
                "/api/v1/agents/mine/heartbeat",
                "{\"fence\":1,\"leaseToken\":\"00000000-0000-0000-0000-000000000000\",\"heartbeat\":" + heartbeat
                        + "}");

        assertThat(reply.status()).isEqualTo(422);
        assertThat(error(reply)).startsWith(error);
    }

    @Test
    void all_mistakes_are_named_at_once() {
        Reply reply = register("{\"category\":\"X\",\"group\":1,\"more\":true}");

        assertThat(reply.json()
                        .path("errors")
                        .valueStream()
                        .map(error -> error.path("path").asString()))
                .containsExactlyInAnyOrder("$.id", "$.category", "$.group", "$.more");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/agents?limit=0",
                "/api/v1/agents?limit=-1",
                "/api/v1/agents?limit=1001",
                "/api/v1/agents?limit=1&limit=2",
                "/api/v1/agents?state=happy",
                "/api/v1/agents?category=operative",
                "/api/v1/events?severity=bad",
                "/api/v1/events?from=yesterday",
                "/api/v1/events?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
                "/api/v1/metrics?resolution=5m",
                "/api/v1/metrics?name=a%00b",
                "/api/v1/stream?lastEventId=7",
            })
    void a_parameter_that_cannot_be_is_refused_with_400(String path) {
        Reply reply = api.get(Role.VIEWER, path);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo("INVALID_PARAMETER");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "1.x", ".", "zz.YWdlbnRz", "1kd4sm8.YWdlbnRzCmE", "%F0%9F%98%80"})
    void a_cursor_nobody_gave_is_refused_with_400(String cursor) {
        for (String list : new String[] {"agents", "events", "metrics", "state", "agents/mine/heartbeats"}) {
            Reply reply = api.get(Role.VIEWER, "/api/v1/" + list + "?cursor=" + cursor);

            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.code()).isEqualTo("INVALID_CURSOR");
        }
    }

    @Test
    void a_cursor_of_another_list_is_refused_with_400() {
        assertThat(api.get(Role.VIEWER, "/api/v1/agents?cursor=" + Cursor.of("state", "a"))
                        .code())
                .isEqualTo("INVALID_CURSOR");
        assertThat(api.get(Role.VIEWER, "/api/v1/agents?cursor=" + Cursor.of("agents", "a"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_method_that_a_path_does_not_have_is_refused_with_405_and_the_ones_it_has() {
        Reply reply = api.send(
                "DELETE",
                "/api/v1/nodes",
                api.key(Organizations.DEFAULT, Role.ADMIN).reveal(),
                null);

        assertThat(reply.status()).isEqualTo(405);
        assertThat(reply.code()).isEqualTo("METHOD_NOT_ALLOWED");
        assertThat(reply.header("Allow")).contains("GET");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "OPTIONS", "PATCH"})
    void no_other_method_is_open(String method) {
        assertThat(api.send(method, "/api/v1/agents", null, null).status()).isIn(404, 405);
    }

    @Test
    void head_asks_for_a_key_like_get() {
        assertThat(api.send("HEAD", "/api/v1/agents", null, null).status()).isEqualTo(401);
        assertThat(api.send("HEAD", "/api/v1/stream", null, null).status()).isEqualTo(401);
        Reply mine = api.send(
                "HEAD",
                "/api/v1/agents",
                api.key(Organizations.DEFAULT, Role.VIEWER).reveal(),
                null);
        assertThat(mine.status()).isEqualTo(200);
        assertThat(mine.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nothing",
                "/api/v1/nothing",
                "/api/v1/agents/",
                "/api/v2/agents",
                "/..%2f..%2fetc/passwd",
                "/api/v1/agents/mine;x=1",
                "/api/v1/agents/a%00b",
                "/api/v1/agents/a%2fb",
                "/%2e%2e/x",
            })
    void a_path_that_does_not_exist_is_answered_as_a_problem(String path) {
        Reply reply = api.get(Role.ADMIN, path);

        assertThat(reply.status()).isIn(400, 404);
        assertThat(reply.header("Content-Type")).startsWith("application/problem+json");
        assertThat(reply.body()).doesNotContain("Jetty").doesNotContain("Exception");
    }

    @Test
    void what_is_no_http_at_all_is_answered_and_closed() throws IOException {
        assertThat(raw("NONSENSE\r\n\r\n")).contains(" 400 ");
        assertThat(raw("GET /health/live HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(64_000) + "\r\n\r\n"))
                .contains(" 431 ");
        assertThat(raw("POST /api/v1/agents HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\n"))
                .contains(" 400 ");
    }

    /// The body comes after its refusal could have been written, and another request after it.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /nothing",
                "DELETE /health/live",
                "POST /api/v1/agents",
                "POST /api/v1/tasks",
            })
    void a_body_that_nobody_wants_does_not_cost_the_connection(String line) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.server.port())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write((line + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            Threads.pause(Duration.ofMillis(200));
            out.write("{}GET /nothing-else HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .containsSubsequence("HTTP/1.1 40", "HTTP/1.1 404");
        }
    }

    @Test
    void a_body_too_large_to_be_read_for_nothing_ends_the_connection_and_says_so() throws IOException {
        assertThat(raw("POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n"))
                .contains(" 404 ")
                .containsIgnoringCase("Connection: close");
    }

    @Test
    void a_body_that_breaks_off_leaves_the_refusal_to_be_read() throws IOException {
        String head =
                "POST /api/v1/agents HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n";
        assertThat(raw(head + "\r\n{}")).contains(" 401 ").contains("UNAUTHENTICATED");
        String key = api.key(Organizations.DEFAULT, Role.AGENT).reveal();
        assertThat(raw(head + "Authorization: Bearer " + key + "\r\n\r\n{}")).contains(" 400 ");
    }

    private static String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.server.port());
                InputStream answer = socket.getInputStream()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(answer.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void every_answer_carries_the_headers_that_keep_others_out() {
        for (String path : new String[] {"/health/live", "/api/v1/agents", "/nothing"}) {
            Reply reply = api.send("GET", path, null, null);

            assertThat(reply.header("Content-Security-Policy"))
                    .contains("default-src 'self'")
                    .contains("frame-ancestors 'none'");
            assertThat(reply.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(reply.header("Referrer-Policy")).isEqualTo("no-referrer");
            assertThat(reply.header("Access-Control-Allow-Origin")).isEmpty();
            assertThat(reply.header("Server")).isEmpty();
        }
    }
}
