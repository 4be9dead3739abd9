package dev.mainstay.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.FleetBuilder;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.DatabaseConfig;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.postgres.embedded.EmbeddedPostgres;
import dev.mainstay.postgres.embedded.EmbeddedPostgresConfig;
import dev.mainstay.postgres.embedded.PassableFolder;
import dev.mainstay.postgres.embedded.Standby;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestPostgres;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A fleet whose PostgreSQL is stopped and started again, as for an update.
class DatabaseRestartFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(90);
    private static final int AGENTS = 5;

    @TempDir(factory = PassableFolder.class)
    Path folder;

    private EmbeddedPostgresConfig config;
    private EmbeddedPostgres server;
    private Database database;
    private Fleet fleet;

    @BeforeEach
    void start() throws SQLException {
        config = EmbeddedPostgresConfig.in(folder.resolve("server")).withBinariesCache(TestPostgres.binariesCache());
        server = EmbeddedPostgres.start(config);
        config = config.withPort(server.port());
        Standby.execute(server, "CREATE DATABASE mainstay");
        database = Database.open(DatabaseConfig.at("postgresql://127.0.0.1:" + server.port() + "/mainstay")
                .owner(server.superuser(), server.superuserPassword())
                .node("first")
                .build());
        FleetBuilder builder = Fleet.builder().database(database).node("first");
        for (int i = 0; i < AGENTS; i++) {
            builder.agent(
                    AgentSpec.builder("worker-" + i)
                            .every(Duration.ofMillis(500))
                            .heartbeat(Duration.ofSeconds(1))
                            .build(),
                    spec -> context -> WorkResult.nothing());
        }
        fleet = builder.start();
    }

    @AfterEach
    void stop() {
        fleet.close();
        database.close();
        server.stop();
    }

    private int count(String sql) {
        return database.control(
                handle -> handle.createQuery(sql).mapTo(Integer.class).one());
    }

    /// Every agent has sent so many heartbeats since now.
    private void awaitBeats(int more) {
        int before = count("SELECT coalesce(max(sequence), 0)::integer FROM agent_leases");
        Eventually.holds(
                "heartbeats",
                BOUND,
                () -> count("SELECT count(*)::integer FROM agent_leases WHERE sequence >= " + (before + more))
                        == AGENTS);
    }

    @Test
    void a_restart_of_the_database_makes_nobody_suspected() {
        awaitBeats(12);
        for (int restart = 0; restart < 3; restart++) {
            server.stop();
            server = EmbeddedPostgres.start(config);
            Eventually.holds("the database is back", BOUND, () -> database.isAvailable() && count("SELECT 1") == 1);
            awaitBeats(8);
        }
        assertThat(count("SELECT count(*)::integer FROM system_events WHERE type = 'agent.suspected'"))
                .isZero();
        assertThat(count("SELECT count(*)::integer FROM alerts WHERE rule IN ('heartbeat-missed', 'work-stalled')"))
                .isZero();
        ghost();
        Eventually.holds("one that really is silent is still found", BOUND, () -> count("""
                        SELECT count(*)::integer FROM system_events WHERE type = 'agent.suspected' AND agent_id = 'ghost'
                        """) == 1);
    }

    /// An agent outside that was heard once.
    private void ghost() {
        database.write(handle -> handle.execute("""
                INSERT INTO agents (organization_id, id, kind, category, source, state, spec)
                VALUES (?, 'ghost', 'any', 'SUPPORT', 'http', 'active', '{"heartbeat": "PT2S"}')
                """, Organizations.DEFAULT));
        database.write(handle -> handle.execute("""
                INSERT INTO agent_leases (organization_id, agent_id, fence, lease_token, leased_at, beat_at, sequence)
                VALUES (?, 'ghost', 1, gen_random_uuid(), now() - interval '1 minute', now(), 1)
                """, Organizations.DEFAULT));
    }
}
