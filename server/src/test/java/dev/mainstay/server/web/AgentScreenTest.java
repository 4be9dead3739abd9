package dev.mainstay.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.web.browser.Chromium;
import dev.mainstay.server.web.browser.OneAtATime;
import dev.mainstay.server.web.browser.Tab;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A person at the screen of one agent, with a real browser, server and database.
@OneAtATime
class AgentScreenTest {
    private static final String APP = "mainstay-dashboard >>> ";
    private static final String SCREEN = APP + "mainstay-agent-screen >>> ";
    private static final String BOARD = SCREEN + "mainstay-time-board";
    private static final String LANES = BOARD + " >>> mainstay-life-lanes";
    private static final String LINES = "[...$('" + BOARD + "').shadowRoot.querySelectorAll('mainstay-metric-line')]";
    private static final String DIALOG = APP + "mainstay-command-dialog >>> dialog";
    private static final String EPISODE = "019a9f5e-7c10-7cc3-98a4-0f2d6f0e4a13";
    private static Chromium chromium;
    private static Stage stage;
    private Tab tab;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        stage = new Stage();
        stage.agent("alpha", "PT10S");
        stage.beat("alpha", Map.of("ticks", 4, "failures", 2, "busyMs", 800, "lastError", "status 503, expected 200"));
        stage.agent("ordered", "PT10S");
        // Beats for ten minutes, every ten seconds, but for two minutes in between; as if it had been active all along.
        stage.execute("""
                DELETE FROM system_events WHERE agent_id = 'alpha' AND type = 'agent.transition';
                SELECT partition_create('agent_heartbeats', now() - interval '10 minutes');
                INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                    items, busy_ms, max_ms, late_ms, abandoned)
                SELECT '%1$s', 'alpha', now() - make_interval(secs => before), 1, before, 'heartbeating', 1, 0, 0, 5, 5, 0, 0
                FROM generate_series(10, 600, 10) AS before
                WHERE before NOT BETWEEN 301 AND 420;
                INSERT INTO recoveries (organization_id, recovery_id, agent_id, cause, playbook, alert_id, alert_summary,
                    state, began_at, detected_at, acted_at, ended_at, outcome, dry_run)
                VALUES ('%1$s', '%2$s', 'alpha', 'silence', 'silence', gen_random_uuid(), 'no heartbeat', 'recovered',
                    now() - interval '420 s', now() - interval '400 s', now() - interval '390 s', now() - interval '290 s',
                    'healed by restart-agent', false)
                """.formatted(Organizations.DEFAULT, EPISODE));
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

    private void shown(String agent) {
        tab.open(stage.link("agents/" + agent));
        tab.await("text('" + SCREEN + "h1') === '" + agent + "'");
        tab.await(LINES + ".length > 0");
    }

    @Test
    void a_gap_in_the_heartbeats_is_drawn_and_told_with_its_length() {
        shown("alpha");
        tab.await("text('" + LANES + " >>> p').includes('for 2.2 min')");
        assertThat(tab.evaluate("$('" + LANES + " >>> svg path:nth-child(3)').getAttribute('d')")
                        .asString())
                .startsWith("M");
        assertThat(tab.evaluate("$('" + LANES + " >>> .track').getAttribute('aria-label')")
                        .asString())
                .contains("active from");
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void healing_lies_on_the_same_axis_and_leads_to_its_episode() {
        shown("alpha");
        tab.await("$('" + LANES + " >>> a[href=\"/recoveries/" + EPISODE + "\"]')");
        String marker = "$('" + BOARD + " >>> .over i').style.left";
        double left = Double.parseDouble(tab.await(marker).asString().replace("%", ""));
        assertThat(left).as("at least 390 of 900 seconds ago").isBetween(20.0, 57.0);
    }

    @Test
    void one_cursor_goes_through_all_metrics_by_keyboard_too() {
        shown("alpha");
        String values = LINES + ".map((line) => line.shadowRoot.querySelector('.values').innerText).join()";
        tab.await(values + ".includes('42 count')");
        assertThat(tab.evaluate("text('" + BOARD + " >>> output')").asString()).isEqualTo("newest values");
        tab.run("const slider = $('" + BOARD
                + " >>> input[type=range]'); slider.value = 100; slider.dispatchEvent(new Event('input'))");
        tab.await("text('" + BOARD + " >>> output') !== 'newest values' && $('" + BOARD + " >>> .cursor')");
        assertThat(tab.evaluate(values).asString())
                .as("twelve minutes ago nothing had been measured")
                .doesNotContain("42 count");
        tab.run("$('" + BOARD + " >>> .board').dispatchEvent(new PointerEvent('pointerleave'))");
        tab.await(values + ".includes('42 count')");
    }

    @Test
    void what_is_wrong_stands_above_and_orders_are_given_here_too() {
        shown("alpha");
        assertThat(tab.evaluate("text('" + SCREEN + ".fault')").asString()).contains("503");
        shown("ordered");
        tab.run("$('" + SCREEN + ".actions button').click()");
        tab.await("$('" + DIALOG + "').open");
        tab.type("the supplier is down");
        tab.run("$('" + DIALOG + "').querySelector('form').requestSubmit()");
        tab.await("text('" + SCREEN + ".status').includes('wanted: paused')");
        tab.await("text('" + SCREEN + "mainstay-event-list >>> ol').includes('the supplier is down')");
    }

    @Test
    void a_viewer_is_offered_no_orders_and_an_unknown_agent_is_said_to_be_unknown() {
        tab.open(URI.create(stage.address() + "agents/alpha#token=" + stage.key(Role.VIEWER)));
        tab.await("text('" + SCREEN + "h1') === 'alpha'");
        assertThat(tab.evaluate("Boolean($('" + SCREEN + ".actions'))").asBoolean())
                .isFalse();
        tab.open(stage.link("agents/nobody"));
        tab.await("text('" + SCREEN + "[role=alert]').includes('There is no agent nobody')");
    }

    @Test
    void the_panel_of_the_fleet_leads_here() {
        tab.open(stage.link("?agent=alpha"));
        String link = "$('" + APP + "mainstay-fleet-screen >>> mainstay-agent-panel >>> header a')";
        tab.await(link);
        tab.run(link + ".click()");
        tab.await("text('" + SCREEN + "h1') === 'alpha' && location.pathname === '/agents/alpha'");
        assertThat(tab.evaluate("text('" + APP + "mainstay-top-bar >>> mainstay-screen-links >>> [aria-current]')")
                        .asString())
                .isEqualTo("Fleet");
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void axe_finds_nothing_wrong(String scheme) {
        tab.scheme(scheme);
        for (int width : new int[] {1280, 400}) {
            tab.size(width, 900);
            shown("alpha");
            tab.await("$('" + LANES + " >>> a')");
            assertThat(tab.accessibilityViolations()).as("at %d", width).isEmpty();
            assertThat(tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
                            .asBoolean())
                    .as("nothing sticks out at %d", width)
                    .isTrue();
        }
    }
}
