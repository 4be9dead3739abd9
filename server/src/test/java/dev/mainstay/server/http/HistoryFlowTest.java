package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class HistoryFlowTest {
    private static ApiServer api;

    @BeforeAll
    static void start() {
        api = new ApiServer();
        api.agent(Organizations.DEFAULT, "one", "active");
        api.agent(ApiServer.OTHER, "theirs", "active");
        heartbeats();
        metrics();
        events();
    }

    private static void heartbeats() {
        api.execute("""
                INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                    items, busy_ms, max_ms, late_ms, abandoned)
                SELECT organization_id, agent_id, date_trunc('minute', now()) - n * interval '10 seconds', 1, 1000 - n,
                    'heartbeating', 2, (n = 0)::integer, 3, 40, 25, 1, 0
                FROM agent_leases, generate_series(0, 99) AS n
                """);
    }

    private static void metrics() {
        api.execute("""
                INSERT INTO metric_series (organization_id, agent_id, name, labels, unit)
                SELECT organization_id, agent_id, name, '{"host": "a"}', 'ms'
                FROM agent_leases, unnest(ARRAY['tick.duration', 'tick.lateness', 'other']) AS name
                """);
        api.execute("""
                INSERT INTO performance_metrics (organization_id, series_id, at, value)
                SELECT organization_id, series_id, date_trunc('hour', now()) - n * interval '1 second', n
                FROM metric_series, generate_series(1, 7200) AS n
                WHERE name = 'tick.duration'
                """);
        api.execute("""
                INSERT INTO agent_metrics_1m (organization_id, series_id, bucket, count, sum, min, max, last)
                SELECT organization_id, series_id, date_trunc('day', now()) - n * interval '1 minute', 60, 600, 5, 15, 7
                FROM metric_series, generate_series(1, 2880) AS n
                WHERE name = 'tick.duration'
                """);
        api.execute("""
                INSERT INTO agent_metrics_1h (organization_id, series_id, bucket, count, sum, min, max, last)
                SELECT organization_id, series_id, date_trunc('day', now()) - n * interval '1 hour', 3600, 36000, 5, 15, 7
                FROM metric_series, generate_series(1, 720) AS n
                WHERE name = 'tick.duration'
                """);
    }

    private static void events() {
        api.execute("""
                INSERT INTO system_events (organization_id, at, type, severity, agent_id, cause)
                SELECT organization_id, now() - n * interval '1 second',
                    CASE WHEN n % 2 = 0 THEN 'agent.transition' ELSE 'test.odd' END,
                    (ARRAY['info', 'warning', 'critical', 'emergency'])[n % 4 + 1], agent_id, 'event ' || n
                FROM agent_leases, generate_series(1, 40) AS n
                """);
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static List<JsonNode> pages(String path) {
        List<JsonNode> items = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = api.get(Role.VIEWER, path + cursor).json();
            page.path("items").forEach(items::add);
            cursor = page.path("next").isNull()
                    ? ""
                    : "&cursor=" + page.path("next").asString();
        } while (!cursor.isEmpty());
        return items;
    }

    @Test
    void pages_of_heartbeats_hold_each_once_the_newest_first() {
        assertThat(pages("/api/v1/agents/one/heartbeats?limit=7").stream()
                        .map(beat -> beat.path("sequence").asLong()))
                .hasSize(100)
                .doesNotHaveDuplicates()
                .isSortedAccordingTo((a, b) -> Long.compare(b, a));
    }

    @Test
    void pages_of_events_hold_each_once_the_newest_first() {
        assertThat(pages("/api/v1/events?limit=7").stream()
                        .map(event -> event.path("cause").asString()))
                .hasSize(40)
                .doesNotHaveDuplicates()
                .startsWith("event 1", "event 2");
    }

    @ParameterizedTest
    @CsvSource({
        "type=test.odd, 20",
        "type=test.*, 20",
        "type=agent.*, 20",
        "type=agent, 0",
        "type=%25, 0",
        "severity=critical, 20",
        "severity=emergency, 10",
        "agent=one, 40",
        "agent=theirs, 0",
        "node=node-1, 0",
        "to=-PT1H, 0",
        "from=-PT1H, 40",
    })
    void events_are_filtered(String query, int expected) {
        assertThat(api.get(Role.VIEWER, "/api/v1/events?" + query).json().path("items"))
                .hasSize(expected);
    }

    private static JsonNode series(String query) {
        JsonNode list = api.get(Role.VIEWER, "/api/v1/metrics?" + query).json();
        assertThat(list.path("items")).hasSize(1);
        return list.path("items").path(0);
    }

    @Test
    void a_window_of_minutes_is_read_from_raw_points() {
        JsonNode series = series("name=tick.duration&from=-PT15M");

        assertThat(series.path("resolution").asString()).isEqualTo("raw");
        assertThat(series.path("step").isNull()).isTrue();
        assertThat(series.path("labels").path("host").asString()).isEqualTo("a");
    }

    @Test
    void a_day_is_read_from_minutes_joined_to_at_most_a_thousand_points() {
        JsonNode series = series("name=tick.duration&from=-P1D");

        assertThat(series.path("resolution").asString()).isEqualTo("1m");
        assertThat(series.path("step").asString()).isEqualTo("PT2M");
        assertThat(series.path("points").size()).isBetween(1, 1_000);
        assertThat(series.path("points").path(0).path("value").asDouble()).isEqualTo(10);
    }

    @Test
    void thirty_days_are_read_from_hours() {
        JsonNode series = series("name=tick.duration&from=-P30D");

        assertThat(series.path("resolution").asString()).isEqualTo("1h");
        assertThat(series.path("points").size()).isBetween(600, 721);
        assertThat(series.path("points").path(0).path("max").asDouble()).isEqualTo(15);
        assertThat(series.path("points").path(0).path("count").asLong()).isEqualTo(3600);
    }

    @Test
    void two_hours_of_raw_points_are_joined_when_asked_for() {
        JsonNode series = series("name=tick.duration&resolution=raw&from=-PT3H");

        assertThat(series.path("step").asString()).isEqualTo("PT11S");
        assertThat(series.path("points").size()).isBetween(300, 1_000);
        double most = series.path("points")
                .valueStream()
                .mapToDouble(point -> point.path("max").asDouble())
                .max()
                .orElseThrow();
        assertThat(most)
                .as("of two hours, less what an hour that has turned leaves out")
                .isBetween(7000.0, 7200.0);
    }

    @Test
    void names_may_be_asked_by_their_beginning_and_come_in_pages() {
        assertThat(pages("/api/v1/metrics?name=tick.*&limit=1").stream()
                        .map(series -> series.path("name").asString()))
                .containsExactly("tick.duration", "tick.lateness");
        assertThat(pages("/api/v1/agents/one/metrics?limit=2")).hasSize(3);
        assertThat(api.get(Role.VIEWER, "/api/v1/metrics?agent=theirs").json().path("items"))
                .isEmpty();
    }

    @Test
    void the_pulse_sums_up_minutes_and_gives_the_newest_heartbeats_one_by_one() {
        JsonNode pulse = api.get(Role.VIEWER, "/api/v1/heartbeats").json();

        assertThat(pulse.path("items")).hasSize(1);
        JsonNode one = pulse.path("items").path(0);
        assertThat(one.path("ticks")).hasSize(30);
        int ticks = one.path("ticks").valueStream().mapToInt(JsonNode::asInt).sum();
        assertThat(ticks).isEqualTo(200);
        // Forty were stored; those that are too old by now, on a machine that is slow, are left out.
        int recent = one.path("recent").path("ageMs").size();
        assertThat(recent).isBetween(20, 40);
        assertThat(one.path("recent").path("failures").path(recent - 1).asInt()).isEqualTo(1);
        assertThat(one.path("recent").path("tickMs").path(0).asDouble()).isEqualTo(20);
    }
}
