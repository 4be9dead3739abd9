package dev.mainstay.server.doctor;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Organizations;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.Update;

/// Writes what an agent's life writes, as the engine's role, reads it back and rolls it back. Used once.
final class Trial {
    private static final String AGENT = "mainstay-doctor";
    private static final String KEY = "mainstay-doctor";
    private static final int COMMITS = 20;
    private static final double SLOW_COMMIT_MILLIS = 20;
    private static final String RIGHTS =
            "see that the engine's role has its rights: run `mainstay db migrate` as the owner";

    private final Database database;
    private final MonotonicClock clock = MonotonicClock.system();

    Trial(Database database) {
        this.database = database;
    }

    List<Finding> run() {
        var findings = new ArrayList<Finding>();
        database.read(handle -> {
            handle.begin();
            try {
                findings.add(check(handle, "write and read", this::writeAndRead));
                findings.add(check(handle, "registration", this::register));
                findings.add(check(handle, "heartbeat", this::beat));
                findings.add(check(handle, "metrics", this::measure));
                findings.add(check(handle, "events", this::tell));
                findings.add(check(handle, "state", this::compareAndSet));
            } finally {
                handle.rollback();
            }
            return findings.size();
        });
        findings.add(performance());
        return findings;
    }

    private static Finding check(Handle handle, String name, Function<Handle, String> step) {
        handle.savepoint("step");
        try {
            return Finding.ok(name, step.apply(handle));
        } catch (JdbiException | IllegalStateException e) {
            handle.rollbackToSavepoint("step");
            return Finding.failed(
                    name, String.valueOf(e.getMessage()).lines().findFirst().orElse(""), RIGHTS);
        }
    }

    private String writeAndRead(Handle handle) {
        require(1, handle.createUpdate("""
                INSERT INTO system_state (organization_id, key, value)
                VALUES (:organization, :key, '{"written": true}')
                """), "rows written");
        require(
                1,
                handle.createQuery("""
                SELECT count(*)
                FROM system_state
                WHERE organization_id = :organization AND key = :key AND value = '{"written": true}'
                """)
                        .bind("organization", Organizations.DEFAULT)
                        .bind("key", KEY)
                        .mapTo(Integer.class)
                        .one(),
                "rows read back");
        return "what is written is read back";
    }

    private String register(Handle handle) {
        require(1, handle.createUpdate("""
                INSERT INTO agents (organization_id, id, kind, category, source)
                VALUES (:organization, :agent, 'doctor', 'SUPPORT', 'code')
                """), "agents registered");
        require(1, handle.createUpdate("""
                INSERT INTO agent_leases (organization_id, agent_id, fence)
                VALUES (:organization, :agent, 1)
                """), "leases made");
        return "an agent and its lease can be made";
    }

    private String beat(Handle handle) {
        require(1, handle.createUpdate("""
                UPDATE agent_leases
                SET beat_at = clock_timestamp(), sequence = 1
                WHERE organization_id = :organization AND agent_id = :agent AND fence = 1
                """), "heartbeats taken");
        require(0, handle.createUpdate("""
                UPDATE agent_leases
                SET beat_at = clock_timestamp(), sequence = 2
                WHERE organization_id = :organization AND agent_id = :agent AND fence = 0
                """), "heartbeats taken from a lost lease");
        require(1, handle.createUpdate("""
                INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                    items, busy_ms, max_ms, late_ms, abandoned)
                VALUES (:organization, :agent, clock_timestamp(), 1, 1, 'heartbeating', 0, 0, 0, 0, 0, 0, 0)
                """), "heartbeats kept");
        return "taken from the owner of the lease and refused from anyone else";
    }

    private String measure(Handle handle) {
        require(1, handle.createUpdate("""
                WITH series AS (
                    INSERT INTO metric_series (organization_id, agent_id, name)
                    VALUES (:organization, :agent, 'doctor.trial')
                    RETURNING organization_id, series_id)
                INSERT INTO performance_metrics (organization_id, series_id, at, value)
                SELECT organization_id, series_id, clock_timestamp(), 1.5
                FROM series
                """), "metrics stored");
        return "a metric can be stored in today's partition";
    }

    private String tell(Handle handle) {
        require(1, handle.createUpdate("""
                INSERT INTO system_events (organization_id, type, severity, agent_id)
                VALUES (:organization, 'doctor.trial', 'info', :agent)
                """), "events stored");
        return "an event can be stored in today's partition";
    }

    private String compareAndSet(Handle handle) {
        var set = """
                UPDATE system_state
                SET version = 2
                WHERE organization_id = :organization AND key = :key AND version = 1
                """;
        require(1, handle.createUpdate(set), "changes of the version that was read");
        require(0, handle.createUpdate(set), "changes of a version that is gone");
        return "a changed entry is refused to whoever read it before";
    }

    private static void require(int expected, Update update, String what) {
        var bound = update.bind("organization", Organizations.DEFAULT);
        require(expected, bound.bindMap(Map.of("agent", AGENT, "key", KEY)).execute(), what);
    }

    private static void require(int expected, int found, String what) {
        if (expected != found) {
            throw new IllegalStateException(what + ": expected " + expected + ", found " + found);
        }
    }

    /// The median of small commits: a transaction number is what makes a commit wait for the disk.
    private Finding performance() {
        var commit = median("SELECT pg_current_xact_id()::text");
        var read = median("SELECT 1::text");
        var detail = "a commit takes %.1f ms, a question %.1f ms (medians of %d)".formatted(commit, read, COMMITS);
        return commit <= SLOW_COMMIT_MILLIS
                ? Finding.ok("performance", detail)
                : Finding.warning(
                        "performance",
                        detail,
                        "put PostgreSQL on a faster disk, or closer: each batch of work waits for a commit");
    }

    private double median(String question) {
        var times = new ArrayList<Long>();
        for (var i = 0; i < COMMITS; i++) {
            var begin = clock.nanos();
            database.read(
                    handle -> handle.createQuery(question).mapTo(String.class).one());
            times.add(clock.nanos() - begin);
        }
        return times.stream().sorted().skip(COMMITS / 2).findFirst().orElseThrow() / 1e6;
    }
}
