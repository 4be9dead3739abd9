package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Schedules over HTTP; each answer is held against the document by [ApiServer].
class SchedulesFlowTest {
    private static final String SCHEDULES = "/api/v1/schedules";
    private static ApiServer api;

    @BeforeAll
    static void start() {
        api = new ApiServer();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static String hourly(String name) {
        return "{'name': '%s', 'every': 'PT1H', 'task': {'type': 'report'}}".formatted(name);
    }

    private static Reply create(String body) {
        return api.post(Role.OPERATOR, SCHEDULES, body.replace('\'', '"'));
    }

    private static Reply post(String path, String body) {
        return api.post(Role.OPERATOR, SCHEDULES + path, body.replace('\'', '"'));
    }

    private static Reply put(String name, String body, Map<String, String> headers) {
        return api.send(
                "PUT",
                SCHEDULES + "/" + name,
                api.key(Organizations.DEFAULT, Role.OPERATOR).reveal(),
                body.replace('\'', '"'),
                request -> {
                    headers.forEach(request::header);
                    return request;
                });
    }

    private static Reply get(String path) {
        return api.get(Role.VIEWER, SCHEDULES + path);
    }

    @Test
    void what_was_made_is_shown_with_its_next_moments() {
        Reply made = create("""
                {'name': 'nightly', 'description': 'Orders', 'cron': '0 3 * * *', 'zone': 'Europe/Berlin',
                 'missed': 'all', 'missedLimit': 3, 'missedAfter': 'PT5M', 'overlap': 'buffer-one',
                 'startsAt': '2026-01-01T00:00:00Z', 'endsAt': '2999-01-01T00:00:00Z',
                 'task': {'type': 'report', 'queue': 'slow', 'payload': ['${schedule.planned}'], 'priority': 'low',
                          'tags': ['a'], 'attempts': 2, 'expiresAfter': 'PT10M'}}
                """);
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.header("ETag")).isEqualTo("\"1\"");
        Reply shown = get("/nightly");
        assertThat(shown.json().path("inWords").asString()).isEqualTo("at 03:00, time of Europe/Berlin");
        assertThat(shown.json().path("task").path("payload").path(0).asString()).isEqualTo("${schedule.planned}");
        assertThat(shown.json().path("next")).hasSize(10);
        assertThat(shown.json().path("next").path(0)).isEqualTo(shown.json().path("nextAt"));
        assertThat(get("/nightly/next?limit=3&from=2026-03-28T12:00:00Z")
                        .json()
                        .path("items")
                        .toString())
                .isEqualTo("[\"2026-03-29T01:00:00Z\",\"2026-03-30T01:00:00Z\",\"2026-03-31T01:00:00Z\"]");
    }

    @Test
    void a_preview_says_what_it_would_do_and_makes_nothing() {
        Reply preview = api.post(
                Role.VIEWER, SCHEDULES + "/preview", "{\"cron\": \"@daily\", \"task\": {\"type\": \"report\"}}");
        assertThat(preview.json().path("inWords").asString()).isEqualTo("at 00:00, time of UTC");
        assertThat(preview.json().path("next")).hasSize(10);
        assertThat(get("/preview").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            {'name': 'x', 'every': 'PT1H'}                                                          | $.task
            {'name': 'x', 'task': {'type': 'report'}}                                               | $.cron
            {'name': 'x', 'every': 'PT1H', 'cron': '* * * * *', 'task': {'type': 'report'}}         | $.cron
            {'name': 'x', 'cron': '0 0 31 2 *', 'task': {'type': 'report'}}                         | $.cron
            {'name': 'x', 'cron': '61 * * * *', 'task': {'type': 'report'}}                         | $.cron
            {'name': 'x', 'cron': '* * * * *', 'zone': 'Moon/Crater', 'task': {'type': 'report'}}   | $.zone
            {'name': 'x', 'every': 'PT1H', 'zone': 'UTC', 'task': {'type': 'report'}}               | $.zone
            {'name': 'x', 'every': '-PT5S', 'task': {'type': 'report'}}                             | $.every
            {'name': 'x', 'every': 'PT1.0005S', 'task': {'type': 'report'}}                         | $.every
            {'name': 'x', 'at': 'soon', 'task': {'type': 'report'}}                                 | $.at
            {'name': 'x', 'at': '2020-01-01T00:00:00Z', 'task': {'type': 'report'}}                 | $
            {'name': 'No', 'every': 'PT1H', 'task': {'type': 'report'}}                             | $.name
            {'name': 'x', 'every': 'PT1H', 'missed': 'never', 'task': {'type': 'report'}}           | $.missed
            {'name': 'x', 'every': 'PT1H', 'missedLimit': 0, 'task': {'type': 'report'}}            | $.missedLimit
            {'name': 'x', 'every': 'PT1H', 'overlap': 'forbid', 'task': {'type': 'report'}}         | $.overlap
            {'name': 'x', 'every': 'PT1H', 'task': {'type': 'No'}}                                  | $.task.type
            {'name': 'x', 'every': 'PT1H', 'overlap': 'skip', 'task': {'type': 'a', 'orderingKey': 'k'}} | $.task.orderingKey
            {'name': 'x', 'every': 'PT1H', 'startsAt': '2030-01-01T00:00:00Z', 'endsAt': '2029-01-01T00:00:00Z', 'task': {'type': 'a'}} | $.endsAt
            {'name': 'x', 'every': 'PT1H', 'tasks': 1, 'task': {'type': 'report'}}                  | $.tasks
            """)
    void what_cannot_be_is_refused_and_the_place_is_named(String body, String path) {
        Reply refused = create(body);
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.json().path("errors").path(0).path("path").asString())
                .isEqualTo(path);
        assertThat(get("/x").status()).isEqualTo(404);
    }

    @Test
    void a_name_that_is_taken_is_refused_with_409() {
        assertThat(create(hourly("taken")).status()).isEqualTo(201);
        assertThat(create(hourly("taken")).code()).isEqualTo("SCHEDULE_EXISTS");
    }

    @Test
    void a_put_changes_on_the_version_it_knows() {
        assertThat(put("put", "{'every': 'PT1H', 'task': {'type': 'report'}}", Map.of())
                        .status())
                .isEqualTo(201);
        Reply changed = put("put", "{'every': 'PT2H', 'task': {'type': 'report'}}", Map.of("If-Match", "\"1\""));
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.json().path("every").asString()).isEqualTo("PT2H");
        assertThat(changed.header("ETag")).isEqualTo("\"2\"");
        assertThat(put("put", hourly("put"), Map.of("If-Match", "\"1\"")).status())
                .isEqualTo(412);
        assertThat(put("put", hourly("other"), Map.of()).status()).isEqualTo(422);
    }

    @Test
    void what_code_or_a_file_declares_is_not_changed_here() {
        create(hourly("declared"));
        api.execute("INSERT INTO node_sessions (session_id, node_id, expires_at) "
                + "VALUES (gen_random_uuid(), 'keeper', now() + interval '1 hour')");
        api.execute("UPDATE schedules SET source = 'file', declared_by = 'keeper' WHERE name = 'declared'");
        assertThat(put("declared", hourly("declared"), Map.of()).code()).isEqualTo("SCHEDULE_DECLARED");
        assertThat(delete("declared", "?reason=x").code()).isEqualTo("SCHEDULE_DECLARED");
        assertThat(post("/declared/pause", "{'reason': 'x'}").status()).isEqualTo(200);
    }

    private static Reply delete(String name, String query) {
        return api.send(
                "DELETE",
                SCHEDULES + "/" + name + query,
                api.key(Organizations.DEFAULT, Role.OPERATOR).reveal(),
                null);
    }

    @Test
    void it_is_paused_with_a_reason_and_resumed_and_deleted_with_one() {
        create(hourly("held"));
        Reply paused = post("/held/pause", "{'reason': 'month end'}");
        assertThat(paused.json().path("state").asString()).isEqualTo("paused");
        assertThat(paused.json().path("pauseReason").asString()).isEqualTo("month end");
        assertThat(post("/held/pause", "{}").status()).isEqualTo(422);
        assertThat(post("/held/resume", "{'reason': 'done'}")
                        .json()
                        .path("nextAt")
                        .isString())
                .isTrue();
        assertThat(delete("held", "").status()).isEqualTo(400);
        assertThat(delete("held", "?reason=x").status()).isEqualTo(204);
        assertThat(get("/held").status()).isEqualTo(404);
    }

    @Test
    void it_runs_now_and_its_fires_are_listed_a_page_at_a_time() {
        create(hourly("run"));
        Reply first = post("/run/run", "{}");
        assertThat(first.json().path("outcome").asString()).isEqualTo("enqueued");
        assertThat(post("/run/run", "{}").json().path("outcome").asString()).isEqualTo("skipped");
        assertThat(post("/run/run", "{'overlap': 'allow-all'}")
                        .json()
                        .path("outcome")
                        .asString())
                .isEqualTo("enqueued");
        assertThat(post("/run/run", "{'overlap': 'no'}").status()).isEqualTo(422);
        Reply page = get("/run/fires?limit=2");
        assertThat(page.json().path("items")).hasSize(2);
        assertThat(page.json().path("items").path(0).path("actor").asString()).startsWith("operator (key ");
        Reply rest = get("/run/fires?limit=2&cursor=" + page.json().path("next").asString());
        assertThat(rest.json().path("items")).hasSize(1);
        assertThat(rest.json().path("items").path(0).path("task"))
                .isEqualTo(first.json().path("task"));
        assertThat(get("/run").json().path("lastFire").path("taskState").asString())
                .isEqualTo("open");
    }

    @Test
    void a_back_fill_is_counted_first_and_done_once() {
        create(hourly("fill"));
        String time = "'from': '2026-01-01T00:00:00Z', 'to': '2026-01-01T04:00:00Z'";
        assertThat(post("/fill/backfill", "{" + time + ", 'preview': true}").body())
                .contains("\"moments\":4,\"already\":0,\"enqueued\":0");
        assertThat(post("/fill/backfill", "{" + time + "}").body()).contains("\"enqueued\":4");
        assertThat(post("/fill/backfill", "{" + time + "}").body()).contains("\"already\":4,\"enqueued\":0");
        assertThat(post("/fill/backfill", "{'from': '2026-01-01T00:00:00Z'}").status())
                .isEqualTo(422);
        Reply future = post("/fill/backfill", "{'from': '2026-01-01T00:00:00Z', 'to': '2999-01-01T00:00:00Z'}");
        assertThat(future.status()).isEqualTo(422);
        assertThat(future.body()).contains("to must not be in the future");
        Reply many = post("/fill/backfill", "{'from': '2020-01-01T00:00:00Z', 'to': '2026-01-01T00:00:00Z'}");
        assertThat(many.status()).isEqualTo(422);
        assertThat(many.body()).contains("more than 5000 moments");
    }

    @Test
    void the_list_can_be_searched() {
        create(hourly("find-me"));
        create(hourly("find-too"));
        post("/find-too/pause", "{'reason': 'x'}");
        assertThat(get("?q=FIND-&state=paused").json().path("items"))
                .singleElement()
                .satisfies(found -> assertThat(found.path("name").asString()).isEqualTo("find-too"));
        assertThat(get("?q=find-&limit=1").json().path("next").isString()).isTrue();
        assertThat(get("?state=sleeping").status()).isEqualTo(400);
    }
}
