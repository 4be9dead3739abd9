package dev.mainstay.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.concurrent.MonotonicClock;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a program sees of its database through the proxy, healthy and with each fault.
class FaultProxyFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final TestDatabase TEST = TestDatabase.create();
    private final FaultProxy proxy =
            FaultProxy.to(TestPostgres.shared().host(), TestPostgres.shared().port());

    @AfterEach
    void close() {
        proxy.close();
    }

    @AfterAll
    static void drop() {
        TEST.close();
    }

    private Connection connection() throws SQLException {
        return connection(BOUND);
    }

    /// One that is given up when it is not there in time.
    private Connection connection(Duration patience) throws SQLException {
        Properties properties = new Properties();
        properties.put("user", TestPostgres.shared().superuser());
        properties.put("password", TestPostgres.shared().password());
        properties.put("socketTimeout", Long.toString(patience.toSeconds()));
        properties.put("loginTimeout", Long.toString(patience.toSeconds()));
        String url = "jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/" + TEST.name();
        return DriverManager.getConnection(url, properties);
    }

    /// From now on it gives an answer up that does not come.
    private static void losePatience(Connection connection) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, (int) SHORT.toMillis());
    }

    private static int ask(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT pg_backend_pid()")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static boolean livesAtServer(int backend) {
        return TEST.database()
                .read(handle -> handle.createQuery("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = :pid)")
                        .bind("pid", backend)
                        .mapTo(Boolean.class)
                        .one());
    }

    @Test
    void what_is_healthy_goes_through() throws SQLException {
        try (Connection connection = connection()) {
            assertThat(ask(connection)).isPositive();
            assertThat(proxy.connections()).isEqualTo(1);
        }
        Eventually.holds("the connection is gone", BOUND, () -> proxy.connections() == 0);
    }

    @Test
    void a_black_hole_answers_nobody_and_ends_no_session() throws SQLException {
        try (Connection connection = connection()) {
            int backend = ask(connection);
            losePatience(connection);
            proxy.blackHole();
            assertThatThrownBy(() -> ask(connection)).hasStackTraceContaining("Read timed out");
            assertThatThrownBy(() -> connection(SHORT)).isInstanceOf(SQLException.class);
            assertThat(livesAtServer(backend)).isTrue();
            proxy.heal();
        }
        try (Connection connection = connection()) {
            assertThat(ask(connection)).isPositive();
        }
    }

    @Test
    void a_reset_is_felt_at_both_ends() throws SQLException {
        try (Connection connection = connection()) {
            int backend = ask(connection);
            proxy.reset();
            assertThatThrownBy(() -> ask(connection)).isInstanceOf(SQLException.class);
            Eventually.holds("the session is gone", BOUND, () -> !livesAtServer(backend));
            assertThatThrownBy(this::connection).isInstanceOf(SQLException.class);
            proxy.heal();
        }
        try (Connection connection = connection()) {
            assertThat(ask(connection)).isPositive();
        }
    }

    @Test
    void half_closed_the_server_ends_the_session_and_the_client_is_not_told() throws SQLException {
        try (Connection connection = connection()) {
            int backend = ask(connection);
            proxy.halfClose(FaultProxy.Side.SERVER);
            Eventually.holds("the session is gone", BOUND, () -> !livesAtServer(backend));
            losePatience(connection);
            assertThatThrownBy(() -> ask(connection)).hasStackTraceContaining("Read timed out");
        }
    }

    @Test
    void half_closed_the_client_sees_the_end_and_the_server_keeps_the_session() throws SQLException {
        try (Connection connection = connection()) {
            int backend = ask(connection);
            proxy.halfClose(FaultProxy.Side.CLIENTS);
            assertThatThrownBy(() -> ask(connection)).hasStackTraceContaining("EOF");
            assertThat(livesAtServer(backend)).isTrue();
        }
    }

    @Test
    void slow_is_late_and_whole() throws SQLException {
        Duration delay = Duration.ofMillis(100);
        try (Connection connection = connection()) {
            ask(connection);
            proxy.slow(delay);
            MonotonicClock clock = MonotonicClock.system();
            long before = clock.nanos();
            assertThat(ask(connection)).isPositive();
            assertThat(clock.nanos() - before).isGreaterThanOrEqualTo(2 * delay.toNanos());
        }
    }
}
