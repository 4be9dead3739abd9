package dev.mainstay.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.web.browser.Chromium;
import dev.mainstay.server.web.browser.OneAtATime;
import dev.mainstay.server.web.browser.Tab;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A person at the recovery log, with a real browser, server and database. The episodes are rows, since
/// to heal takes minutes.
@OneAtATime
class RecoveryScreenTest {
    private static final String APP = "mainstay-dashboard >>> ";
    private static final String SCREEN = APP + "mainstay-recovery-screen >>> ";
    private static final String TABLE = SCREEN + "mainstay-recovery-table";
    private static final String PANEL = SCREEN + "mainstay-recovery-panel";
    private static final String SUCCESS = SCREEN + "mainstay-recovery-success";
    private static final String DIALOG = APP + "mainstay-command-dialog >>> dialog";
    private static final String ROWS = "$('" + TABLE + "')?.shadowRoot.querySelectorAll('.row').length";
    private static final String HEALED = "019a9f5e-7c10-7cc3-98a4-0f2d6f0e4a13";
    private static final String WAITING = "019a9f5e-7c10-7cc3-98a4-0f2d6f0e4a14";
    private static final String CALLED = "019a9f5e-7c10-7cc3-98a4-0f2d6f0e4a15";
    private static Chromium chromium;
    private static Stage stage;
    private Tab tab;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        stage = new Stage();
        stage.agent("price-sync", "PT10S");
        stage.execute("""
                INSERT INTO recoveries (organization_id, recovery_id, agent_id, cause, playbook, alert_id, alert_summary,
                    state, began_at, detected_at, acted_at, ended_at, step, outcome, dry_run)
                VALUES
                    ('%1$s', '%2$s', 'price-sync', 'silence', 'silence', gen_random_uuid(), 'no heartbeat for 7s',
                        'recovered', now() - interval '90 s', now() - interval '83 s', now() - interval '82 s',
                        now() - interval '70 s', 2, 'healed by restart-clean: the alert has ended', false),
                    ('%1$s', '%3$s', 'price-sync', 'hang', 'hang', gen_random_uuid(), 'its work does not go on',
                        'approval', now() - interval '30 s', now() - interval '25 s', NULL, NULL, 0,
                        'restart-clean, the only thing left: never tried against hang before', false),
                    ('%1$s', '%4$s', 'other', 'hang', 'hang', gen_random_uuid(), 'its work does not go on', 'escalated',
                        now() - interval '300 s', now() - interval '290 s', NULL, now() - interval '100 s', 0,
                        'nothing is left to try', false);
                INSERT INTO recovery_actions (organization_id, recovery_id, ordinal, agent_id, cause, action, reason,
                    task_id, decided_at, ended_at, result, healed, reversible)
                VALUES
                    ('%1$s', '%2$s', 1, 'price-sync', 'silence', 'restart-agent', 'restart-agent: helped 3 of 4 times',
                        gen_random_uuid(), now() - interval '82 s', now() - interval '81 s', '{}', false, false),
                    ('%1$s', '%2$s', 2, 'price-sync', 'silence', 'restart-clean', 'restart-clean: never tried before',
                        gen_random_uuid(), now() - interval '80 s', now() - interval '79 s',
                        '{"restarted": "price-sync"}', true, true)
                """.formatted(Organizations.DEFAULT, HEALED, WAITING, CALLED));
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
    void an_episode_is_told_step_by_step_with_its_reasons_and_timings() {
        tab.open(stage.link("recoveries"));
        tab.await(ROWS + " === 3");
        tab.run("[...$('" + TABLE
                + "').shadowRoot.querySelectorAll('.row')].find((row) => row.innerText.includes('silence')).click()");
        tab.await("text('" + PANEL + " >>> h2') === 'silence of price-sync'");
        assertThat(tab.evaluate("text('" + PANEL + " >>> .course')").asString())
                .containsSubsequence(
                        "Detect",
                        "no heartbeat for 7s",
                        "Decide",
                        "helped 3 of 4 times",
                        "Act",
                        "restart-agent is done",
                        "Verify",
                        "restart-agent did not help",
                        "Act",
                        "restarted price-sync",
                        "Verify",
                        "restart-clean helped",
                        "End",
                        "healed by restart-clean");
        assertThat(tab.evaluate("text('" + PANEL + " >>> .figures')").asString())
                .containsSubsequence("To detect", "7 s", "To act", "1 s", "To verify", "12 s", "In all", "20 s");
        assertThat(tab.evaluate("location.pathname").asString()).isEqualTo("/recoveries/" + HEALED);
        tab.press("Escape");
        tab.await("!$('" + PANEL + "')");
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void what_waits_for_a_person_is_approved_with_a_reason() {
        tab.open(stage.link("recoveries/" + WAITING));
        tab.await("text('" + PANEL + " >>> .status').includes('waits for approval')");
        tab.run("$('" + PANEL + " >>> .actions button').click()");
        tab.await("$('" + DIALOG + "').open");
        tab.type("nobody uses it at night");
        tab.run("$('" + DIALOG + "').querySelector('form').requestSubmit()");
        tab.await("!$('" + DIALOG + "').open");
        assertThat(stage.get("/api/v1/events?type=recovery.approved")
                        .path("items")
                        .toString())
                .contains("nobody uses it at night");
    }

    @Test
    void what_can_be_undone_is_asked_for_with_a_reason() {
        tab.open(stage.link("recoveries/" + HEALED));
        tab.await("$('" + PANEL + " >>> .course button')");
        assertThat(tab.evaluate("$('" + PANEL + "').shadowRoot.querySelectorAll('.course button').length")
                        .asInt())
                .as("only the second action can be undone")
                .isEqualTo(1);
        tab.run("$('" + PANEL + " >>> .course button').click()");
        tab.await("$('" + DIALOG + "').open");
        tab.type("it was the network");
        tab.run("$('" + DIALOG + "').querySelector('form').requestSubmit()");
        tab.await("!$('" + DIALOG + "').open");
        tab.await("text('" + PANEL + " >>> .course').includes('about to be undone')");
        assertThat(stage.get("/api/v1/recoveries/" + HEALED)
                        .path("actions")
                        .get(1)
                        .path("undoDueAt")
                        .asString(""))
                .isNotEmpty();
    }

    @Test
    void success_is_counted_by_cause_and_leads_to_its_episodes() {
        tab.open(stage.link("recoveries"));
        tab.await("text('" + SUCCESS + "').includes('100 %')");
        assertThat(tab.evaluate("text('" + SUCCESS + " >>> tbody')").asString())
                .containsSubsequence("hang", "0 %", "silence", "100 %", "20 s");
        tab.run("$('" + SUCCESS + " >>> tbody button').click()");
        tab.await(ROWS + " === 2");
        assertThat(tab.evaluate("location.search").asString()).isEqualTo("?cause=hang");
    }

    @Test
    void what_changes_is_seen_without_being_asked_for() {
        tab.open(stage.link("recoveries?agent=late"));
        tab.await("text('" + SCREEN + ".empty').includes('No episode matches')");
        tab.endIntervals();
        stage.execute("""
                INSERT INTO recoveries (organization_id, recovery_id, agent_id, cause, playbook, alert_id, alert_summary,
                    state, began_at, detected_at, outcome, dry_run)
                VALUES ('%1$s', gen_random_uuid(), 'late', 'crash', 'crash', gen_random_uuid(), 'failed', 'detected',
                    now(), now(), '', false);
                INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
                VALUES ('%1$s', 'recovery.detected', 'info', 'late', 'failed', '{}')
                """.formatted(Organizations.DEFAULT));
        tab.await(ROWS + " === 1");
        stage.execute("DELETE FROM recoveries WHERE agent_id = 'late'");
    }

    @Test
    void a_log_without_episodes_says_what_will_be_in_it() {
        try (Stage other = new Stage();
                Tab empty = chromium.open()) {
            empty.open(other.link("recoveries"));
            empty.await("text('" + SCREEN + ".empty').includes('Nothing had to be healed yet')");
            empty.await("text('" + SUCCESS + "').includes('nothing to count')");
            assertThat(empty.complaints()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void axe_finds_nothing_wrong(String scheme) {
        tab.scheme(scheme);
        for (int width : new int[] {1280, 400}) {
            tab.size(width, 900);
            tab.open(stage.link("recoveries"));
            tab.await(ROWS + " > 0 && $('" + SUCCESS + " >>> tbody')");
            holds("the log at " + width);
            tab.open(stage.link("recoveries/" + HEALED));
            tab.await("$('" + PANEL + " >>> .course')");
            holds("an episode at " + width);
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
