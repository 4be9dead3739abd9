package dev.mainstay.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.server.http.HttpConfig;
import dev.mainstay.server.http.HttpServer;
import dev.mainstay.server.web.browser.Chromium;
import dev.mainstay.server.web.browser.OneAtATime;
import dev.mainstay.server.web.browser.Tab;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The modules of the dashboard that only compute, run where they will run.
@OneAtATime
class DashboardModulesTest {
    private static Chromium chromium;
    private static HttpServer server;
    private static Tab tab;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        server = HttpServer.start(
                new HttpConfig("127.0.0.1", 0),
                key -> Optional.empty(),
                WebAssets.load().routes(),
                new SimpleMeterRegistry());
        tab = chromium.open();
        tab.open(server.address().resolve("/"));
    }

    @AfterAll
    static void stop() {
        if (chromium != null) {
            chromium.close();
            server.close();
        }
    }

    @Test
    void a_strip_shows_beats_that_came_in_time_late_or_not_at_all() {
        assertThat(slots("[0, 10, 20, 41, 51, 91]", "91"))
                .isEqualTo("beat beat beat late beat missing missing missing beat");
    }

    @Test
    void a_strip_goes_on_missing_while_nothing_comes_unless_nothing_is_owed() {
        assertThat(slots("[0, 10]", "20")).isEqualTo("beat beat");
        assertThat(slots("[0, 10]", "52")).isEqualTo("beat beat missing missing missing");
        assertThat(slots("[0, 10]", "NaN")).isEqualTo("beat beat");
    }

    @Test
    void a_strip_shows_at_most_forty_intervals() {
        assertThat(slots("[0, 10]", "100000").split(" ")).hasSize(40).containsOnly("missing");
    }

    @Test
    void a_heartbeat_each_second_may_be_seen_a_second_late() {
        assertThat(in("heartbeats.js", """
                m.slots([0, 1_000, 3_000, 4_000].map((ms) => ({at: new Date(ms).toISOString(), failures: 0})), 1_000, 6_000)
                """)).isEqualTo("beat beat beat beat");
    }

    private static String slots(String seconds, String now) {
        return in("heartbeats.js", """
                m.slots(%s.map((second) => ({at: new Date(second * 1_000).toISOString(), failures: 0})), 10_000, %s * 1_000)
                """.formatted(seconds, now));
    }

    @Test
    void a_group_is_as_well_as_the_mean_of_its_agents_that_are_judged() {
        assertThat(in("groups.js", """
                m.groupsOf([["b", 90], ["a", 40], ["b", 60], [null, 10], ["b", undefined], ["c", undefined]]
                    .map(([group, health]) => ({agent: {group, health}})))
                    .map((group) => `${group.name} ${group.agents} ${group.score} ${group.poorly}`)
                """)).isEqualTo("a 1 40 1 b 3 75 1 c 1 NaN 0");
    }

    @Test
    void a_queue_without_workers_is_never_said_to_work() {
        assertThat(standing("endedPerMinute: 4, delayed: 1", "")).isEqualTo("warn no worker");
        assertThat(standing("endedPerMinute: 4", "")).isEqualTo("idle idle");
        assertThat(standing("endedPerMinute: 4, noWorker: 1", "'node-1'")).isEqualTo("bad no worker");
        assertThat(standing("endedPerMinute: 4", "'node-1'")).isEqualTo("good working");
        assertThat(standing("running: 1", "")).isEqualTo("good working");
        assertThat(standing("ready: 1", "'node-1'")).isEqualTo("warn waits");
    }

    private static String standing(String figures, String workers) {
        return in("queues.js", """
                (() => {
                  const none = {ready: 0, noWorker: 0, running: 0, delayed: 0, blocked: 0, endedPerMinute: 0, paused: false};
                  const { tone, word } = m.queueStanding({...none, %s, types: [{type: "a", workers: [%s]}]});
                  return [`${tone} ${word}`];
                })()""".formatted(figures, workers));
    }

    @Test
    void many_names_become_a_few() {
        assertThat(in(
                        "queues.js",
                        "['a', 'a b', 'a b c', 'a b c d'].map((all) => m.fewNames(all.split(' '), 2) + ';')"))
                .isEqualTo("a; a and b; a, b and 1 other; a, b and 2 others;");
    }

    @Test
    void a_payload_keeps_every_digit_and_figures_stay_numbers() {
        assertThat(in("exact-json.js", """
                (() => {
                  const text = '{"fraction": 0.1234567890123456789, "payload": {"n": 0.1234567890123456789, "list": [1.50, 1]}}';
                  const answer = m.parseAnswer(text);
                  return [typeof answer.fraction, JSON.stringify(answer.payload)];
                })()""")).isEqualTo("number {\"n\":0.1234567890123456789,\"list\":[1.50,1]}");
    }

    @Test
    void the_wait_between_two_messages_is_told_by_when_they_were_stored_whatever_a_position_is() {
        assertThat(in("messages.js", """
                [[".000100Z", ".000500Z"], ["Z", ".250Z"], ["Z", ".250001Z"]]
                  .map((ends) => ends.map((end, place) => ({position: place * 16_384, storedAt: `2026-01-01T00:00:01${end}`})))
                  .map(([before, message]) => m.waited(before, message) + ";")
                """)).isEqualTo("0.4 ms; 250 ms; 250 ms;");
    }

    @Test
    void an_event_stream_may_be_cut_anywhere() {
        assertThat(in("event-parser.js", """
                (() => {
                  const whole = ": hello\\nid: 7\\nevent: agent\\ndata: {\\"a\\":\\ndata: 1}\\n\\nretry: 250\\r\\ndata: x\\r\\n\\r\\n";
                  for (let cut = 0; cut <= whole.length; cut++) {
                    const seen = [];
                    const parser = new m.EventParser((each) => seen.push(`${each.id}/${each.type}/${each.data}`), (ms) => seen.push(ms));
                    parser.feed(whole.slice(0, cut));
                    parser.feed(whole.slice(cut));
                    const text = seen.join(" ").replace("\\n", "");
                    if (text !== '7/agent/{"a":1} 250 7/message/x') return [`cut at ${cut}: ${text}`];
                  }
                  return ["always the same"];
                })()""")).isEqualTo("always the same");
    }

    @Test
    void the_worst_comes_first_and_every_word_of_a_search_must_be_found() {
        String rows = """
                [["b", "active", "http-check"], ["c", "quarantined", "sql-check"], ["a", "active", "sql-check"]]
                  .map(([id, state, kind]) => ({agent: {id, state, kind}}))""";
        assertThat(in(
                        "filter.js",
                        "m.arrange(%s, {...m.readAddress(''), q: ''}).map((row) => row.agent.id)".formatted(rows)))
                .isEqualTo("c a b");
        assertThat(in(
                        "filter.js",
                        "m.arrange(%s, m.readAddress('?sort=-id')).map((row) => row.agent.id)".formatted(rows)))
                .isEqualTo("c b a");
        assertThat(in(
                        "filter.js",
                        "m.arrange(%s, m.readAddress('?q=SQL+act')).map((row) => row.agent.id)".formatted(rows)))
                .isEqualTo("a");
        assertThat(in(
                        "filter.js",
                        "m.arrange(%s, m.readAddress('?state=active&kind=http-check')).map((row) => row.agent.id)"
                                .formatted(rows)))
                .isEqualTo("b");
    }

    @Test
    void among_those_in_one_state_the_failing_and_then_the_least_healthy_come_first() {
        String rows = """
                [["well", 99, null], ["poor", 41, null], ["failing", 97, "no answer"], ["new", null, null], ["also", 93, null]]
                  .map(([id, health, lastError]) => ({agent: {id, health, lastError, state: "active", kind: "k"}}))""";
        assertThat(in("filter.js", "m.arrange(%s, m.readAddress('')).map((row) => row.agent.id)".formatted(rows)))
                .isEqualTo("failing poor also well new");
    }

    @Test
    void numbers_are_spelled_as_people_read_them() {
        assertThat(
                        in(
                                "format.js",
                                "[m.duration(0.41), m.duration(12.6), m.duration(1_300), m.duration(7_200_000), m.duration(NaN)].join('|').split()"))
                .isEqualTo("0.4 ms|13 ms|1.3 s|2 h|–");
        assertThat(in(
                        "format.js",
                        "[m.age(400), m.age(59_999), m.age(60_000), m.age(86_400_000), m.ago(NaN)].join('|').split()"))
                .isEqualTo("now|59 s|1 min|1 d|never");
        assertThat(
                        in(
                                "format.js",
                                "[m.milliseconds('PT1M30S'), m.milliseconds('PT0.5S'), m.milliseconds('P1D'), m.milliseconds('nonsense')]"))
                .isEqualTo("90000 500 86400000 NaN");
    }

    @Test
    void only_the_rows_in_sight_and_some_around_them_are_drawn() {
        assertThat(in("window.js", "m.visible(3_600, 4_320, 36, 1_000)")).isEqualTo("92 128");
        assertThat(in("window.js", "m.visible(0, 700, 36, 5)")).isEqualTo("0 5");
        assertThat(in("window.js", "m.visible(-500, -100, 36, 5)")).isEqualTo("0 5");
    }

    @Test
    void stored_heartbeats_are_laid_under_those_the_stream_brought() {
        assertThat(in("rows.js", """
                (() => {
                  const rows = new m.Rows();
                  const at = (second) => new Date(second * 1_000).toISOString();
                  rows.merge({id: "a", kind: "k", ticks: 4, failures: 0, lastHeartbeat: at(100)});
                  rows.merge({id: "a", ticks: 5, failures: 1, lastHeartbeat: at(110), lastDurationMs: 7});
                  rows.merge({id: "unknown", ticks: 1});
                  rows.seed({at: at(105), items: [{agent: "a", recent: {ageMs: [25_000, 15_000, 5_000], failures: [0, 2, 0], tickMs: [1, null, 3]}}]});
                  return [rows.size, ...rows.get("a").recent.map((each) => `${Date.parse(each.at) / 1_000}:${each.failures}:${each.tickMs}`)];
                })()""")).isEqualTo("1 80:0:1 90:2:null 100:0:3 110:1:7");
    }

    @Test
    void a_line_is_broken_where_nothing_was_measured_and_has_no_value_there() {
        assertThat(
                        in(
                                "lanes.js",
                                "m.broken([0, 10, 20, 30, 200, 210].map((x) => ({x, y: 1}))).map((point) => `${point.x}:${point.y}`)"))
                .isEqualTo("0:1 10:1 20:1 30:1 115:NaN 200:1 210:1");
        String points = "[0, 10, 20, 30].map((at) => ({at: new Date(at * 1_000).toISOString(), value: at}))";
        assertThat(in("lanes.js", "[25, -1, 500].map((at) => m.pointAt(%s, at * 1_000)?.value)".formatted(points)))
                .isEqualTo("20 undefined undefined");
    }

    @Test
    void states_are_told_from_the_steps_between_them_and_nothing_before_is_made_up() {
        String agent = "{state: 'active', stateSince: new Date(5_000).toISOString()}";
        assertThat(in("lanes.js", """
                m.stateSpans(%s, [[2, 40, "recovering", "active"], [1, 30, "active", "recovering"]].map(([id, at, from, to]) =>
                  ({id, type: "agent.transition", at: new Date(at * 1_000).toISOString(), detail: {from, to}})), 10_000, 60_000)
                  .map((span) => `${span.state}:${span.from / 1_000}-${span.to / 1_000}`)
                """.formatted(agent))).isEqualTo("active:10-30 recovering:30-40 active:40-60");
        assertThat(in(
                        "lanes.js",
                        "m.stateSpans(%s, [], 0, 60_000).map((span) => `${span.state}:${span.from / 1_000}-${span.to / 1_000}`)"
                                .formatted(agent)))
                .isEqualTo("active:5-60");
        assertThat(in("lanes.js", """
                m.stateSpans({createdAt: new Date(20_000).toISOString()}, [{id: 1, type: "agent.transition",
                  at: new Date(21_000).toISOString(), detail: {from: "inactive", to: "active"}}], 10_000, 60_000)
                  .map((span) => `${span.state}:${span.from / 1_000}-${span.to / 1_000}`)
                """))
                .as("before it was declared it was in no state")
                .isEqualTo("inactive:20-21 active:21-60");
    }

    @Test
    void a_gap_counts_only_while_heartbeats_were_owed() {
        assertThat(gaps("active")).isEqualTo("20-100:true");
        assertThat(gaps("shutdown")).isEqualTo("20-100:false");
    }

    private static String gaps(String state) {
        return in("lanes.js", """
                m.beatSpans([0, 10, 20, 100, 110].map((second) => ({at: new Date(second * 1_000).toISOString(), failures: 0})), 10_000,
                  [{from: 0, to: 200_000, state: "%s"}], 115_000).gaps.map((gap) => `${gap.from / 1_000}-${gap.to / 1_000}:${gap.owed}`)
                """.formatted(state));
    }

    @Test
    void alerts_of_one_rule_are_a_group_that_can_be_folded() {
        String alerts = """
                [["1", "slow", "warning"], ["2", "lost", "critical"], ["3", "slow", "warning"]].map(([id, rule, severity]) =>
                  ({id, rule, severity, state: "firing", told: true, agent: `a${id}`, firedAt: `2026-01-01T00:00:0${id}Z`}))""";
        assertThat(in(
                        "alerts.js",
                        "m.rowsOf(m.chosen(%s, {severity: '', q: ''}), 'rule', new Set()).map((row) => row.key)"
                                .formatted(alerts)))
                .isEqualTo("2 group slow 3 1");
        assertThat(in(
                        "alerts.js",
                        "m.rowsOf(m.chosen(%s, {severity: '', q: ''}), 'rule', new Set(['group slow'])).map((row) => row.key)"
                                .formatted(alerts)))
                .isEqualTo("2 group slow");
        assertThat(in(
                        "alerts.js",
                        "m.chosen(%s, {severity: '', q: 'SLOW a3'}).map((each) => each.id)".formatted(alerts)))
                .isEqualTo("3");
    }

    /// The values an expression over the module `m` gives, separated by blanks.
    private static String in(String module, String expression) {
        return tab.evaluate("""
                import(new URL("%s", document.querySelector("script[type=module]").src)).then((m) => (%s).map(String).join(" "))
                """.formatted(module, expression)).asString();
    }
}
