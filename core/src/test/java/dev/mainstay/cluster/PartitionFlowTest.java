package dev.mainstay.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.DatabaseConfig;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.FaultProxy;
import dev.mainstay.testing.TestDatabase;
import dev.mainstay.testing.TestPostgres;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Two nodes, one of which is cut off from the database that goes on answering the other.
class PartitionFlowTest {
    private static final Duration BOUND = Duration.ofMinutes(1);
    private final TestDatabase test = TestDatabase.create();
    private final TestPostgres server = TestPostgres.shared();
    private final FaultProxy proxy = FaultProxy.to(server.host(), server.port());
    private final Queue<Tick> ticks = new ConcurrentLinkedQueue<>();
    private final CountDownLatch firstOfCut = new CountDownLatch(1);
    private final CountDownLatch firstOfOther = new CountDownLatch(1);

    private record Tick(String node, long begun) {}

    /// How the connections of the cut node end.
    enum Cut {
        RESET,
        HALF_CLOSED;

        void apply(FaultProxy proxy) {
            switch (this) {
                case RESET -> proxy.reset();
                case HALF_CLOSED -> proxy.halfClose(FaultProxy.Side.SERVER);
            }
        }
    }

    @AfterEach
    void close() {
        proxy.close();
        test.close();
    }

    private Fleet node(String name, String url, CountDownLatch first) {
        DatabaseConfig config = DatabaseConfig.at(url)
                .owner(server.superuser(), server.password())
                .node(name)
                .build();
        return Fleet.builder()
                .database(config)
                .node(name)
                .agent("worker", Duration.ofMillis(10), context -> {
                    ticks.add(new Tick(name, MonotonicClock.system().nanos()));
                    first.countDown();
                })
                .start();
    }

    /// Before that a lost connection says nothing: they are all lost when the server was restarted.
    private void awaitLostConnectionsToCount() {
        Eventually.holds(
                "the database server runs for ten seconds",
                BOUND,
                () -> test.database()
                        .read(handle -> handle.createQuery(
                                        "SELECT pg_postmaster_start_time() < clock_timestamp() - interval '10 seconds'")
                                .mapTo(Boolean.class)
                                .one()));
    }

    /// The database ends the connections of the cut node, so it takes that for dead long before the
    /// lease is over, while the node does not know.
    @ParameterizedTest
    @EnumSource(Cut.class)
    void a_node_that_is_cut_off_begins_no_tick_once_another_may_own_its_agent(Cut cut) throws InterruptedException {
        awaitLostConnectionsToCount();
        String throughProxy = "jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/" + test.name();
        try (Fleet cutOff = node("node-a", throughProxy, firstOfCut)) {
            assertThat(firstOfCut.await(BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
            try (Fleet other = node("node-b", test.url(), firstOfOther)) {
                cut.apply(proxy);
                assertThat(firstOfOther.await(BOUND.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
                Eventually.holds(
                        "the node is fenced", BOUND, () -> !cutOff.node().isTrusted());
                assertThat(other.node().isTrusted()).isTrue();
                proxy.heal();
            }
        }
        long takenOver = ticks.stream()
                .filter(tick -> tick.node().equals("node-b"))
                .mapToLong(Tick::begun)
                .min()
                .orElseThrow();
        long stoppedOther = ticks.stream()
                .filter(tick -> tick.node().equals("node-b"))
                .mapToLong(Tick::begun)
                .max()
                .orElseThrow();
        assertThat(ticks)
                .filteredOn(tick -> tick.begun() > takenOver && tick.begun() <= stoppedOther)
                .allSatisfy(tick -> assertThat(tick.node()).isEqualTo("node-b"));
    }
}
