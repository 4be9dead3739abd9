package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.alert.DeclaredRules;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Alerts, silences and recoveries over HTTP; each answer is held against the document by [ApiServer].
class AlertsFlowTest {
    private static final String ALERTS = "/api/v1/alerts";
    private static ApiServer api;

    @BeforeAll
    static void start() {
        api = new ApiServer();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static UUID fire(String agent) {
        UUID id = UUID.randomUUID();
        api.database().write(handle -> handle.execute("""
                INSERT INTO alerts (organization_id, alert_id, fingerprint, rule, severity, state, agent_id, summary,
                    evidence, group_key, began_at, fired_at, openings)
                VALUES (?, ?, ?, 'trial', 'critical', 'firing', ?, 'it is broken', '{"table": "agents"}', 'trial',
                    now() - interval '5 seconds', now(), ARRAY[now()])
                """, Organizations.DEFAULT, id, "trial|" + agent, agent));
        return id;
    }

    private static Reply post(String path, String body) {
        return api.post(Role.OPERATOR, path, body.replace('\'', '"'));
    }

    private static Reply end(String silence) {
        String key = api.key(Organizations.DEFAULT, Role.OPERATOR).reveal();
        return api.send("DELETE", "/api/v1/silences/" + silence, key, null);
    }

    @Test
    void an_alert_is_listed_acknowledged_and_resolved() {
        UUID id = fire("listed");
        Reply listed = api.get(Role.VIEWER, ALERTS + "?agent=listed&state=firing");
        assertThat(listed.json().at("/items/0/id").asString()).isEqualTo(id.toString());
        assertThat(listed.json().at("/items/0/told").asBoolean()).isTrue();

        Reply acknowledged = post(ALERTS + "/" + id + "/acknowledge", "{'note': 'on it'}");
        assertThat(acknowledged.json().path("state").asString()).isEqualTo("acknowledged");
        assertThat(acknowledged.json().path("note").asString()).isEqualTo("on it");
        assertThat(post(ALERTS + "/" + id + "/resolve", "{}")
                        .json()
                        .path("state")
                        .asString())
                .isEqualTo("resolved");
        Reply late = post(ALERTS + "/" + id + "/acknowledge", "{}");
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.json().path("code").asString()).isEqualTo("ALERT_STATE");
    }

    @Test
    void a_page_goes_on_where_the_one_before_ended() {
        UUID first = fire("paged");
        api.database()
                .write(handle -> handle.execute("UPDATE alerts SET fingerprint = 'other' WHERE alert_id = ?", first));
        fire("paged");
        Reply page = api.get(Role.VIEWER, ALERTS + "?agent=paged&limit=1");
        String next = page.json().path("next").asString();
        Reply rest = api.get(Role.VIEWER, ALERTS + "?agent=paged&limit=1&cursor=" + next);
        assertThat(rest.json().path("items")).hasSize(1);
        assertThat(rest.json().at("/items/0/id")).isNotEqualTo(page.json().at("/items/0/id"));
        assertThat(rest.json().path("next").isNull()).isTrue();
    }

    @Test
    void a_silence_is_kept_and_ended() {
        Reply made = post(
                "/api/v1/silences",
                "{'agent': 'a', 'for': 'PT2H', 'maintenance': true, 'severity': 'critical', 'reason': 'the disk'}");
        assertThat(made.status()).isEqualTo(201);
        String id = made.json().path("id").asString();
        assertThat(api.get(Role.VIEWER, "/api/v1/silences")
                        .json()
                        .at("/items/0/kind")
                        .asString())
                .isEqualTo("maintenance");
        assertThat(end(id).status()).isEqualTo(204);
        assertThat(api.get(Role.VIEWER, "/api/v1/silences").json().path("items"))
                .isEmpty();
        assertThat(end(id).status()).isEqualTo(404);
    }

    @Test
    void builtin_rules_are_shown_as_people_write_them() {
        new DeclaredRules(api.database(), Organizations.DEFAULT).declare(List.of());
        Reply rules = api.get(Role.VIEWER, "/api/v1/alert-rules");
        assertThat(rules.json().path("items").valueStream())
                .anySatisfy(rule -> assertThat(rule.at("/definition/suspected").asString(""))
                        .isEqualTo("silent"));
    }

    @Test
    void a_recovery_is_shown_with_what_was_done() {
        UUID alert = fire("sick");
        UUID id = UUID.randomUUID();
        api.database().write(handle -> handle.execute("""
                INSERT INTO recoveries (organization_id, recovery_id, agent_id, cause, playbook, alert_id, alert_summary,
                    state, began_at, detected_at, step, outcome, dry_run)
                VALUES (?, ?, 'sick', 'silence', 'silence', ?, 'it is broken', 'approval', now(), now(), 0,
                    'restart-clean', false)
                """, Organizations.DEFAULT, id, alert));
        api.database().write(handle -> handle.execute("""
                INSERT INTO recovery_actions (organization_id, recovery_id, ordinal, agent_id, cause, action, reason)
                VALUES (?, ?, 1, 'sick', 'silence', 'restart-agent', 'first')
                """, Organizations.DEFAULT, id));
        Reply shown = api.get(Role.VIEWER, "/api/v1/recoveries/" + id);
        assertThat(shown.json().at("/actions/0/action").asString()).isEqualTo("restart-agent");
        assertThat(api.get(Role.VIEWER, "/api/v1/recoveries?state=approval")
                        .json()
                        .path("items"))
                .hasSize(1);
        assertThat(post("/api/v1/recoveries/" + id + "/approve", "{'reason': 'at night'}")
                        .status())
                .isEqualTo(200);
        api.database()
                .write(handle -> handle.execute(
                        "UPDATE recoveries SET state = 'escalated', ended_at = now() WHERE recovery_id = ?", id));
        assertThat(post("/api/v1/recoveries/" + id + "/approve", "{'reason': 'at night'}")
                        .status())
                .isEqualTo(409);
        assertThat(api.get(Role.VIEWER, "/api/v1/recovery-success")
                        .json()
                        .at("/items/0/escalated")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void an_action_is_undone_once_and_only_when_it_can_be() {
        UUID alert = fire("undone");
        UUID id = UUID.randomUUID();
        api.database().write(handle -> handle.execute("""
                INSERT INTO recoveries (organization_id, recovery_id, agent_id, cause, playbook, alert_id, alert_summary,
                    state, began_at, detected_at, ended_at, step, outcome, dry_run)
                VALUES (?, ?, 'undone', 'undone', 'undone', ?, 'it is broken', 'recovered', now(), now(), now(), 2, '', false)
                """, Organizations.DEFAULT, id, alert));
        api.database().write(handle -> handle.execute("""
                INSERT INTO recovery_actions (organization_id, recovery_id, ordinal, agent_id, cause, action, reason,
                    ended_at, reversible)
                VALUES (?, ?, 1, 'undone', 'undone', 'restart-clean', 'first', now(), true),
                    (?, ?, 2, 'undone', 'undone', 'restart-agent', 'second', now(), false)
                """, Organizations.DEFAULT, id, Organizations.DEFAULT, id));
        String undo = "/api/v1/recoveries/" + id + "/undo";
        assertThat(detail(post(undo, "{'reason': 'no', 'action': 2}"))).endsWith("did nothing that can be taken back");
        assertThat(post(undo, "{'reason': 'no', 'action': 7}").status()).isEqualTo(409);
        Reply asked = post(undo, "{'reason': 'it was the network'}");
        assertThat(asked.json().at("/actions/0/undoDueAt").isString()).isTrue();
        assertThat(asked.json().at("/actions/1/undoDueAt").isNull()).isTrue();
        assertThat(detail(post(undo, "{'reason': 'again'}"))).endsWith("has undone it before, or is about to");
    }

    private static String detail(Reply refused) {
        return refused.json().path("detail").asString();
    }

    @Test
    void playbooks_are_shown_with_what_has_helped() {
        assertThat(api.get(Role.VIEWER, "/api/v1/recovery-playbooks").status()).isEqualTo(200);
        api.database().write(handle -> handle.execute("""
                INSERT INTO recovery_policies (organization_id, mode, share, approved_up_to, learning)
                VALUES (?, 'on', 0.2, 'medium', true) ON CONFLICT DO NOTHING
                """, Organizations.DEFAULT));
        api.database().write(handle -> handle.execute("""
                INSERT INTO recovery_playbooks (organization_id, cause, rules, actions, verify_within, cool_down, budget, per)
                VALUES (?, 'trial', '{a-rule}', '{restart-agent,restart-clean}', '1 minute', '1 minute', 3, '30 minutes')
                """, Organizations.DEFAULT));
        api.database().write(handle -> handle.execute("""
                INSERT INTO recovery_actions (organization_id, recovery_id, ordinal, agent_id, cause, action, reason, healed)
                VALUES (?, ?, 1, 'x', 'trial', 'restart-agent', '', false)
                """, Organizations.DEFAULT, UUID.randomUUID()));
        Reply shown = api.get(Role.VIEWER, "/api/v1/recovery-playbooks");
        assertThat(shown.json().path("mode").asString()).isEqualTo("on");
        assertThat(shown.json().at("/items/0/actions/0/action").asString()).isEqualTo("restart-clean");
        assertThat(shown.json().at("/items/0/actions/1/tried").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /api/v1/silences                   | {'for': 'PT1H'}                                  | $.reason
            /api/v1/silences                   | {'reason': 'x'}                                  | $.for
            /api/v1/silences                   | {'reason': 'x', 'for': '-PT1H'}                  | $.for
            /api/v1/silences                   | {'reason': 'x', 'for': 'PT1H', 'severity': 'bad'} | $.severity
            /api/v1/silences                   | {'reason': 'x', 'for': 'PT1H', 'startsAt': '2020-01-01T00:00:00Z'} | $.startsAt
            """)
    void a_wrong_body_is_refused_with_its_place(String path, String body, String place) {
        Reply refused = post(path, body);
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.json().at("/errors/0/path").asString()).isEqualTo(place);
    }
}
