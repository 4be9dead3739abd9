package dev.mainstay.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.mainstay.AgentRef;
import dev.mainstay.postgres.Organizations;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.DoubleFunction;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The formulas, by exact numbers and by going from good to bad.
class HealthScoreTest {
    private static final Instant FROM = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant TO = FROM.plus(Duration.ofMinutes(5));

    /// An agent of one tick and heartbeat each ten seconds that does all it should on a quiet node.
    private static final Sample WELL = new Sample(30, 30, 0, 1_000, 5.0, 0, 0, 0.3, 0.5);

    private record Sample(
            long received,
            long ticks,
            long failures,
            double busyMillis,
            @Nullable Double late,
            long abandoned,
            long crashes,
            @Nullable Double cpu,
            @Nullable Double memory) {
        Observation seen() {
            return seen(Duration.ofSeconds(10));
        }

        Observation seen(@Nullable Duration interval) {
            return new Observation(
                    new AgentRef(Organizations.DEFAULT, "shop"),
                    FROM,
                    TO,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(30),
                    interval,
                    received,
                    ticks,
                    failures,
                    ticks,
                    busyMillis,
                    late,
                    abandoned,
                    crashes,
                    "node-a",
                    cpu,
                    memory);
        }

        HealthScore score() {
            return HealthScore.of(seen(), HealthWeights.DEFAULT).orElseThrow();
        }

        double points(String part) {
            return Objects.requireNonNull(score().part(part).score(), part);
        }
    }

    @Test
    void an_agent_that_does_all_it_should_has_a_hundred_points() {
        assertThat(WELL.score().score()).isEqualTo(100, within(1e-9));
        assertThat(WELL.score().parts())
                .extracting(HealthPart::name)
                .containsExactly("uptime", "performance", "errors", "resources", "business");
    }

    @Test
    void each_part_follows_its_formula() {
        Sample ailing = new Sample(24, 25, 5, 25 * 20_000.0, 40.0, 1, 1, 0.9, 0.5);
        assertThat(ailing.points("uptime")).isEqualTo(100 * 24 / 30.0, within(1e-9));
        assertThat(ailing.points("performance")).isEqualTo(100 * 2 * (1 - 20 / 30.0), within(1e-9));
        assertThat(ailing.points("errors")).isEqualTo(100 * (1 - 5 / 25.0 - 0.2), within(1e-9));
        assertThat(ailing.points("resources")).isEqualTo(100 * (0.1 / 0.2 - 0.25), within(1e-9));
        assertThat(ailing.points("business")).isEqualTo(100 * 20 / 29.0, within(1e-9));
        double expected = 0.25 * 80 + 0.25 * 200 / 3.0 + 0.20 * 60 + 0.15 * 25 + 0.15 * 2000 / 29.0;
        assertThat(ailing.score().score()).isEqualTo(expected, within(1e-9));
        double lost =
                ailing.score().parts().stream().mapToDouble(HealthPart::lost).sum();
        assertThat(lost).as("the parts tell where the points went").isEqualTo(100 - expected, within(1e-9));
    }

    @Test
    void a_late_tick_counts_against_its_interval() {
        Sample late = new Sample(30, 30, 0, 300, 7_500.0, 0, 0, 0.1, 0.1);
        assertThat(late.points("performance")).isEqualTo(100 * 2 * (1 - 0.75), within(1e-9));
    }

    @Test
    void a_part_without_rows_is_not_judged_and_its_weight_goes_to_the_others() {
        HealthScore score = new Sample(15, 0, 0, 0, null, 0, 0, null, null).score();
        assertThat(score.part("uptime").score()).isEqualTo(50);
        assertThat(score.part("performance").score()).isNull();
        assertThat(score.part("errors").score()).isNull();
        assertThat(score.part("resources").score()).isNull();
        assertThat(score.part("resources").evidence().get("notJudged")).isEqualTo("its node is not measured yet");
        assertThat(score.part("business").score()).as("ticks were due").isZero();
        assertThat(score.score()).isEqualTo((0.25 * 50 + 0.15 * 0) / (0.25 + 0.15), within(1e-9));
    }

    @Test
    void nothing_to_judge_by_is_no_score_and_not_a_hundred() {
        assertThat(HealthScore.of(justBegun(null), HealthWeights.DEFAULT)).isEmpty();
    }

    @Test
    void the_load_of_its_node_alone_says_nothing_of_an_agent() {
        assertThat(HealthScore.of(justBegun(0.97), HealthWeights.DEFAULT)).isEmpty();
    }

    private static Observation justBegun(@Nullable Double load) {
        return new Observation(
                new AgentRef(Organizations.DEFAULT, "new"),
                TO.minusSeconds(5),
                TO,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                0,
                0,
                0,
                0,
                0,
                null,
                0,
                0,
                load == null ? null : "node-a",
                load,
                load);
    }

    @Test
    void ticks_that_are_missing_count_when_five_heartbeats_are_due() {
        assertThat(HealthScore.of(silentFor(Duration.ofSeconds(49)), HealthWeights.DEFAULT))
                .as("it may have begun late")
                .isEmpty();
        HealthScore score = HealthScore.of(silentFor(Duration.ofSeconds(50)), HealthWeights.DEFAULT)
                .orElseThrow();
        assertThat(score.part("business").score()).isZero();
    }

    private static Observation silentFor(Duration time) {
        return new Observation(
                new AgentRef(Organizations.DEFAULT, "new"),
                TO.minus(time),
                TO,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(1),
                0,
                0,
                0,
                0,
                0,
                null,
                0,
                0,
                "node-a",
                null,
                null);
    }

    @Test
    void an_agent_by_cron_is_judged_by_the_ticks_that_ran() {
        Observation seen = new Sample(30, 4, 1, 400, 30_000.0, 0, 0, 0.1, 0.1).seen(null);
        HealthScore score = HealthScore.of(seen, HealthWeights.DEFAULT).orElseThrow();
        assertThat(score.part("business").score()).isEqualTo(75);
        assertThat(score.part("performance").value())
                .as("late by half a minute")
                .isEqualTo(0.5);
    }

    private static void falls(LongFunction<Sample> worse, String part) {
        falls((double step) -> worse.apply((long) step), part, 1);
    }

    /// Goes from good to bad; the part's points must never rise, and end lower than they began.
    private static void falls(DoubleFunction<Sample> worse, String part, double step) {
        double before = worse.apply(0).points(part);
        double first = before;
        for (int i = 1; i <= 60; i++) {
            double points = worse.apply(i * step).points(part);
            assertThat(points)
                    .as("%s after %s steps", part, i)
                    .isLessThanOrEqualTo(before)
                    .isBetween(0.0, 100.0);
            before = points;
        }
        assertThat(before).isLessThan(first);
    }

    @Test
    void uptime_falls_with_each_missing_heartbeat() {
        falls(missing -> new Sample(Math.max(0, 32 - missing), 30, 0, 300, 5.0, 0, 0, 0.1, 0.1), "uptime");
    }

    @Test
    void performance_falls_with_longer_and_with_later_ticks() {
        falls(seconds -> new Sample(30, 30, 0, 30 * seconds * 1e3, 5.0, 0, 0, 0.1, 0.1), "performance");
        falls(seconds -> new Sample(30, 30, 0, 300, seconds * 1e3, 0, 0, 0.1, 0.1), "performance");
    }

    @Test
    void errors_fall_with_each_failure_and_each_crash() {
        falls(failures -> new Sample(30, 60, failures, 300, 5.0, 0, 0, 0.1, 0.1), "errors");
        falls(crashes -> new Sample(30, 30, 0, 300, 5.0, 0, crashes, 0.1, 0.1), "errors");
    }

    @Test
    void resources_fall_with_the_load_of_the_node_and_each_abandoned_tick() {
        falls((double cpu) -> new Sample(30, 30, 0, 300, 5.0, 0, 0, cpu, 0.1), "resources", 1 / 60.0);
        falls((double memory) -> new Sample(30, 30, 0, 300, 5.0, 0, 0, 0.1, memory), "resources", 1 / 60.0);
        falls(abandoned -> new Sample(30, 30, 0, 300, 5.0, abandoned, 0, 0.1, 0.1), "resources");
    }

    @Test
    void business_falls_with_each_tick_that_did_not_end_well_or_did_not_run() {
        falls(failures -> new Sample(30, 30, Math.min(30, failures), 300, 5.0, 0, 0, 0.1, 0.1), "business");
        falls(missing -> new Sample(30, Math.max(0, 30 - missing), 0, 300, 5.0, 0, 0, 0.1, 0.1), "business");
    }

    @Test
    void a_score_is_within_its_bounds_whatever_the_rows_say() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            long ticks = random.nextLong(100);
            Sample any = new Sample(
                    random.nextLong(100),
                    ticks,
                    random.nextLong(ticks + 3),
                    random.nextDouble(1e7),
                    random.nextBoolean() ? null : Double.valueOf(random.nextDouble(1e5)),
                    random.nextLong(10),
                    random.nextLong(10),
                    random.nextBoolean() ? null : Double.valueOf(random.nextDouble(1.1)),
                    random.nextBoolean() ? null : Double.valueOf(random.nextDouble(1.1)));
            assertThat(any.score().score()).isBetween(0.0, 100.0);
        }
    }

    @Test
    void the_systems_score_is_the_mean_of_its_agents() {
        HealthScore bad = new Sample(0, 0, 0, 0, null, 0, 0, null, null).score();
        HealthScore system = SystemHealth.of(Organizations.DEFAULT, List.of(WELL.score(), bad));
        assertThat(system.score()).isEqualTo(50, within(1e-9));
        assertThat(system.part("uptime").score()).isEqualTo(50);
        assertThat(system.part("errors").score()).as("judged of one agent only").isEqualTo(100);
        assertThat(system.part("errors").evidence().get("judged")).isEqualTo(1);
        double lost = system.parts().stream().mapToDouble(HealthPart::lost).sum();
        assertThat(lost).isEqualTo(50, within(1e-9));
    }

    @Test
    void weights_add_up_to_one() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HealthWeights(0.5, 0.5, 0.5, 0, 0))
                .withMessageContaining("1.5");
    }
}
