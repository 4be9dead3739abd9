package dev.mainstay.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.concurrent.Loop;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.embedded.EmbeddedPostgres;
import dev.mainstay.postgres.embedded.PassableFolder;
import dev.mainstay.postgres.embedded.Standby;
import dev.mainstay.testing.Eventually;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.mapper.RowMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A primary and a streaming replica of it, both real; the replica confirms each commit.
class ReplicaFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final RowMapper<Boolean> FIRST = (row, context) -> row.getBoolean(1);
    private static final String ON_A_STANDBY = "SELECT pg_is_in_recovery()";

    @TempDir(factory = PassableFolder.class)
    Path folder;

    private EmbeddedPostgres primary;
    private EmbeddedPostgres replica;

    @BeforeEach
    void start() throws IOException, SQLException {
        primary = Standby.server(folder.resolve("primary"), Map.of("shared_buffers", "32MB"));
        Standby.execute(primary, "CREATE DATABASE mainstay");
        replica = Standby.of(primary, folder.resolve("primary"), folder.resolve("replica"), "second");
        Standby.execute(primary, "ALTER SYSTEM SET synchronous_standby_names = 'second'");
        Standby.execute(primary, "SELECT pg_reload_conf()");
    }

    @AfterEach
    void stop() {
        for (EmbeddedPostgres server : new EmbeddedPostgres[] {replica, primary}) {
            if (server != null) {
                server.stop();
            }
        }
        EmbeddedPostgres.discard(folder.resolve("primary"));
        EmbeddedPostgres.discard(folder.resolve("replica"));
    }

    private DatabaseConfig.Builder config(String hosts) {
        return DatabaseConfig.at("postgresql://" + hosts + "/mainstay")
                .owner(primary.superuser(), primary.superuserPassword())
                .node("first");
    }

    private static String host(EmbeddedPostgres server) {
        return server.host() + ":" + server.port();
    }

    private static boolean readsFromReplica(Database database) {
        return database.api(Organizations.DEFAULT)
                .forScreens()
                .list(ON_A_STANDBY, Map.of(), FIRST)
                .equals(List.of(true));
    }

    @Test
    void screens_read_from_the_replica_until_it_is_far_behind_or_gone_and_decisions_never_do() throws Exception {
        try (Database database = Database.open(config(host(primary))
                        .replica("postgresql://" + host(replica) + "/mainstay")
                        .build());
                Fleet fleet = Fleet.builder().database(database).node("first").start()) {
            Eventually.holds("screens read from the replica", BOUND, () -> readsFromReplica(database));
            assertThat(database.api(Organizations.DEFAULT).list(ON_A_STANDBY, Map.of(), FIRST))
                    .containsExactly(false);

            // With nobody to wait for, so that the fleet goes on while the replica stands still.
            Standby.execute(primary, "ALTER SYSTEM SET synchronous_standby_names = ''");
            Standby.execute(primary, "SELECT pg_reload_conf()");
            Standby.execute(replica, "SELECT pg_wal_replay_pause()");
            Eventually.holds("screens read from the primary", BOUND, () -> !readsFromReplica(database));
            Standby.execute(replica, "SELECT pg_wal_replay_resume()");
            Eventually.holds("screens read from the replica again", BOUND, () -> readsFromReplica(database));

            Standby.kill(folder.resolve("replica"));
            long[] took = new long[200];
            for (int reading = 0; reading < took.length; reading++) {
                long before = MonotonicClock.system().nanos();
                assertThat(readsFromReplica(database)).isFalse();
                took[reading] = MonotonicClock.system().nanos() - before;
            }
            Arrays.sort(took);
            assertThat(Duration.ofNanos(took[took.length / 2])).as("the median").isLessThan(Duration.ofSeconds(4));
            assertThat(fleet.node().isTrusted()).isTrue();
        }
    }

    @Test
    void when_the_primary_is_killed_and_the_replica_promoted_the_fleet_goes_on_and_no_acknowledged_write_is_lost()
            throws Exception {
        AtomicInteger ticks = new AtomicInteger();
        try (Database database = Database.open(
                        config(host(primary) + "," + host(replica)).build());
                Fleet fleet = Fleet.builder()
                        .database(database)
                        .node("first")
                        .agent("worker", Duration.ofMillis(50), context -> ticks.incrementAndGet())
                        .start()) {
            Set<Long> acknowledged = ConcurrentHashMap.newKeySet();
            CountDownLatch some = new CountDownLatch(100);
            AtomicLong next = new AtomicLong();
            try (Loop writer = Loop.start("writer", Duration.ofMillis(1), () -> {
                long number = next.incrementAndGet();
                note(database, number);
                acknowledged.add(number);
                some.countDown();
            })) {
                assertThat(some.await(BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
                Standby.kill(folder.resolve("primary"));
                Standby.promote(replica);
                int before = acknowledged.size();
                int ticked = ticks.get();
                Eventually.holds("writing goes on", BOUND, () -> acknowledged.size() > before + 50);
                Eventually.holds("the agent ticks on", BOUND, () -> ticks.get() > ticked + 50);
                writer.wake();
            }
            assertThat(fleet.node().isTrusted()).isTrue();
            assertThat(noted(database)).containsAll(acknowledged);
        }
    }

    private static void note(Database database, long number) {
        database.write(handle -> handle.createUpdate("""
                        INSERT INTO system_state (organization_id, key, value)
                        VALUES (:organization, :key, 'true'::jsonb)
                        """)
                .bind("organization", Organizations.DEFAULT)
                .bind("key", "number/" + number)
                .execute());
    }

    private static List<Long> noted(Database database) {
        return database.read(handle -> handle.createQuery(
                        "SELECT substring(key FROM 8)::bigint FROM system_state WHERE key LIKE 'number/%'")
                .mapTo(Long.class)
                .list());
    }
}
