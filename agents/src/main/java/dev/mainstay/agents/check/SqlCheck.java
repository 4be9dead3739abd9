package dev.mainstay.agents.check;

import dev.mainstay.MainstayException;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.config.Secret;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// Runs a query once on a connection of its own and compares what it finds. Used by one tick at a time.
final class SqlCheck implements Check {
    private static final long MILLIS_PER_SECOND = 1_000;
    private static final int PATIENCE_SECONDS = 2;
    private static final int MOST_ROWS = 100_000;

    private final String agent;
    private final SqlCheckSettings settings;

    SqlCheck(String agent, SqlCheckSettings settings) {
        this.agent = agent;
        this.settings = settings;
    }

    /// The beginning of what a query found.
    ///
    /// @param value the first column of the first row; null when there is no row, or SQL null
    private record Found(@Nullable String value, int rows) {}

    @Override
    public CheckOutcome look(AgentContext context) throws InterruptedException {
        try (Connection connection = DriverManager.getConnection(settings.url(), properties())) {
            connection.setAutoCommit(false);
            restrict(connection);
            Found found = query(connection);
            connection.rollback();
            record(context, found);
            return judge(found);
        } catch (SQLException e) {
            // A virtual thread that is interrupted finds its socket closed.
            if (Thread.interrupted()) {
                throw new InterruptedException("while asking " + settings.where());
            }
            return failed("failed: " + Excerpt.of(e.getMessage() == null ? e.toString() : e.getMessage()));
        } catch (MainstayException e) {
            return failed("could not be asked: " + e.getMessage());
        }
    }

    private Properties properties() {
        Properties properties = new Properties();
        if (settings.user() != null) {
            properties.setProperty("user", settings.user());
        }
        Secret password = settings.password();
        if (password != null) {
            properties.setProperty("password", password.reveal());
        }
        String seconds = Long.toString(seconds());
        properties.setProperty("connectTimeout", seconds);
        properties.setProperty("loginTimeout", seconds);
        properties.setProperty("socketTimeout", Long.toString(seconds() + PATIENCE_SECONDS));
        properties.setProperty("ApplicationName", "mainstay " + agent);
        return properties;
    }

    /// Whole seconds, rounded up: what the driver's limits are given in.
    private long seconds() {
        Duration timeout = settings.timeout();
        return Math.min(
                Integer.MAX_VALUE - PATIENCE_SECONDS,
                timeout.plusMillis(MILLIS_PER_SECOND - 1).toSeconds());
    }

    /// Of the transaction alone: behind a pooler the session goes to somebody else after it. The query is one
    /// statement,
    /// so nothing comes after a COMMIT in it.
    private static void restrict(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION READ ONLY");
        }
    }

    private Found query(Connection connection) throws SQLException {
        try (PreparedStatement limit = connection.prepareStatement("SELECT set_config('statement_timeout', ?, true)")) {
            limit.setString(1, Long.toString(settings.timeout().toMillis()));
            limit.execute();
        }
        try (PreparedStatement statement = connection.prepareStatement(settings.query())) {
            statement.setMaxRows(MOST_ROWS);
            statement.setFetchSize((int) MILLIS_PER_SECOND);
            if (!statement.execute()) {
                return new Found(null, 0);
            }
            try (ResultSet rows = statement.getResultSet()) {
                return read(rows);
            }
        }
    }

    private static Found read(ResultSet rows) throws SQLException {
        String first = null;
        int count = 0;
        while (rows.next()) {
            if (count++ == 0) {
                first = rows.getString(1);
            }
        }
        return new Found(first, count);
    }

    private static void record(AgentContext context, Found found) {
        context.metric("check.rows", found.rows(), "rows");
        BigDecimal number = number(found.value());
        if (number != null && Double.isFinite(number.doubleValue())) {
            context.metric("check.value", number.doubleValue(), "");
        }
    }

    private static @Nullable BigDecimal number(@Nullable String value) {
        try {
            return value == null ? null : new BigDecimal(value.strip());
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private CheckOutcome judge(Found found) {
        Integer rowsMin = settings.rowsMin();
        Integer rowsMax = settings.rowsMax();
        if (rowsMin != null && found.rows() < rowsMin) {
            return failed("found " + found.rows() + " rows, expected at least " + rowsMin);
        }
        if (rowsMax != null && found.rows() > rowsMax) {
            return failed("found " + found.rows() + " rows, expected at most " + rowsMax);
        }
        String expected = settings.valueEquals();
        if (expected != null && !expected.equals(found.value())) {
            return failed("found " + said(found.value()) + ", expected " + Excerpt.of(expected));
        }
        return judgeNumber(found.value());
    }

    private CheckOutcome judgeNumber(@Nullable String value) {
        BigDecimal least = settings.valueMin();
        BigDecimal most = settings.valueMax();
        if (least == null && most == null) {
            return CheckOutcome.passed();
        }
        BigDecimal number = number(value);
        if (number == null) {
            return failed("found " + said(value) + ", expected a number");
        }
        if (least != null && number.compareTo(least) < 0) {
            return failed("found " + number + ", expected at least " + least);
        }
        if (most != null && number.compareTo(most) > 0) {
            return failed("found " + number + ", expected at most " + most);
        }
        return CheckOutcome.passed();
    }

    private static String said(@Nullable String value) {
        return value == null ? "nothing" : Excerpt.of(value);
    }

    private CheckOutcome failed(String finding) {
        return CheckOutcome.failed(settings.where() + " " + finding);
    }
}
