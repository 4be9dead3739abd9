package dev.mainstay.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.AgentRef;
import dev.mainstay.postgres.Organizations;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// An agent with a heartbeat each ten seconds, looked at each second.
class FailureDetectorTest {
    private static final AgentRef AGENT = new AgentRef(Organizations.DEFAULT, "subject");
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private FailureDetector detector = new FailureDetector(SECOND);
    private List<Suspicion> stored = List.of();
    private Instant now = START;
    private @Nullable Instant beat;
    private long fence = 1;
    private Instant leased = START;
    private long progress;

    private List<Suspicion> look() {
        stored = look(detector);
        return stored;
    }

    private List<Suspicion> look(FailureDetector looking) {
        return looking.look(
                now,
                List.of(new Beating(AGENT, fence, leased, beat, progress, INTERVAL, Duration.ofMinutes(2), "node")),
                stored);
    }

    private List<Suspicion> lookAfter(Duration step) {
        now = now.plus(step);
        return look();
    }

    private void beats(int times) {
        for (int i = 0; i < times; i++) {
            for (int second = 1; second < 10; second++) {
                assertThat(lookAfter(SECOND)).isEmpty();
            }
            now = now.plus(SECOND);
            beat = now;
            progress++;
            assertThat(look()).isEmpty();
        }
    }

    /// How long the agent was silent when it was first suspected; none within `most`.
    private Optional<Duration> suspectedWithin(Duration most) {
        Instant silentFrom = beat == null ? leased : beat;
        while (Duration.between(silentFrom, now).compareTo(most) < 0) {
            if (!lookAfter(SECOND).isEmpty()) {
                return Optional.of(Duration.between(silentFrom, now));
            }
        }
        return Optional.empty();
    }

    @Test
    void a_punctual_agent_is_suspected_after_two_and_a_half_intervals() {
        beats(30);
        assertThat(suspectedWithin(INTERVAL.multipliedBy(6))).contains(Duration.ofSeconds(25));
    }

    @Test
    void one_that_is_often_late_is_given_longer_but_never_beyond_five_intervals() {
        var random = new Random(7);
        for (int i = 0; i < 60; i++) {
            for (int waits = random.nextInt(20); waits > 0; waits--) {
                lookAfter(SECOND);
            }
            now = now.plus(SECOND);
            beat = now;
            progress++;
            look();
        }
        assertThat(suspectedWithin(INTERVAL.multipliedBy(6)).orElseThrow())
                .isBetween(Duration.ofSeconds(30), Duration.ofSeconds(49));
    }

    @Test
    void one_of_which_nothing_is_usual_is_suspected_before_five_intervals() {
        for (int wait : List.of(1, 90, 1, 90, 1, 90, 1, 90, 1, 90, 1, 90)) {
            for (int second = 0; second < wait; second++) {
                lookAfter(SECOND);
            }
            beat = now;
            look();
        }
        assertThat(suspectedWithin(INTERVAL.multipliedBy(5).minus(SECOND))).isPresent();
    }

    @Test
    void a_suspicion_ends_with_the_next_heartbeat() {
        beats(3);
        assertThat(suspectedWithin(INTERVAL.multipliedBy(6))).isPresent();
        beat = now;
        assertThat(look()).isEmpty();
    }

    @Test
    void while_nobody_looked_nobody_was_silent() {
        beats(20);
        assertThat(lookAfter(Duration.ofMinutes(5))).isEmpty();
        assertThat(suspectedWithin(Duration.ofMinutes(5).plusSeconds(34))).isEmpty();
        assertThat(suspectedWithin(Duration.ofMinutes(6))).isPresent();
    }

    @Test
    void a_heartbeat_that_nobody_saw_before_the_database_went_away_leaves_the_time_after_it_excused() {
        beats(20);
        beat = now.plusMillis(800);
        progress++;
        assertThat(lookAfter(Duration.ofMinutes(5))).isEmpty();
        assertThat(suspectedWithin(Duration.ofMinutes(5).plusSeconds(33))).isEmpty();
        assertThat(suspectedWithin(Duration.ofMinutes(6))).isPresent();
    }

    @Test
    void a_heartbeat_just_before_a_short_absence_of_the_database_is_no_sign_that_the_agent_is_back() {
        beats(20);
        beat = now.plusMillis(50);
        progress++;
        assertThat(lookAfter(Duration.ofMillis(2_040))).isEmpty();
        // Silent from the heartbeat on; what does not count ends as long after the look as nobody looked before it.
        assertThat(suspectedWithin(Duration.ofSeconds(28))).isEmpty();
        assertThat(suspectedWithin(Duration.ofSeconds(30))).isPresent();
    }

    @Test
    void a_heartbeat_sent_in_the_absence_and_written_after_it_leaves_the_rest_excused() {
        beats(20);
        Instant sent = now.plusSeconds(10);
        assertThat(lookAfter(Duration.ofSeconds(50))).isEmpty();
        beat = sent;
        progress++;
        assertThat(lookAfter(SECOND)).isEmpty();
        assertThat(suspectedWithin(Duration.ofSeconds(70))).isEmpty();
        assertThat(suspectedWithin(Duration.ofSeconds(80))).isPresent();
    }

    @Test
    void what_happened_before_the_database_died_slowly_is_excused_too() {
        beats(20);
        beat = now.plusSeconds(2);
        progress++;
        assertThat(lookAfter(Duration.ofMinutes(5))).isEmpty();
        assertThat(suspectedWithin(Duration.ofMinutes(5).plusSeconds(30))).isEmpty();
        assertThat(suspectedWithin(Duration.ofMinutes(6))).isPresent();
    }

    @Test
    void a_look_at_nobody_right_after_an_outage_takes_nothing_from_the_next_one() {
        beats(20);
        now = now.plusSeconds(60);
        assertThat(detector.look(now, List.of(), stored)).isEmpty();
        assertThat(detector.late()).isZero();
        assertThat(lookAfter(SECOND)).isEmpty();
        assertThat(detector.late()).isEqualTo(Duration.ofSeconds(61));
    }

    @Test
    void one_that_was_left_out_for_a_while_is_not_silent_for_that_time() {
        beats(20);
        now = now.plusSeconds(1);
        detector.look(
                now,
                List.of(new Beating(
                        new AgentRef(Organizations.DEFAULT, "other"), 1, START, now, 1, INTERVAL, null, "node")),
                stored);
        for (int second = 0; second < 40; second++) {
            now = now.plus(SECOND);
            detector.look(
                    now,
                    List.of(new Beating(
                            new AgentRef(Organizations.DEFAULT, "other"), 1, START, now, 1, INTERVAL, null, "node")),
                    stored);
        }
        assertThat(lookAfter(SECOND)).isEmpty();
        assertThat(suspectedWithin(Duration.ofSeconds(42 + 30))).isEmpty();
        assertThat(suspectedWithin(Duration.ofSeconds(42 + 62))).isPresent();
    }

    @Test
    void whose_looks_are_late_each_time_finds_the_silent_all_the_same() {
        beats(20);
        boolean isTold = false;
        for (int look = 0; look < 60; look++) {
            lookAfter(Duration.ofMillis(1_600));
            isTold |= !detector.late().isZero();
        }
        assertThat(stored).hasSize(1);
        assertThat(isTold).as("that it is late each time is told").isTrue();
    }

    @Test
    void who_is_back_when_somebody_looks_again_is_watched_as_ever() {
        beats(20);
        now = now.plusSeconds(300);
        beat = now.minusSeconds(2);
        progress++;
        assertThat(look()).isEmpty();
        assertThat(suspectedWithin(INTERVAL.multipliedBy(6))).contains(Duration.ofSeconds(25));
    }

    @Test
    void who_takes_over_the_looking_does_not_know_since_when_nobody_looked() {
        beats(20);
        now = now.plusSeconds(60);
        detector = new FailureDetector(SECOND);
        assertThat(look()).isEmpty();
        assertThat(suspectedWithin(Duration.ofSeconds(60 + 34))).isEmpty();
        assertThat(suspectedWithin(Duration.ofSeconds(60 + 61))).isPresent();
    }

    @Test
    void who_was_suspected_stays_so_when_another_one_looks() {
        beats(20);
        assertThat(suspectedWithin(INTERVAL.multipliedBy(6))).isPresent();
        detector = new FailureDetector(SECOND);
        now = now.plusSeconds(5);
        assertThat(look()).hasSize(1);
    }

    @Test
    void who_was_stalled_stays_so_when_another_one_looks() {
        beats(20);
        while (stored.isEmpty() && Duration.between(START, now).compareTo(Duration.ofHours(1)) < 0) {
            now = now.plus(SECOND);
            beat = now;
            look();
        }
        assertThat(stored).singleElement().extracting(Suspicion::kind).isEqualTo(Suspicion.Kind.STALLED);
        detector = new FailureDetector(SECOND);
        for (int second = 0; second < 5; second++) {
            now = now.plus(SECOND);
            beat = now;
            assertThat(look()).singleElement().extracting(Suspicion::kind).isEqualTo(Suspicion.Kind.STALLED);
        }
        progress++;
        now = now.plus(SECOND);
        beat = now;
        assertThat(look()).isEmpty();
    }

    @Test
    void two_late_looks_excuse_each_moment_once() {
        beats(20);
        assertThat(lookAfter(Duration.ofSeconds(8))).isEmpty();
        assertThat(lookAfter(Duration.ofSeconds(8))).isEmpty();
        // Both gaps and the grace after the second are 24 s; silence counts after that.
        assertThat(suspectedWithin(Duration.ofSeconds(24 + 49))).contains(Duration.ofSeconds(24 + 25));
    }

    @Test
    void who_takes_an_agent_over_has_half_a_minute_to_start_it() {
        beats(20);
        fence++;
        leased = now;
        beat = null;
        assertThat(suspectedWithin(Duration.ofSeconds(54))).isEmpty();
        assertThat(suspectedWithin(Duration.ofSeconds(90))).isPresent();
    }

    @Test
    void one_that_beats_without_getting_on_is_stalled() {
        beats(20);
        for (int second = 1; second < 120; second++) {
            now = now.plus(SECOND);
            beat = now;
            assertThat(look()).isEmpty();
        }
        now = now.plus(SECOND);
        beat = now;
        assertThat(look()).singleElement().extracting(Suspicion::kind).isEqualTo(Suspicion.Kind.STALLED);
        progress++;
        assertThat(look()).isEmpty();
    }

    @Test
    void one_that_was_taken_over_has_time_for_its_first_tick() {
        beats(20);
        for (int second = 0; second < 300; second++) {
            lookAfter(SECOND);
        }
        fence++;
        leased = now;
        int second = 0;
        while (second < 300) {
            now = now.plus(SECOND);
            beat = now;
            second++;
            if (!look().isEmpty()) {
                break;
            }
        }
        assertThat(second).as("two minutes, and the half to start").isBetween(149, 152);
    }

    @Test
    void phi_is_the_probability_of_such_a_silence() {
        var statistics = new SilenceStatistics();
        for (int i = 0; i < 100; i++) {
            statistics.add(i % 2 == 0 ? 9 : 11);
        }
        // One deviation beyond the mean: 0.1587; the approximation is closest near it and exaggerates far out.
        assertThat(Math.pow(10, -statistics.phi(11, 10, 0))).isBetween(0.158, 0.160);
        assertThat(statistics.phi(15, 10, 0)).isBetween(7.2, 7.4);
        assertThat(statistics.phi(10, 10, 0)).isBetween(0.30, 0.31);
        assertThat(statistics.phi(1e9, 10, 0)).isEqualTo(300);
    }
}
