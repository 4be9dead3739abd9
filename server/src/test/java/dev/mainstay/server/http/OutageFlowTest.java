package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.DatabaseConfig;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import dev.mainstay.testing.TestPostgres;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutageFlowTest {
    private final DatabaseGate gate = new DatabaseGate(TestPostgres.shared().port());
    private ApiServer api;

    @BeforeEach
    void start() {
        api = new ApiServer(this::throughGate);
        api.agent(Organizations.DEFAULT, "one", "active");
    }

    private Database throughGate(TestDatabase test) {
        String name = test.url().substring(test.url().lastIndexOf('/') + 1);
        TestPostgres server = TestPostgres.shared();
        return Database.open(DatabaseConfig.at("postgresql://127.0.0.1:" + gate.port() + "/" + name)
                .owner(server.superuser(), server.password())
                .build());
    }

    @AfterEach
    void stop() {
        api.close();
        gate.close();
    }

    private int status(String path) {
        return api.send("GET", path, null, null).status();
    }

    @Test
    void while_the_database_is_away_it_lives_is_not_ready_and_answers_503_and_then_all_is_well_again() {
        assertThat(api.get(Role.VIEWER, "/api/v1/agents/one").status()).isEqualTo(200);

        gate.shut();

        assertThat(status("/health/live")).isEqualTo(200);
        assertThat(status("/health/ready")).isEqualTo(503);
        Reply refused = api.get(Role.VIEWER, "/api/v1/events");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.code()).isEqualTo("DATABASE_UNREACHABLE");
        assertThat(refused.header("Retry-After")).isEqualTo("5");
        assertThat(refused.body()).doesNotContain("127.0.0.1").doesNotContain("SELECT");

        gate.reopen();

        Eventually.holds("ready again", Duration.ofSeconds(30), () -> status("/health/ready") == 200);
        Eventually.holds(
                "answering again",
                Duration.ofSeconds(30),
                () -> api.get(Role.VIEWER, "/api/v1/events").status() == 200
                        && api.get(Role.VIEWER, "/api/v1/agents/one").status() == 200);
    }
}
