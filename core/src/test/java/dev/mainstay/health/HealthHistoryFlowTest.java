package dev.mainstay.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Scores of the past, computed again after much else has happened.
class HealthHistoryFlowTest {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final String NODE = "00000000-0000-0000-0000-00000000000a";

    private final TestDatabase test = TestDatabase.create();
    private final HealthHistory history = new HealthHistory();

    @AfterEach
    void drop() {
        test.close();
    }

    private void sql(String statement, Object... values) {
        test.database().write(handle -> handle.execute(statement, values));
    }

    @BeforeEach
    void runs_a_node_with_two_agents() {
        sql("""
                INSERT INTO node_sessions (session_id, node_id, started_at, expires_at)
                VALUES (?::uuid, 'node-a', '2026-01-01Z', 'infinity')
                """, NODE);
        agent("shop", "till");
        agent("depot", "");
    }

    private void agent(String id, String group) {
        sql("""
                INSERT INTO agents (organization_id, id, kind, category, source, state, spec, created_at, group_name)
                VALUES (?, ?, 'any', 'SUPPORT', 'code', 'active',
                    '{"heartbeat": "PT10S", "deadline": "PT30S", "schedule": {"every": "PT10S"}}', '2026-01-01Z', nullif(?, ''))
                """, Organizations.DEFAULT, id, group);
        sql("""
                INSERT INTO agent_leases (organization_id, agent_id, session_id, node_id, fence, leased_at)
                VALUES (?, ?, ?::uuid, 'node-a', 1, '2026-01-01Z')
                """, Organizations.DEFAULT, id, NODE);
    }

    private void beat(String agent, Instant at, long sequence, int failures, double ms) {
        sql("""
                INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                    items, busy_ms, max_ms, late_ms, abandoned)
                VALUES (?, ?, ?::timestamptz, 1, ?, 'heartbeating', 1, ?, 2, ?, ?, 7.5, 0)
                """, Organizations.DEFAULT, agent, at.toString(), sequence, failures, ms, ms);
    }

    private void crash(String agent, Instant at) {
        sql("""
                INSERT INTO system_events (organization_id, at, type, severity, agent_id, detail)
                VALUES (?, ?::timestamptz, 'agent.transition', 'warning', ?,
                    '{"from": "active", "to": "recovering", "crash": true}')
                """, Organizations.DEFAULT, at.toString(), agent);
    }

    private record Moment(Instant at, double shop, double system) {}

    /// An hour in which the shop beats by chance, fails, crashes and is now and then commanded, judged each ten seconds
    /// with rows that came just before.
    private List<Moment> anHour(HealthPolicy policy, int seed) {
        Random random = new Random(seed);
        HealthEvaluator evaluator = new HealthEvaluator(test.database(), policy);
        List<Moment> moments = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            Instant now = START.plusSeconds(10L * i);
            beat("depot", now.minusSeconds(5), i, 0, 10);
            if (random.nextInt(10) < 7) {
                beat("shop", now.minusSeconds(4), i, random.nextInt(4) == 0 ? 1 : 0, 20_000 * random.nextDouble());
            }
            if (random.nextInt(20) == 0) {
                crash("shop", now.minusSeconds(3));
            }
            if (random.nextInt(40) == 0) {
                sql("""
                        INSERT INTO system_events (organization_id, at, type, severity, agent_id)
                        VALUES (?, ?::timestamptz, 'agent.commanded', 'info', 'shop')
                        """, Organizations.DEFAULT, now.minusMillis(2500).toString());
            }
            minute(now, random.nextDouble());
            moments.add(moment(now, evaluator.evaluate(now)));
        }
        return moments;
    }

    /// The load of a minute, rolled up just after it ended.
    private void minute(Instant now, double load) {
        if (now.getEpochSecond() % 60 == 10) {
            sql("""
                    INSERT INTO metric_series (organization_id, agent_id, name, labels)
                    VALUES (?, 'performance_monitor', 'host.cpu', '{"node": "node-a"}') ON CONFLICT DO NOTHING
                    """, Organizations.DEFAULT);
            sql("""
                    INSERT INTO agent_metrics_1m (organization_id, series_id, bucket, count, sum, min, max, last)
                    SELECT organization_id, series_id, ?::timestamptz, 1, ?, 0, 1, 0
                    FROM metric_series WHERE name = 'host.cpu'
                    """, now.minusSeconds(70).toString(), load);
        }
    }

    private static Moment moment(Instant at, List<HealthScore> scores) {
        double shop = Double.NaN;
        double system = Double.NaN;
        for (HealthScore score : scores) {
            if (score.agent().id().equals("shop")) {
                shop = score.score();
            } else if (score.agent().id().isEmpty()) {
                system = score.score();
            }
        }
        return new Moment(at, shop, system);
    }

    private PastHealth then(String agent, Instant at) {
        return history.agent(test.database().api(Organizations.DEFAULT), agent, at);
    }

    private PastHealth system(Instant at) {
        return history.system(test.database().api(Organizations.DEFAULT), at);
    }

    @Test
    void every_score_of_the_past_is_computed_again_from_rows_to_the_same_number() {
        List<Moment> moments = anHour(HealthPolicy.DEFAULT, 11);
        assertThat(moments.stream()
                        .mapToDouble(Moment::shop)
                        .filter(Double::isFinite)
                        .distinct())
                .hasSizeGreaterThan(60);
        for (Moment moment : moments) {
            PastHealth again = then("shop", moment.at().plusSeconds(9));
            if (Double.isNaN(moment.shop())) {
                assertThat(again.at()).as("no score then").isNotEqualTo(moment.at());
                continue;
            }
            assertThat(again.at()).isEqualTo(moment.at());
            assertThat(again.score()).as("%s", moment).isEqualTo(moment.shop(), within(1e-6));
            assertThat(again.stored()).isEqualTo(moment.shop(), within(1e-9));
            assertThat(again.note()).isNull();
            assertThat(system(moment.at()).score()).isEqualTo(moment.system(), within(1e-6));
        }
    }

    @Test
    void other_weights_and_another_window_later_do_not_change_it() {
        Moment last = anHour(HealthPolicy.DEFAULT, 5).getLast();
        HealthPolicy other =
                new HealthPolicy(Duration.ofMinutes(15), new HealthWeights(1, 0, 0, 0, 0), HealthBands.DEFAULT);
        new HealthEvaluator(test.database(), other).evaluate(last.at().plusSeconds(60));
        sql("UPDATE agents SET spec = jsonb_set(spec, '{heartbeat}', '\"PT1S\"')");
        assertThat(then("shop", last.at()).score()).isEqualTo(last.shop(), within(1e-6));
        assertThat(then("shop", last.at()).note()).isNull();
    }

    @Test
    void a_row_that_came_late_is_told_of() {
        Moment last = anHour(HealthPolicy.DEFAULT, 5).getLast();
        crash("shop", last.at().minusSeconds(100));
        PastHealth again = then("shop", last.at());
        assertThat(again.stored()).isEqualTo(last.shop(), within(1e-9));
        assertThat(again.score()).isLessThan(last.shop());
        assertThat(again.note()).contains("stored after it was evaluated");
    }

    @Test
    void what_is_older_than_scores_are_kept_goes_but_for_what_still_holds() {
        Moment first = anHour(HealthPolicy.DEFAULT, 11).getFirst();
        assertThat(count("SELECT count(*) FROM health_changes WHERE agent_id = 'shop'"))
                .isGreaterThan(3);
        HealthEvaluator.forget(test.database(), Duration.ofDays(1), handle -> {});
        assertThat(count("SELECT count(*) FROM health_changes WHERE agent_id = 'shop'"))
                .isEqualTo(1);
        assertThat(then("shop", first.at().plusSeconds(300)).note()).contains("is not kept any more");
    }

    @Test
    void whoever_was_not_judged_then_has_no_score() {
        HealthEvaluator evaluator = new HealthEvaluator(test.database());
        for (int i = 0; i < 30; i++) {
            beat("shop", START.minusSeconds(300L - 10L * i), i, 0, 10);
        }
        evaluator.evaluate(START);
        sql("UPDATE agents SET desired = 'paused' WHERE id = 'shop'");
        evaluator.evaluate(START.plusSeconds(10));
        assertThat(then("shop", START.plusSeconds(5)).score()).isEqualTo(100);
        assertThat(then("shop", START.plusSeconds(15)).score()).isNull();
        assertThat(then("shop", START.plusSeconds(15)).note()).contains("not judged then");
        assertThat(then("shop", START.minusSeconds(1)).note()).contains("no score is stored");
        assertThat(then("nobody", START).note()).contains("no score is stored");
    }

    @Test
    void a_group_and_the_system_are_the_mean_of_those_judged() {
        for (int i = 0; i < 30; i++) {
            beat("shop", START.minusSeconds(300L - 10L * i), i, 1, 10);
            beat("depot", START.minusSeconds(300L - 10L * i), i, 0, 10);
        }
        new HealthEvaluator(test.database()).evaluate(START);
        var database = test.database().api(Organizations.DEFAULT);
        HealthRow group = HealthQueries.group(database, "till").orElseThrow();
        assertThat(group.score()).isEqualTo(HealthQueries.find(database, "shop").score(), within(1e-9));
        assertThat(group.band()).isEqualTo("degraded");
        assertThat(HealthQueries.groups(database)).extracting(HealthRow::group).containsExactly("till");
        assertThat(history.group(database, "till", START).score()).isEqualTo(group.score(), within(1e-6));
        HealthRow system = HealthQueries.find(database, null);
        assertThat(system.score()).isBetween(Objects.requireNonNull(group.score()) + 1, 99.0);
        assertThat(history.system(database, START).score()).isEqualTo(system.score(), within(1e-6));
    }

    @Test
    void bands_are_kept_with_the_moment_they_began_and_told_of_when_they_change() {
        sql("UPDATE agents SET desired = 'paused' WHERE id = 'depot'");
        HealthEvaluator evaluator = new HealthEvaluator(test.database());
        for (int i = 0; i < 30; i++) {
            beat("shop", START.minusSeconds(300L - 10L * i), i, 0, 10);
        }
        evaluator.evaluate(START);
        assertThat(events()).isEmpty();
        for (int i = 1; i <= 30; i++) {
            evaluator.evaluate(START.plusSeconds(10L * i));
        }
        assertThat(events())
                .as("the silent one goes down, with its group, and the system after it")
                .contains("shop degraded", "shop unhealthy", "group till unhealthy");
        PastHealth late = then("shop", START.plusSeconds(300));
        PastHealth early = then("shop", START);
        assertThat(early.band()).isEqualTo("healthy");
        assertThat(late.band()).isEqualTo("unhealthy");
        assertThat(late.bandSince()).isBetween(START.plusSeconds(60), START.plusSeconds(300));
        Instant since = Objects.requireNonNull(late.bandSince());
        assertThat(then("shop", since.minusSeconds(1)).band()).isEqualTo("degraded");
        assertThat(count("SELECT count(*) FROM health_changes WHERE agent_id = 'shop'"))
                .as("one for each band, not one an evaluation")
                .isEqualTo(3);
    }

    private List<String> events() {
        return test.database()
                .read(handle -> handle.createQuery("""
                SELECT coalesce(agent_id, 'group ' || (detail ->> 'group'), 'system') || ' ' || (detail ->> 'to')
                FROM system_events WHERE type = 'health.changed'
                """).mapTo(String.class).list());
    }

    private int count(String sql) {
        return test.database()
                .read(handle -> handle.createQuery(sql).mapTo(Integer.class).one());
    }
}
