package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.alert.AlertRule;
import dev.mainstay.alert.Condition;
import dev.mainstay.alert.DeclaredRules;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import dev.mainstay.telemetry.Severity;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Rules and notifiers over HTTP; each answer is held against the document by [ApiServer].
class AlertRulesFlowTest {
    private static final String RULES = "/api/v1/alert-rules/";
    private static ApiServer api;

    @BeforeAll
    static void start() {
        api = new ApiServer();
        api.database().write(handle -> handle.execute("""
                INSERT INTO metric_series (organization_id, agent_id, name, labels, unit)
                VALUES (?, 'orders', 'orders.age', '{}', 's')
                """, Organizations.DEFAULT));
        new DeclaredRules(api.database(), Organizations.DEFAULT)
                .declare(List.of(AlertRule.of("of-the-file", Severity.INFO, new Condition.Unhealthy(10))));
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static Reply send(String method, String path, String body) {
        String key = api.key(Organizations.DEFAULT, Role.OPERATOR).reveal();
        return api.send(method, path, key, method.equals("DELETE") ? null : body.replace('\'', '"'));
    }

    private static Reply put(String name, String body) {
        return send("PUT", RULES + name, body);
    }

    @Test
    void a_rule_is_made_changed_switched_off_and_deleted() {
        Reply made = put("late", "{'severity': 'critical', 'metric': 'orders.age', 'of': 'max', 'above': 600}");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.header("ETag")).isEqualTo("\"1\"");
        assertThat(made.json().at("/definition/above").asDouble()).isEqualTo(600);
        assertThat(made.json().path("problem").isNull()).isTrue();

        assertThat(put("late", "{'metric': 'orders.age', 'absent': true, 'over': '10m'}")
                        .status())
                .isEqualTo(200);
        Reply off = send("POST", RULES + "late/disable", "{'reason': 'night'}");
        assertThat(off.json().path("enabled").asBoolean()).isFalse();
        assertThat(put("late", "{'metric': 'orders.age', 'below': 5}")
                        .json()
                        .path("enabled")
                        .asBoolean())
                .as("a change does not switch it on")
                .isFalse();
        assertThat(send("POST", RULES + "late/enable", "{'reason': 'day'}")
                        .json()
                        .path("enabled")
                        .asBoolean())
                .isTrue();
        assertThat(send("DELETE", RULES + "late?reason=over", "").status()).isEqualTo(204);
        assertThat(api.get(Role.VIEWER, RULES + "late").status()).isEqualTo(404);
        List<String> told = api.database()
                .read(handle -> handle.createQuery("""
                        SELECT detail ->> 'change' FROM system_events
                        WHERE type = 'alert.ruled' AND detail ->> 'rule' = 'late' ORDER BY id
                        """).mapTo(String.class).list());
        assertThat(told).containsExactly("put", "put", "disable", "put", "enable", "delete");
    }

    @Test
    void a_version_that_has_passed_is_refused() {
        put("versioned", "{'health': 20}");
        Reply stale = api.send(
                "PUT",
                RULES + "versioned",
                api.key(Organizations.DEFAULT, Role.OPERATOR).reveal(),
                "{\"health\": 30}",
                request -> request.header("If-Match", "\"7\""));
        assertThat(stale.status()).isEqualTo(412);
    }

    @Test
    void a_builtin_rule_is_replaced_and_comes_back() {
        assertThat(put("health-low", "{'health': 80}").json().path("source").asString())
                .isEqualTo("api");
        new DeclaredRules(api.database(), Organizations.DEFAULT)
                .declare(List.of(AlertRule.of("of-the-file", Severity.INFO, new Condition.Unhealthy(10))));
        assertThat(api.get(Role.VIEWER, RULES + "health-low")
                        .json()
                        .at("/definition/health")
                        .asDouble())
                .as("a start leaves it")
                .isEqualTo(80);
        send("DELETE", RULES + "health-low?reason=x", "");
        Reply back = api.get(Role.VIEWER, RULES + "health-low");
        assertThat(back.json().path("source").asString()).isEqualTo("builtin");
        assertThat(back.json().at("/definition/health").asDouble()).isEqualTo(50);
        assertThat(send("DELETE", RULES + "health-low?reason=x", "").code()).isEqualTo("RULE_DECLARED");
    }

    @Test
    void what_the_file_says_is_changed_there() {
        assertThat(put("of-the-file", "{'health': 80}").code()).isEqualTo("RULE_DECLARED");
        assertThat(send("DELETE", RULES + "of-the-file?reason=x", "").code()).isEqualTo("RULE_DECLARED");
        assertThat(send("POST", RULES + "of-the-file/disable", "{'reason': 'x'}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_metric_that_was_never_stored_is_asked_about() {
        Reply refused = put("typo", "{'metric': 'orders.aeg', 'above': 600}");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.json().at("/errors/0/path").asString()).isEqualTo("$.metric");
        assertThat(refused.json().at("/errors/0/message").asString())
                .isEqualTo("no point of \"orders.aeg\" was ever stored; did you mean \"orders.age\"?;"
                        + " give unknownMetric=allow where it is still to come");
        Reply allowed = put("typo?unknownMetric=allow", "{'metric': 'orders.aeg', 'above': 600}");
        assertThat(allowed.status()).isEqualTo(201);
        assertThat(allowed.json().path("problem").asString()).startsWith("no point of");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'metric': 'orders.age', 'above': 5, 'below': 10}  | $           | below must be less than above (5.0)
            {'metric': 'orders.age'}                           | $           | above or below must be given
            {'metric': 'orders.age', 'above': 1, 'absent': true} | $         | absent must stand alone
            {'health': 10, 'event': 'node.lost'}               | $           | exactly one of
            {}                                                 | $           | exactly one of
            {'helth': 10}                                      | $.helth     | did you mean "health"
            {'health': 10, 'severity': 'grave'}                | $.severity  | info
            {'health': 10, 'hold': '5'}                        | $.hold      | it needs a unit
            {'metric': 'orders.age', 'above': 1, 'over': '2d'} | $           | over must be positive and at most 1d
            {'metric': 'orders.age', 'absent': true, 'of': 'max'} | $        | absent must stand alone
            {'metric': ' ', 'above': 1}                        | $           | metric must not be empty
            {'anomaly': ' '}                                   | $           | anomaly must not be empty
            {'anomaly': 'orders.aeg'}                          | $.anomaly   | did you mean "orders.age"
            {'forecast': 'orders.aeg', 'limit': 5}             | $.forecast  | did you mean "orders.age"
            {'cost': 'orders.aeg', 'above': 5}                 | $.cost      | did you mean "orders.age"
            {'health': 0}                                      | $           | health must be above 0
            {'health': 10, 'hold': '8d'}                       | $           | hold must be from 0s to 7d
            {'health': 60, 'below': 50}                        | $           | below belongs to metric, and says nothing with health
            {'suspected': 'silent', 'above': 5}                | $           | above belongs to metric or cost
            {'event': 'node.lost', 'over': '1h'}               | $           | over belongs to metric or cost
            {'metric': 'orders.age', 'above': 1, 'limit': 2}   | $           | limit belongs to forecast
            {'health': 10, 'notifiers': ['opps']}              | $.notifiers | did you mean "ops"
            {'health': 10, 'inhibits': ['health-lo']}          | $.inhibits  | did you mean "health-low"
            [1]                                                | $           | must be an object
            """)
    void a_rule_that_cannot_be_is_refused_with_its_place(String body, String path, String message) {
        Reply refused = put("wrong", body);
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.json().at("/errors/0/path").asString()).isEqualTo(path);
        assertThat(refused.json().at("/errors/0/message").asString()).contains(message);
    }

    @Test
    void a_rule_keeps_what_it_named_though_that_is_gone() {
        put("inhibited", "{'health': 10}");
        put("inhibiting", "{'health': 20, 'inhibits': ['inhibited']}");
        send("DELETE", RULES + "inhibited?reason=x", "");
        assertThat(put("inhibiting", "{'health': 30, 'inhibits': ['inhibited']}")
                        .status())
                .isEqualTo(200);
        assertThat(put("another", "{'health': 30, 'inhibits': ['inhibited']}").status())
                .isEqualTo(422);
    }

    @Test
    void a_notifier_is_tried_and_both_ends_are_kept() {
        assertThat(api.get(Role.VIEWER, "/api/v1/notifiers").json().path("items"))
                .hasSize(2);
        Reply taken = send("POST", "/api/v1/notifiers/ops/test", "{}");
        assertThat(taken.json().path("taken").asBoolean()).isTrue();
        Reply refused = send("POST", "/api/v1/notifiers/broken/test", "{}");
        assertThat(refused.json().path("taken").asBoolean()).isFalse();
        assertThat(refused.json().path("answer").asString()).isEqualTo("answered 500: full");
        assertThat(send("POST", "/api/v1/notifiers/opps/test", "{}")
                        .json()
                        .path("detail")
                        .asString())
                .contains("there is no notifier opps on this node; did you mean \"ops\"?");

        Reply kept = api.get(Role.VIEWER, "/api/v1/notifications?state=given-up");
        assertThat(kept.json().path("items")).hasSize(1);
        assertThat(kept.json().at("/items/0/error").asString()).isEqualTo("answered 500: full");
        Reply page = api.get(Role.VIEWER, "/api/v1/notifications?limit=1");
        assertThat(page.json().at("/items/0/notifier").asString()).isEqualTo("broken");
        Reply rest = api.get(
                Role.VIEWER,
                "/api/v1/notifications?limit=1&cursor="
                        + page.json().path("next").asString());
        assertThat(rest.json().at("/items/0/state").asString()).isEqualTo("sent");
        assertThat(api.get(Role.VIEWER, "/api/v1/notifications?alert=x").status())
                .isEqualTo(400);
    }

    @Test
    void another_organization_sees_nothing_of_it() {
        put("mine", "{'health': 20}");
        String foreign = api.key(ApiServer.OTHER, Role.ADMIN).reveal();
        assertThat(api.send("GET", RULES + "mine", foreign, null).status()).isEqualTo(404);
        assertThat(api.send("GET", "/api/v1/notifications", foreign, null)
                        .json()
                        .path("items"))
                .isEqualTo(
                        api.get(Role.VIEWER, "/api/v1/alerts?rule=none").json().path("items"));
    }
}
