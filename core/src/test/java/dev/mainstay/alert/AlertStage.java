package dev.mainstay.alert;

import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.DatabaseSlowness;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.telemetry.Severity;
import dev.mainstay.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// An engine whose rounds are made by hand, on a database of its own, and somebody who is told. Used by one thread.
final class AlertStage implements BeforeEachCallback, AfterAllCallback {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private final TestDatabase test = TestDatabase.create();
    private final BlockingQueue<Notification> told = new LinkedBlockingQueue<>();
    private AlertPlan plan = new AlertPlan();
    private DatabaseSlowness slowness = DatabaseSlowness.NONE;

    /// As if nothing had happened.
    void clean() {
        for (String table : List.of(
                "alerts",
                "alert_rules",
                "alert_silences",
                "alert_notifications",
                "agent_suspicions",
                "agent_health",
                "agent_leases",
                "recovery_actions",
                "recoveries",
                "agents")) {
            run("DELETE FROM " + table);
        }
        told.clear();
        slowness = DatabaseSlowness.NONE;
        plan = new AlertPlan();
        plan.notifier("people", told::add);
        plan.route(Route.of(Severity.INFO, "people"));
    }

    void slowness(DatabaseSlowness ofTheDatabase) {
        slowness = ofTheDatabase;
    }

    AlertPlan plan() {
        return plan;
    }

    Database database() {
        return test.database();
    }

    void round() {
        new DeclaredRules(database(), Organizations.DEFAULT).declare(plan.rules());
        new AlertEngine(database(), plan.routes(), () -> {}, () -> slowness).round(handle -> {});
        new NotificationSender(database(), plan.notifiers()).round();
    }

    int run(String sql, Object... values) {
        return database().write(handle -> handle.execute(sql, values));
    }

    /// What the engine itself may not do.
    void asSuperuser(String sql) {
        try (Connection superuser = test.superuser();
                Statement statement = superuser.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    void suspect(String agent) {
        run("""
                INSERT INTO agents (organization_id, id, kind, category, source, spec, state)
                VALUES (?, ?, 'test', 'SUPPORT', 'code', '{}', 'inactive') ON CONFLICT DO NOTHING
                """, Organizations.DEFAULT, agent);
        run("""
                INSERT INTO agent_suspicions (organization_id, agent_id, kind, since, silence, usual, phi, node_id)
                VALUES (?, ?, 'silent', now() - interval '7 seconds', '6 seconds', '1 second', 9, 'node-a')
                """, Organizations.DEFAULT, agent);
    }

    void trust(String agent) {
        run("DELETE FROM agent_suspicions WHERE agent_id = ?", agent);
    }

    AlertDesk desk() {
        return new AlertDesk(database().api(Organizations.DEFAULT));
    }

    List<Alert> alerts() {
        return desk().list(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), 100);
    }

    Notification nextTold() throws InterruptedException {
        return next(told);
    }

    static Notification next(BlockingQueue<Notification> queue) throws InterruptedException {
        return Objects.requireNonNull(queue.poll(BOUND.toSeconds(), TimeUnit.SECONDS), "nobody was told");
    }

    /// By the database's clock.
    Instant now() {
        return database()
                .read(handle ->
                        handle.createQuery("SELECT now()").mapTo(Instant.class).one());
    }

    long count(String table) {
        return database()
                .read(handle -> handle.createQuery("SELECT count(*) FROM " + table)
                        .mapTo(Long.class)
                        .one());
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        clean();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        test.close();
    }
}
