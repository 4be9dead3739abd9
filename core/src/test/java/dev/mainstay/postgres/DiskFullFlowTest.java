package dev.mainstay.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mainstay.ErrorCode;
import dev.mainstay.Fleet;
import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.Loop;
import dev.mainstay.postgres.embedded.EmbeddedPostgres;
import dev.mainstay.postgres.embedded.PassableFolder;
import dev.mainstay.postgres.embedded.Standby;
import dev.mainstay.task.NewTask;
import dev.mainstay.testing.Eventually;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// A fleet on a server whose disk fills up while it works.
class DiskFullFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Map<String, String> SMALL =
            Map.of("shared_buffers", "32MB", "max_wal_size", "64MB", "min_wal_size", "32MB");

    @TempDir(factory = PassableFolder.class)
    Path folder;

    private SmallDisk disk;
    private EmbeddedPostgres server;
    private Database database;
    private Fleet fleet;
    private Loop writer;
    private final AtomicInteger ticks = new AtomicInteger();
    private final Set<Long> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<UUID> enqueued = ConcurrentHashMap.newKeySet();
    private final Queue<RuntimeException> refusals = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void start() throws IOException, SQLException {
        var mounted = SmallDisk.mount(folder.resolve("disk"), "256m");
        if (mounted.isEmpty()) {
            LoggerFactory.getLogger(DiskFullFlowTest.class)
                    .error("SKIPPED: only root may mount a small disk, so a full one is not tried");
        }
        assumeTrue(mounted.isPresent(), "a small disk cannot be mounted");
        disk = mounted.get();
        server = Standby.server(disk.folder().resolve("server"), SMALL).keepRunning();
        Standby.execute(server, "CREATE DATABASE mainstay");
        database = Database.open(DatabaseConfig.at("postgresql://127.0.0.1:" + server.port() + "/mainstay")
                .owner(server.superuser(), server.superuserPassword())
                .node("first")
                .build());
        fleet = Fleet.builder()
                .database(database)
                .node("first")
                .agent("worker", Duration.ofMillis(100), context -> ticks.incrementAndGet())
                .worker("note", Long.class, (number, context) -> {})
                .start();
        Eventually.holds("the agent ticks", BOUND, () -> ticks.get() > 5);
        AtomicLong next = new AtomicLong();
        writer = Loop.start("writer", Duration.ofMillis(5), () -> write(next.incrementAndGet()));
        Eventually.holds("writing works", BOUND, () -> acknowledged.size() > 20);
    }

    @AfterEach
    void stop() {
        if (disk == null) {
            return;
        }
        disk.makeRoom();
        writer.close();
        fleet.close();
        database.close();
        server.stop();
        disk.close();
    }

    // Text that does not compress, so that the table soon needs another page.
    private void write(long number) {
        StringBuilder text = new StringBuilder();
        SplittableRandom random = new SplittableRandom(number);
        for (int i = 0; i < 400; i++) {
            text.append(Long.toHexString(random.nextLong()));
        }
        try {
            database.write(handle -> handle.createUpdate("""
                INSERT INTO system_state (organization_id, key, value)
                VALUES (:organization, :key, to_jsonb(:text))
                """)
                    .bind("organization", Organizations.DEFAULT)
                    .bind("key", "number/" + number)
                    .bind("text", text.toString())
                    .execute());
            acknowledged.add(number);
            enqueued.add(fleet.tasks().enqueue(NewTask.of("note", number)).id());
        } catch (RuntimeException e) {
            refusals.add(e);
        }
    }

    private List<Long> stored() {
        return database.read(handle -> handle.createQuery(
                        "SELECT substring(key FROM 8)::bigint FROM system_state WHERE key LIKE 'number/%'")
                .mapTo(Long.class)
                .list());
    }

    private List<UUID> completed() {
        return database.read(handle -> handle.createQuery("SELECT id FROM tasks WHERE state = 'completed'")
                .mapTo(UUID.class)
                .list());
    }

    private void allGoesOnAndNothingIsLost() {
        int before = acknowledged.size();
        Eventually.holds("writing goes on", BOUND, () -> acknowledged.size() > before + 20);
        int ticked = ticks.get();
        Eventually.holds("the agent ticks on", BOUND, () -> ticks.get() > ticked + 20);
        assertThat(fleet.node().isTrusted()).isTrue();
        writer.close();
        assertThat(stored()).containsAll(acknowledged);
        assertThat(enqueued).hasSizeGreaterThan(40);
        Eventually.holds(
                "every acknowledged task completes", BOUND, () -> completed().containsAll(enqueued));
    }

    @Test
    void what_needs_room_is_refused_with_what_to_do_and_all_goes_on_when_there_is_room() {
        disk.fill();

        Eventually.holds(
                "a write is refused for want of room",
                BOUND,
                () -> refusals.stream()
                        .anyMatch(e -> e instanceof MainstayException ours
                                && ours.code() == ErrorCode.DISK_FULL
                                && String.valueOf(ours.getMessage()).contains("no disk space left")
                                && String.valueOf(ours.getMessage()).contains("Free space on its volume")));

        disk.makeRoom();
        allGoesOnAndNothingIsLost();
    }

    @Test
    void a_server_that_ended_because_its_log_had_no_room_is_started_again_when_there_is() {
        long first = server.postmasterPid();
        disk.fill();
        Eventually.holds("the server has ended", BOUND, () -> {
            switchLog();
            return ProcessHandle.of(first).isEmpty();
        });

        disk.makeRoom();
        allGoesOnAndNothingIsLost();
    }

    // Each switch needs a new file of the log.
    private void switchLog() {
        try {
            Standby.execute(server, "SELECT pg_switch_wal()");
        } catch (SQLException e) {
            LoggerFactory.getLogger(DiskFullFlowTest.class).atInfo().log("no new file: {}", e.getMessage());
        }
    }
}
