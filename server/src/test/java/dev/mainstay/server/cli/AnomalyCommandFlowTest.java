package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `metric` and `anomaly` against a server that runs, over rows as its duties store them.
class AnomalyCommandFlowTest {
    private static final String ORGANIZATION = "'00000000-0000-0000-0000-000000000001'";

    @TempDir
    private static Path folder;

    private static CommandStage stage;

    @BeforeAll
    static void start() throws IOException {
        stage = CommandStage.start(folder, "anomalies", "");
        run("INSERT INTO metric_series (organization_id, agent_id, name, labels, unit) VALUES (" + ORGANIZATION
                + ", 'probe', 'disk.used', '{\"disk\": \"a\"}', 'ratio')");
        run("""
                INSERT INTO agent_metrics_1h (organization_id, series_id, bucket, count, sum, min, max, last)
                SELECT organization_id, series_id, hour, 2, 2 * used, used, used, used
                FROM metric_series, (
                    SELECT hour, 0.9 - 0.001 * (extract(epoch FROM date_trunc('hour', now()) - hour) / 3600) AS used
                    FROM generate_series(date_trunc('hour', now()) - interval '240 hours',
                        date_trunc('hour', now()) - interval '1 hour', interval '1 hour') AS hour) AS hours
                WHERE name = 'disk.used'
                """);
        run("""
                INSERT INTO anomalies (organization_id, series_id, agent_id, metric, labels, unit, began_at, ended_at,
                    peak_at, score, value, expected, why)
                SELECT organization_id, series_id, agent_id, name, labels, unit, now() - interval '1 hour', ended_at,
                    now(), 11.5, 0.99, 0.5, reason
                FROM metric_series, (VALUES (NULL::timestamptz, 'it jumped'), (now(), 'it fell')) AS each (ended_at, reason)
                WHERE name = 'disk.used' AND reason = 'it jumped'
                """);
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    private static void run(String sql) {
        stage.database().database().write(handle -> handle.execute(sql));
    }

    private static Terminal.Said done(String... words) {
        return stage.terminal().done(words);
    }

    @Test
    void points_are_shown_a_line_each() {
        var said = done("metric", "query", "disk.*", "--since", "3d", "-o", "csv");

        assertThat(said.out().lines().count()).isGreaterThan(60);
        assertThat(said.out()).contains("agent,name,labels,unit,at,value,min,max,count", "probe,disk.used");
    }

    @Test
    void a_forecast_has_its_band_and_tells_when_a_limit_is_reached() {
        var path = done("metric", "forecast", "disk.used", "--ahead", "12h", "-o", "json")
                .json()
                .at("/items/0");

        assertThat(path.path("points").size()).isEqualTo(12);
        assertThat(path.at("/points/11/expected").asDouble()).isBetween(0.89, 0.93);
        assertThat(path.at("/points/11/low").asDouble())
                .isLessThanOrEqualTo(path.at("/points/11/high").asDouble());
        assertThat(path.path("method").asString()).isEqualTo("level and trend");
        var full = done("metric", "forecast", "disk.used", "--ahead", "10d", "--reaches", "0.92", "-o", "json")
                .json()
                .at("/items/0");
        assertThat(full.path("reachesAt").asString()).isNotEmpty();
        var never = done("metric", "forecast", "disk.used", "--ahead", "1h", "--reaches", "5", "-o", "json");
        assertThat(never.json().at("/items/0/reachesAt").isNull()).isTrue();
        assertThat(stage.terminal()
                        .type("metric", "forecast", "disk.used", "--ahead", "99d")
                        .exit())
                .isNotEqualTo(ExitCode.OK);
    }

    @Test
    void advice_is_listed_and_ignored_once() {
        run("INSERT INTO advice (organization_id, kind, agent_id, words, expected, setting, proposed, unit, measure, "
                + "goal, bound, evidence) VALUES (" + ORGANIZATION
                + ", 'idle-hours', 'probe', 'set a cron', 'saves ticks', "
                + "'{}', 'a cron', 'ticks a day', 480, 0, 240, '{}')");
        String id = done("advice", "list", "--agent", "probe", "-o", "json")
                .json()
                .at("/items/0/id")
                .asString();

        assertThat(done("advice", "ignore", id, "--reason", "it is cheap").out())
                .contains("ignored");
        assertThat(stage.terminal()
                        .type("advice", "ignore", id, "--reason", "again")
                        .exit())
                .isEqualTo(ExitCode.CONFLICT);
        assertThat(done("advice", "list", "--state", "open").out()).doesNotContain("set a cron");
    }

    @Test
    void anomalies_are_listed_with_their_reason() {
        var listed = done("anomaly", "list", "--agent", "probe", "--state", "lasting", "-o", "json");

        assertThat(listed.json().at("/items/0/why").asString()).isEqualTo("it jumped");
        String id = listed.json().at("/items/0/id").asString();
        assertThat(done("anomaly", "describe", id).out()).contains("it jumped", "disk.used");
        assertThat(done("anomaly", "list", "--state", "ended").out()).doesNotContain("it jumped");
        assertThat(stage.terminal().type("anomaly", "describe", "nothing").exit())
                .isEqualTo(ExitCode.NOT_FOUND);
    }
}
