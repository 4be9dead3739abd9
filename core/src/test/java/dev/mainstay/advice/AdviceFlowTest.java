package dev.mainstay.advice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// From stored heartbeats and hours to advice, and to whether it helped.
class AdviceFlowTest {
    private TestDatabase test;
    private Instant now;

    @BeforeEach
    void create() {
        test = TestDatabase.create();
        now = test.database().now().truncatedTo(ChronoUnit.HOURS);
    }

    @AfterEach
    void drop() {
        test.close();
    }

    private void run(String sql) {
        test.database().write(handle -> handle.execute(sql));
    }

    private void agent(String id, String every, String deadline) {
        run("""
                INSERT INTO agents (organization_id, id, kind, category, source, spec)
                VALUES ('%s', '%s', 'test', 'SUPPORT', 'code',
                    '{"deadline": "%s", "schedule": {"every": "%s"}, "heartbeat": "PT10S"}')
                """.formatted(Organizations.DEFAULT, id, deadline, every));
    }

    private void beats(String id, Instant from, Instant to, int busyMillis, int lateMillis) {
        run("""
                INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                    items, busy_ms, max_ms, late_ms, abandoned)
                SELECT '%s', '%s', at, 1, 1, 'working', 1, 0, 1, %d, %d, %d, 0
                FROM generate_series('%s'::timestamptz, '%s', interval '10 seconds') AS at
                """.formatted(Organizations.DEFAULT, id, busyMillis, busyMillis, lateMillis, from, to));
    }

    private void hours(String id, String metric, Instant from, Instant to, String value) {
        run("""
                INSERT INTO metric_series (organization_id, agent_id, name) VALUES ('%s', '%s', '%s')
                ON CONFLICT DO NOTHING
                """.formatted(Organizations.DEFAULT, id, metric));
        run("""
                INSERT INTO agent_metrics_1h (organization_id, series_id, bucket, count, sum, min, max, last)
                SELECT organization_id, series_id, bucket, 2, 2 * value, value, value, value
                FROM metric_series
                CROSS JOIN LATERAL (
                    SELECT bucket, %s AS value
                    FROM generate_series('%s'::timestamptz, '%s'::timestamptz - interval '1 hour', interval '1 hour')
                        AS bucket) AS hours
                WHERE agent_id = '%s' AND name = '%s'
                """.formatted(value, from, to, id, metric));
    }

    private void look(Instant at) {
        new AdviceRound(test.database()).round(at);
    }

    private List<Advice> advice() {
        return new AdviceDesk(test.database().api(Organizations.DEFAULT))
                .list(Optional.empty(), Optional.empty(), Optional.empty(), 10);
    }

    private void setEvery(String agent, String every) {
        run("UPDATE agents SET spec = jsonb_set(spec, '{schedule,every}', '\"%s\"') WHERE id = '%s'"
                .formatted(every, agent));
    }

    @Test
    void an_interval_too_short_is_told_taken_and_confirmed() {
        agent("busy", "PT5S", "PT30S");
        agent("calm", "PT10S", "PT30S");
        beats("busy", now.minus(Duration.ofHours(1)), now, 6_200, 3_100);
        beats("calm", now.minus(Duration.ofHours(1)), now, 200, 5);

        look(now);
        look(now.plusSeconds(60));

        assertThat(advice()).singleElement().satisfies(each -> {
            assertThat(each.agent()).isEqualTo("busy");
            assertThat(each.kind()).isEqualTo("interval-too-short");
            assertThat(each.words())
                    .isEqualTo("ticks take 6.2 s on average and are due every 5.0 s, so they start 3.1 s late;"
                            + " set every: 13s");
            assertThat(each.state()).isEqualTo(Advice.State.OPEN);
            assertThat(each.evidence()).contains("agent_heartbeats", "meanTickSeconds");
        });

        setEvery("busy", "PT13S");
        Instant taken = now.plus(Duration.ofMinutes(2));
        look(taken);
        assertThat(advice()).singleElement().extracting(Advice::state).isEqualTo(Advice.State.TAKEN);
        Instant later = taken.plus(Duration.ofMinutes(61));
        beats("busy", taken.plusSeconds(1), later, 6_200, 20);
        look(later);

        assertThat(advice()).singleElement().satisfies(each -> {
            assertThat(each.state()).isEqualTo(Advice.State.CONFIRMED);
            assertThat(each.measured()).isEqualTo(20.0);
        });
        assertThat(events()).isEqualTo("advice.given advice.taken advice.confirmed");
    }

    private String events() {
        return test.database()
                .read(handle -> handle.createQuery("SELECT string_agg(type, ' ' ORDER BY id) FROM system_events")
                        .mapTo(String.class)
                        .one());
    }

    @Test
    void advice_that_did_not_help_is_refuted_and_not_given_again() {
        agent("busy", "PT5S", "PT30S");
        beats("busy", now.minus(Duration.ofHours(1)), now, 6_200, 3_100);
        look(now);
        setEvery("busy", "PT6S");
        look(now.plusSeconds(1));
        Instant later = now.plus(Duration.ofMinutes(62));
        beats("busy", now.plusSeconds(2), later, 6_200, 3_000);

        look(later);
        look(later.plusSeconds(1));

        assertThat(advice()).singleElement().satisfies(each -> {
            assertThat(each.state()).isEqualTo(Advice.State.REFUTED);
            assertThat(each.measured()).isEqualTo(3_000.0);
        });
    }

    @Test
    void a_deadline_far_above_the_longest_tick_is_told() {
        agent("quick", "PT1M", "PT10M");
        agent("slow", "PT1M", "PT10M");
        for (String id : List.of("quick", "slow")) {
            hours(id, "agent.latency.max", now.minus(Duration.ofDays(3)), now, id.equals("quick") ? "2000" : "90000");
            hours(id, "agent.errors", now.minus(Duration.ofDays(3)), now, "0.02");
        }

        look(now);

        assertThat(advice()).singleElement().satisfies(each -> {
            assertThat(each.agent()).isEqualTo("quick");
            assertThat(each.words())
                    .isEqualTo("the longest tick of a week took 2.0 s, the deadline is 600 s; set deadline: 30s");
            assertThat(each.measure()).isCloseTo(0.02, within(1e-9));
        });

        run("UPDATE agents SET spec = jsonb_set(spec, '{deadline}', '\"PT30S\"') WHERE id = 'quick'");
        look(now);
        hours("quick", "agent.errors", now.plus(Duration.ofHours(1)), now.plus(Duration.ofHours(25)), "0.2");
        look(now.plus(Duration.ofHours(25)));

        assertThat(advice()).singleElement().extracting(Advice::state).isEqualTo(Advice.State.REFUTED);
    }

    @Test
    void hours_in_which_nothing_is_ever_to_do_are_told() {
        agent("nightly", "PT1M", "PT30S");
        Instant from = now.minus(Duration.ofDays(7));
        hours("nightly", "agent.ticks", from, now, "1.0 / 60");
        hours(
                "nightly",
                "agent.throughput",
                from,
                now,
                "CASE WHEN extract(hour FROM bucket AT TIME ZONE 'UTC') BETWEEN 6 AND 21 THEN 1 ELSE 0 END");

        look(now);

        assertThat(advice()).singleElement().satisfies(each -> {
            assertThat(each.words()).startsWith("from 22:00 to 06:00 UTC no tick of a week had anything to do");
            assertThat(each.expected()).isEqualTo("480 ticks a day are saved");
        });

        AdviceDesk desk = new AdviceDesk(test.database().api(Organizations.DEFAULT));
        assertThat(desk.ignore(advice().getFirst().id(), "it is cheap", "somebody"))
                .isTrue();
        assertThat(desk.ignore(advice().getFirst().id(), "it is cheap", "somebody"))
                .isFalse();
        look(now.plusSeconds(1));
        assertThat(advice()).singleElement().extracting(Advice::state).isEqualTo(Advice.State.IGNORED);
    }

    @Test
    void advice_whose_ground_is_gone_is_obsolete() {
        agent("busy", "PT5S", "PT30S");
        beats("busy", now.minus(Duration.ofHours(1)), now, 6_200, 3_100);
        look(now);

        look(now.plus(Duration.ofHours(25)));

        assertThat(advice()).singleElement().extracting(Advice::state).isEqualTo(Advice.State.OBSOLETE);
    }
}
