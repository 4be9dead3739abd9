package dev.mainstay.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.alert.Aggregate;
import dev.mainstay.alert.AlertRule;
import dev.mainstay.alert.Condition;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.web.browser.Chromium;
import dev.mainstay.server.web.browser.OneAtATime;
import dev.mainstay.server.web.browser.Tab;
import dev.mainstay.telemetry.Severity;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// A person at the inbox of alerts, with a real browser, server and database, and a node that looks for what is wrong.
@OneAtATime
class AlertsScreenTest {
    private static final String APP = "mainstay-dashboard >>> ";
    private static final String SCREEN = APP + "mainstay-alerts-screen >>> ";
    private static final String TABLE = SCREEN + "mainstay-alert-table";
    private static final String PANEL = SCREEN + "mainstay-alert-panel";
    private static final String SILENCES = SCREEN + "mainstay-silence-list";
    private static final String DIALOG = APP + "mainstay-command-dialog >>> dialog";
    /// Every agent of the stage reports 42 of them.
    private static final AlertRule HIGH = AlertRule.of(
            "prices-high",
            Severity.CRITICAL,
            new Condition.Threshold("prices.pulled", Aggregate.MAX, Duration.ofMinutes(30), 10.0, null));

    private static Chromium chromium;
    private static Stage stage;
    private static Fleet fleet;
    private Tab tab;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        stage = new Stage();
        fleet = stage.node().rule(HIGH).start();
    }

    @AfterAll
    static void stop() {
        if (chromium != null) {
            chromium.close();
            fleet.close();
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

    private static JsonNode alertOf(String agent) {
        JsonNode alerts = stage.get("/api/v1/alerts?rule=prices-high&agent=" + agent);
        assertThat(alerts.path("items").size()).as("alerts of %s", agent).isEqualTo(1);
        return alerts.path("items").get(0);
    }

    private void awaitRow(String agent) {
        tab.await("text('" + TABLE + "').includes('" + agent + "')");
    }

    private void awaitGone(String agent) {
        tab.await("!text('" + TABLE + "').includes('" + agent + "')");
    }

    private void answer(String reason) {
        tab.await("$('" + DIALOG + "').open");
        tab.run("$('" + DIALOG + "').querySelector('[name=reason]').focus()");
        tab.type(reason);
        tab.run("$('" + DIALOG + "').querySelector('form').requestSubmit()");
        tab.await("!$('" + DIALOG + "').open");
    }

    private void heap(String word) {
        tab.run("[...$('" + SCREEN + ".heaps').querySelectorAll('button')].find((each) => each.innerText.startsWith('"
                + word + "')).click()");
    }

    @Test
    void what_fires_comes_by_itself_and_is_acknowledged_with_a_click() {
        tab.open(stage.link("alerts?q=prices-high+clicked"));
        tab.await("text('" + SCREEN + ".empty').includes('Nothing to answer') || text('" + SCREEN
                + ".empty').includes('No alert matches')");
        stage.agent("clicked", "PT10S");
        awaitRow("clicked");
        tab.run("$('" + TABLE + " >>> .row:not(.group)').click()");
        tab.await("text('" + PANEL + "').includes('prices.pulled (max over 30m) is above 10')");
        tab.run("$('" + PANEL + " >>> mainstay-evidence-rows >>> button').click()");
        tab.await("text('" + PANEL + " >>> mainstay-evidence-rows >>> tbody').includes('42')");
        tab.run("$('" + PANEL + " >>> .actions .primary').click()");
        answer("on it");
        awaitGone("clicked");
        tab.await("text('" + PANEL + " >>> .status').includes('acknowledged')");
        assertThat(alertOf("clicked").path("state").asString()).isEqualTo("acknowledged");
        assertThat(alertOf("clicked").path("note").asString()).isEqualTo("on it");
        heap("Acknowledged");
        awaitRow("clicked");
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void a_whole_group_is_answered_with_one_key() {
        stage.agent("pair-1", "PT10S");
        stage.agent("pair-2", "PT10S");
        tab.open(stage.link("alerts?q=prices-high+pair"));
        awaitRow("pair-1");
        awaitRow("pair-2");
        tab.await("$('" + TABLE + " >>> .group')");
        tab.run("$('" + TABLE + " >>> .group').focus()");
        tab.press("a");
        tab.await("text('" + DIALOG + " h2').includes('2 alerts')");
        answer("both are known");
        awaitGone("pair-1");
        awaitGone("pair-2");
        assertThat(alertOf("pair-2").path("note").asString()).isEqualTo("both are known");
    }

    @Test
    void the_keyboard_opens_silences_and_goes_on() {
        stage.agent("quiet-1", "PT10S");
        stage.agent("quiet-2", "PT10S");
        tab.open(stage.link("alerts?q=prices-high+quiet-&group=none"));
        awaitRow("quiet-1");
        awaitRow("quiet-2");
        String first =
                tab.evaluate("$('" + TABLE + " >>> .row .subject').innerText").asString();
        String second = first.equals("quiet-1") ? "quiet-2" : "quiet-1";
        tab.run("$('" + TABLE + " >>> .row').focus()");
        tab.press("s");
        tab.await("$('" + DIALOG + "').querySelector('[name=covers]').value === 'prices-high of " + first + "'");
        answer("the supplier moves");
        awaitGone(first);
        tab.await("$('" + TABLE + "').shadowRoot.activeElement?.innerText.includes('" + second + "')");
        assertThat(alertOf(first).path("silence").asString("")).isNotEmpty();
        tab.await("text('" + SILENCES + "').includes('the supplier moves')");
        heap("Quiet");
        awaitRow(first);
        tab.run("[...$('" + SILENCES + "').shadowRoot.querySelectorAll('li')].find((each) => each.innerText.includes('"
                + first + "')).querySelector('button').click()");
        tab.await("$('" + DIALOG + "').open");
        tab.run("$('" + DIALOG + "').querySelector('form').requestSubmit()");
        awaitGone(first);
        heap("To answer");
        awaitRow(first);
    }

    @Test
    void a_rule_says_what_it_looks_for_and_is_switched_off_and_on() {
        String rules = SCREEN + "mainstay-rule-list";
        tab.open(stage.link("alerts"));
        tab.await("text('" + rules + "').includes('prices.pulled (max over 30m) is above 10')");
        switchRule(rules, "agent-slow", "the supplier is slow this week");
        tab.await("text('" + rules + " >>> li:has([aria-label=\"Switch agent-slow on\"])').includes('off')");
        assertThat(stage.get("/api/v1/alert-rules/agent-slow").path("enabled").asBoolean(true))
                .isFalse();
        switchRule(rules, "agent-slow", "it is fast again");
        tab.await("text('" + rules + " >>> li:has([aria-label=\"Switch agent-slow off\"])').includes('warning')");
        assertThat(stage.get("/api/v1/alert-rules/agent-slow").path("enabled").asBoolean(false))
                .isTrue();
        assertThat(tab.complaints()).isEmpty();
    }

    private void switchRule(String rules, String rule, String reason) {
        tab.run("$('" + rules + " >>> button[aria-label^=\"Switch " + rule + "\"]').click()");
        answer(reason);
    }

    @Test
    void what_is_resolved_is_over_until_it_fires_again() {
        stage.agent("over", "PT10S");
        tab.open(stage.link("alerts?q=prices-high+over"));
        awaitRow("over");
        String id = alertOf("over").path("id").asString();
        endsButFiresOn("over");
        tab.open(stage.link("alerts/" + id));
        tab.await("$('" + PANEL + " >>> .actions')");
        tab.press("r");
        answer("prices may be high");
        tab.await("text('" + PANEL + " >>> .status').includes('resolved')");
        tab.await("text('" + PANEL + "').includes('prices may be high')");
        assertThat(tab.evaluate("Boolean($('" + PANEL + " >>> .actions'))").asBoolean())
                .as("nothing is left to answer")
                .isFalse();
        stage.execute("INSERT INTO performance_metrics (organization_id, series_id, at, value)"
                + " SELECT organization_id, series_id, now(), 42 FROM metric_series"
                + " WHERE agent_id = 'over' AND name = 'prices.pulled'");
        tab.await("text('" + PANEL + " >>> .status').includes('firing')");
        tab.await("$('" + PANEL + " >>> .actions')");
        tab.press("Escape");
        tab.await("!$('" + PANEL + "') && location.pathname === '/alerts'");
    }

    /// The alert flaps, so it fires on until somebody resolves it, and what would have it fire again is gone.
    private static void endsButFiresOn(String agent) {
        stage.execute("UPDATE alerts SET flapping = true WHERE rule = 'prices-high' AND agent_id = '" + agent + "'");
        for (String table : List.of("performance_metrics", "agent_metrics_1m")) {
            stage.execute("DELETE FROM " + table + " WHERE series_id IN (SELECT series_id FROM metric_series"
                    + " WHERE agent_id = '" + agent + "' AND name = 'prices.pulled')");
        }
    }

    @Test
    void a_viewer_sees_why_and_is_offered_no_answers() {
        stage.agent("seen", "PT10S");
        tab.open(URI.create(stage.address() + "alerts?q=prices-high+seen#token=" + stage.key(Role.VIEWER)));
        awaitRow("seen");
        tab.run("$('" + TABLE + " >>> .row:not(.group)').click()");
        tab.await("text('" + PANEL + "').includes('Fires when')");
        assertThat(tab.evaluate("Boolean($('" + PANEL + " >>> .actions'))").asBoolean())
                .isFalse();
        tab.press("a");
        assertThat(tab.evaluate("$('" + DIALOG + "').open").asBoolean()).isFalse();
    }

    @Test
    void an_alert_that_is_not_there_is_said_to_be_missing() {
        tab.open(stage.link("alerts/019a9f5e-7c10-7cc3-98a4-0f2d6f0e4a11"));
        tab.await("text('" + PANEL + " >>> [role=alert]').includes('there is no alert')");
    }

    @Test
    void without_a_node_it_says_that_nobody_looks() {
        try (Stage other = new Stage();
                Tab empty = chromium.open()) {
            empty.open(other.link("alerts"));
            empty.await("text('" + SCREEN + ".empty').includes('No rule is looked at yet')");
            assertThat(empty.complaints()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void axe_finds_nothing_wrong(String scheme) {
        stage.agent("shown-" + scheme, "PT10S");
        tab.scheme(scheme);
        for (int width : new int[] {1280, 400}) {
            tab.size(width, 900);
            tab.open(stage.link("alerts?q=prices-high+shown-" + scheme));
            awaitRow("shown-" + scheme);
            holds("the list at " + width);
            tab.run("$('" + TABLE + " >>> .row:not(.group)').click()");
            tab.await("$('" + PANEL + " >>> .actions')");
            tab.run("$('" + PANEL + " >>> mainstay-evidence-rows >>> button').click()");
            tab.await("$('" + PANEL + " >>> mainstay-evidence-rows >>> td')");
            holds("an alert at " + width);
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
