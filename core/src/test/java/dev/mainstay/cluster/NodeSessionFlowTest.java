package dev.mainstay.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.ManualClock;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a node believes of its session when its process stood still.
class NodeSessionFlowTest {
    private static final Duration BOUND = Duration.ofMinutes(1);
    private final TestDatabase test = TestDatabase.create();
    private final List<UUID> joined = new CopyOnWriteArrayList<>();
    private final List<String> fenced = new CopyOnWriteArrayList<>();
    private final AtomicInteger beats = new AtomicInteger();
    private final AtomicLong looks = new AtomicLong();

    @AfterEach
    void drop() {
        test.close();
    }

    private final class Told implements NodeSession.Listener {
        @Override
        public void joined(UUID session) {
            joined.add(session);
        }

        @Override
        public void beat(Beat beat) {
            beats.incrementAndGet();
        }

        @Override
        public void fenced(String cause) {
            fenced.add(cause);
        }
    }

    /// Whoever asked in between was told that nothing is held any more, and has let go of it for good.
    @Test
    void trust_that_has_lapsed_does_not_come_back_with_a_late_answer() {
        ManualClock manual = ManualClock.atEpoch();
        MonotonicClock clock = () -> manual.nanos() + looks.incrementAndGet();
        // Nobody fires its timers, as in a process that was frozen and whose timer has not run again yet.
        TimerWheel wheel = TimerWheel.manual(clock);
        NodeIdentity node = new NodeIdentity("node-a", "", "", "", Set::of, Set::of);
        try (NodeSession session = NodeSession.start(
                test.database(),
                node,
                clock,
                new DatabaseClock(clock, test.database().now()),
                wheel,
                new Told())) {
            Eventually.holds("the session is renewed", BOUND, () -> beats.get() > 0);
            manual.advance(Duration.ofSeconds(9));
            assertThat(session.isTrusted()).isFalse();
            Eventually.holds("it joins anew", BOUND, () -> joined.size() == 2);
            assertThat(fenced).hasSize(1);
            assertThat(session.isTrusted()).isTrue();
        }
    }
}
