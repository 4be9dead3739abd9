package dev.mainstay.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.web.browser.Chromium;
import dev.mainstay.server.web.browser.OneAtATime;
import dev.mainstay.server.web.browser.Tab;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A person at the screen of forecasts, with a real browser, server and database. The hours a forecast
/// learns from are rows.
@OneAtATime
class ForecastsScreenTest {
    private static final String APP = "mainstay-dashboard >>> ";
    private static final String SCREEN = APP + "mainstay-forecasts-screen >>> ";
    private static final String TABLE = SCREEN + "mainstay-forecast-table";
    private static final String PANEL = SCREEN + "mainstay-forecast-panel";
    private static Chromium chromium;
    private static Stage stage;
    private Tab tab;

    /// A disk that fills from 3 to 48 percent within thirty hours, which is long enough for a band, and
    /// a series of one point.
    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        stage = new Stage();
        stage.agent("disk-watch", "PT10S");
        stage.execute("""
                INSERT INTO metric_series (organization_id, agent_id, name, labels, unit)
                VALUES ('%1$s', 'disk-watch', 'disk.used', '{}', 'percent');
                SELECT partition_create('agent_metrics_1m', now());
                SELECT partition_create('agent_metrics_1m', now() - interval '24 hours');
                SELECT partition_create('agent_metrics_1m', now() - interval '30 hours');
                INSERT INTO agent_metrics_1m (organization_id, series_id, bucket, count, sum, min, max, last)
                SELECT '%1$s', series_id, date_bin('1 minute', now(), '2000-01-01Z') - make_interval(mins => before),
                    1, 48 - before / 40.0, 48 - before / 40.0, 48 - before / 40.0, 48 - before / 40.0
                FROM metric_series, generate_series(1, 1800) AS before
                WHERE name = 'disk.used'
                """.formatted(Organizations.DEFAULT));
    }

    @AfterAll
    static void stop() {
        if (chromium != null) {
            chromium.close();
            stage.close();
        }
    }

    @BeforeEach
    void open() {
        tab = chromium.open();
    }

    @AfterEach
    void close() {
        tab.close();
    }

    @Test
    void what_reaches_its_limit_comes_first_and_says_when() {
        stage.beat("disk-watch", Map.of("ticks", 1));
        tab.open(stage.link("forecasts?ahead=P1D&reaches=48.5"));
        tab.await("text('" + TABLE + " >>> .body').startsWith('disk.used')");
        tab.await("text('" + TABLE + " >>> .row .limit').startsWith('in ')");
        tab.run("$('" + TABLE + " >>> .row').click()");
        tab.await("text('" + PANEL + " >>> h2') === 'disk.used'");
        assertThat(tab.evaluate("text('" + PANEL + "')").asString())
                .contains("of disk-watch", "48.5 percent", "Made by", "Band");
        tab.await("$('" + PANEL + " >>> canvas').width > 200");
        assertThat(tab.evaluate("location.search").asString()).contains("reaches=48.5");
        tab.press("Escape");
        tab.await("!$('" + PANEL + "')");
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void a_series_with_too_few_points_is_said_to_have_none_expected() {
        tab.open(stage.link("forecasts?name=prices.pulled"));
        tab.await("text('" + TABLE + " >>> .row').includes('not enough yet')");
        tab.run("$('" + TABLE + " >>> .row').click()");
        tab.await("text('" + PANEL + "').includes('Too little was stored')");
    }

    private static void advice(String agent, String state, String measured) {
        stage.execute("""
                INSERT INTO advice (organization_id, kind, agent_id, state, words, expected, setting, proposed, unit, measure,
                    goal, bound, evidence, measured)
                VALUES ('%s', 'interval-too-short', '%s', '%s', 'ticks start late: tick each PT20S', 'ticks start in time',
                    'schedule.every', 'PT20S', 'ratio', 0.4, 0.2, 0.22, '{}', %s)
                """.formatted(Organizations.DEFAULT, agent, state, measured));
    }

    @Test
    void advice_says_what_became_of_it_and_can_be_ignored_with_a_reason() {
        stage.execute("DELETE FROM advice");
        advice("tape-watch", "confirmed", "0.1");
        advice("disk-watch", "open", "NULL");
        advice("gone-watch", "obsolete", "NULL");
        tab.open(stage.link("forecasts"));
        String list = SCREEN + "mainstay-advice-list";
        tab.await("text('" + list + " >>> li').includes('tick each PT20S')");
        assertThat(tab.evaluate("text('" + list + "')").asString())
                .contains("disk-watch", "not taken yet", "it helped", "40 % before, 10 % after")
                .doesNotContain("gone-watch");
        tab.run("$('" + list + " >>> button').click()");
        String dialog = APP + "mainstay-command-dialog >>> dialog";
        tab.await("$('" + dialog + "').open");
        tab.run("$('" + dialog + "').querySelector('[name=reason]').focus()");
        tab.type("it is cheap");
        tab.run("$('" + dialog + "').querySelector('form').requestSubmit()");
        tab.await("!text('" + list + "').includes('disk-watch')");
        assertThat(stage.get("/api/v1/advice?state=ignored").path("items").findValuesAsString("note"))
                .containsExactly("it is cheap");
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void nothing_measured_says_what_to_do() {
        try (Stage other = new Stage();
                Tab empty = chromium.open()) {
            empty.open(other.link("forecasts"));
            empty.await("text('" + SCREEN + ".empty').includes('Nothing was measured yet')");
            assertThat(empty.complaints()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void axe_finds_nothing_wrong(String scheme) {
        tab.scheme(scheme);
        stage.execute("DELETE FROM advice");
        advice("disk-watch", "open", "NULL");
        for (int width : new int[] {1280, 400}) {
            tab.size(width, 900);
            tab.open(stage.link("forecasts?name=disk.used&reaches=48.5"));
            tab.await("$('" + TABLE + " >>> .row')");
            holds("the list at " + width);
            tab.run("$('" + TABLE + " >>> .row').click()");
            tab.await("$('" + PANEL + " >>> canvas')");
            holds("a forecast at " + width);
        }
    }

    private void holds(String what) {
        assertThat(tab.accessibilityViolations()).as(what).isEmpty();
        assertThat(tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
                        .asBoolean())
                .as("nothing sticks out of %s", what)
                .isTrue();
    }
}
