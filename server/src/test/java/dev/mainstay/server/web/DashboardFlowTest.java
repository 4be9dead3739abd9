package dev.mainstay.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.config.RecordBinder;
import dev.mainstay.config.YamlSettings;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.config.AgentSettings;
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

/// A person at the first screen, with a real browser, server and database.
@OneAtATime
class DashboardFlowTest {
    private static final String APP = "mainstay-dashboard >>> ";
    private static final String FLEET = APP + "mainstay-fleet-screen >>> ";
    private static final String TABLE = FLEET + "mainstay-agents-view >>> mainstay-agent-table";
    private static final String IDS = "[...$('" + TABLE
            + "').shadowRoot.querySelectorAll('mainstay-agent-row')].map((row) => row.row.agent.id).join(' ')";
    private static Chromium chromium;
    private static Stage stage;
    private Tab tab;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        stage = new Stage();
        stage.agent("alpha", "PT10S");
        stage.agent("beta", "PT10S");
        stage.beat("beta", Map.of("ticks", 4, "failures", 2, "busyMs", 800, "lastError", "status 503, expected 200"));
        stage.agent("gamma", "PT10S");
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

    private void signedIn(String query) {
        tab.open(stage.link(query));
        tab.await("text('" + APP + "mainstay-top-bar >>> [role=status]') === 'Live' && $('" + TABLE + "')");
    }

    @Test
    void the_link_of_the_terminal_signs_in_and_leaves_no_key_in_the_address_bar() {
        signedIn("");
        assertThat(tab.evaluate("location.href + history.length").asString())
                .isEqualTo(stage.address() + "2")
                .doesNotContain("token");
        assertThat(tab.evaluate("localStorage.length").asInt()).isZero();
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void without_a_key_it_asks_for_one_and_says_when_it_is_wrong() {
        tab.open(stage.address());
        String form = APP + "mainstay-sign-in >>> ";
        tab.await("$('" + form + "#key') === $('mainstay-dashboard >>> mainstay-sign-in').shadowRoot.activeElement");
        tab.type("mst_wrong.secret");
        tab.press("Enter");
        tab.await("text('" + form + "[role=alert]').includes('not valid')");
        assertThat(tab.evaluate("sessionStorage.length").asInt()).isZero();
        tab.type(stage.key(Role.VIEWER));
        tab.press("Enter");
        tab.await("$('" + TABLE + "')");
    }

    @Test
    void every_agent_has_a_row_with_its_figures() {
        signedIn("?sort=id");
        tab.await(IDS + ".startsWith('alpha beta gamma')");
        String row = tab.await("text('" + TABLE + " >>> mainstay-agent-row:nth-child(2)').includes('503')"
                        + " && text('" + TABLE + " >>> mainstay-agent-row:nth-child(2)')")
                .asString();
        assertThat(row).contains("beta", "active", "outside", "2", "status 503, expected 200");
        assertThat(tab.await("$('" + TABLE + " >>> mainstay-agent-row >>> .strip svg').getAttribute('aria-label')")
                        .asString())
                .startsWith("last ");
    }

    @Test
    void the_one_that_fails_comes_before_those_that_work() {
        signedIn("");
        tab.await(IDS + ".indexOf('beta') >= 0 && " + IDS + ".indexOf('beta') < " + IDS + ".indexOf('gamma')");
    }

    @Test
    void what_changes_is_seen_without_being_asked_for() {
        signedIn("?sort=id");
        String failures = "$('" + TABLE + " >>> mainstay-agent-row:nth-child(3) >>> .failures').innerText";
        tab.await(failures + " === '0'");
        tab.endIntervals();
        stage.beat("gamma", Map.of("ticks", 1, "failures", 1));
        tab.await(failures + " === '1'");
        stage.agent("newcomer", "PT10S");
        tab.await(IDS + ".includes('newcomer')");
    }

    @Test
    void a_slash_leads_to_the_search_and_the_choice_stands_in_the_address() {
        signedIn("");
        tab.await(IDS + ".includes('gamma')");
        tab.press("/");
        tab.type("bet");
        tab.await(IDS + " === 'beta'");
        assertThat(tab.evaluate("location.search").asString()).isEqualTo("?q=bet");
        tab.open(URI.create(stage.address() + "?q=alp"));
        tab.await(IDS + " === 'alpha'");
        tab.open(URI.create(stage.address() + "?q=nobody"));
        tab.await("text('" + FLEET + "mainstay-agents-view').includes('No agent matches')");
    }

    @Test
    void a_group_of_agents_tells_how_it_is_and_shows_its_agents_alone() {
        signedIn("");
        String group = FLEET + "mainstay-group-list";
        tab.await("$('" + group + "').hidden");
        stage.agentOf("quotes", "zeta");
        tab.await("text('" + group + "').includes('quotes') && text('" + group + "').includes('1 agent')");
        tab.run("$('" + group + " >>> .link').click()");
        tab.await(IDS + " === 'zeta'");
        assertThat(tab.evaluate("location.search").asString()).isEqualTo("?group=quotes");
        tab.run("$('" + FLEET + "mainstay-agents-view >>> .bare').click()");
        tab.await(IDS + ".includes('alpha')");
    }

    @Test
    void the_keyboard_walks_the_table_opens_an_agent_and_comes_back() {
        signedIn("?sort=id");
        tab.await(IDS + ".startsWith('alpha beta gamma')");
        tab.run("$('" + TABLE + " >>> mainstay-agent-row').focus()");
        tab.press("ArrowDown");
        tab.press("Enter");
        String panel = FLEET + "mainstay-agent-panel >>> ";
        tab.await("text('" + panel + "h2') === 'beta'");
        tab.await("text('" + panel + ".fault').includes('503')");
        tab.await("text('" + panel + "mainstay-metric-chart >>> select').includes('prices.pulled')");
        tab.await("$('" + panel
                + "mainstay-metric-chart >>> canvas').getAttribute('aria-label').includes('newest 42 count')");
        assertThat(tab.evaluate("location.search").asString()).contains("agent=beta");
        tab.press("Escape");
        tab.await("!$('" + FLEET + "mainstay-agent-panel')");
        assertThat(tab.evaluate("$('" + TABLE + "').shadowRoot.activeElement.row.agent.id")
                        .asString())
                .isEqualTo("beta");
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void an_order_takes_a_reason_and_ends_up_in_the_events() {
        signedIn("?agent=alpha");
        String panel = FLEET + "mainstay-agent-panel >>> ";
        String dialog = APP + "mainstay-command-dialog >>> dialog";
        tab.await("$('" + panel + ".actions button')");
        tab.run("$('" + panel + ".actions button').click()");
        tab.await("$('" + dialog + "').open");
        tab.run("$('" + dialog + "').querySelector('form').requestSubmit()");
        assertThat(tab.evaluate("$('" + dialog + "').open").asBoolean()).isTrue();
        tab.type("the supplier is down");
        tab.run("$('" + dialog + "').querySelector('form').requestSubmit()");
        tab.await("!$('" + dialog + "').open");
        tab.await("text('" + panel + ".status').includes('wanted: paused')");
        tab.await("text('" + panel + "mainstay-event-list >>> ol').includes('the supplier is down')");
        assertThat(stage.get("/api/v1/agents/alpha").path("desired").asString()).isEqualTo("paused");
    }

    @Test
    void a_refused_order_says_why_and_can_be_tried_again() {
        signedIn("?agent=nobody");
        tab.await("text('" + FLEET + "mainstay-agent-panel').includes('no agent of this name')");
        String dialog = APP + "mainstay-command-dialog >>> dialog";
        tab.run(
                "$('" + FLEET
                        + "main').dispatchEvent(new CustomEvent('ask-command', {detail: {agent: 'nobody', command: 'pause'}}))");
        tab.await("$('" + dialog + "').open");
        tab.type("why not");
        tab.run("$('" + dialog + "').querySelector('form').requestSubmit()");
        tab.await("text('" + APP
                + "mainstay-command-dialog >>> [role=alert]') .includes('there is no agent \"nobody\"')");
        assertThat(tab.evaluate("$('" + APP + "mainstay-command-dialog >>> textarea').value")
                        .asString())
                .isEqualTo("why not");
    }

    @Test
    void a_viewer_is_offered_no_orders() {
        tab.open(URI.create(stage.address() + "?agent=alpha#token=" + stage.key(Role.VIEWER)));
        tab.await("text('" + FLEET + "mainstay-agent-panel >>> .status').includes('health')");
        assertThat(tab.evaluate("Boolean($('" + FLEET + "mainstay-agent-panel >>> .actions'))")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void the_stream_comes_back_after_the_server_was_away_and_nothing_is_missed() {
        try (Stage other = new Stage();
                Tab watching = chromium.open()) {
            other.agent("steady", "PT10S");
            watching.open(other.link(""));
            watching.await(IDS + " === 'steady'");
            String state = "text('" + APP + "mainstay-top-bar >>> [role=status]')";
            other.restart(() -> watching.await(state + ".startsWith('Reconnecting')"));
            other.agent("late", "PT10S");
            watching.await(state + " === 'Live' && " + IDS + " === 'late steady'");
        }
    }

    @Test
    void an_empty_fleet_says_what_to_type() {
        try (Stage other = new Stage();
                Tab empty = chromium.open()) {
            empty.open(other.link(""));
            empty.await("text('" + FLEET + "mainstay-agents-view').includes('./mainstay up --demo')");
            String declared = empty.evaluate("$('" + FLEET + "mainstay-agents-view >>> .declaration').innerText")
                    .asString();
            AgentSettings agent = new RecordBinder(Map.of())
                    .bind(
                            AgentSettings.class,
                            YamlSettings.parse("mainstay.yml", declared)
                                    .at("agents.homepage")
                                    .orElseThrow(),
                            "agents.homepage");
            assertThat(agent.kind()).isEqualTo("http-check");
            assertThat(empty.complaints()).isEmpty();
        }
    }

    @Test
    void the_chosen_theme_is_kept_and_the_system_decides_otherwise() {
        tab.scheme("dark");
        signedIn("");
        String ground = "getComputedStyle(document.body).backgroundColor";
        String dark = tab.evaluate(ground).asString();
        String light = APP + "mainstay-top-bar >>> mainstay-theme-switch >>> input[value=light]";
        tab.run("$('" + light + "').click()");
        tab.await(ground + " !== '" + dark + "'");
        tab.open(stage.address());
        tab.await("$('" + TABLE + "')");
        assertThat(tab.evaluate(ground).asString()).isNotEqualTo(dark);
    }
}
