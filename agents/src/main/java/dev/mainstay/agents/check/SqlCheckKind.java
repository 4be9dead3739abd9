package dev.mainstay.agents.check;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentKind;
import dev.mainstay.agent.AgentSpec;

/// `sql-check`: a failed tick means that the database did not answer in time, refused the query, or answered something
/// else than expected. Stateless and thread-safe.
public final class SqlCheckKind implements AgentKind<SqlCheckSettings> {
    @Override
    public String name() {
        return "sql-check";
    }

    @Override
    public String description() {
        return "Runs a query on a PostgreSQL database and expects a value or a number of rows.";
    }

    @Override
    public Class<SqlCheckSettings> settings() {
        return SqlCheckSettings.class;
    }

    @Override
    public Agent create(AgentSpec spec, SqlCheckSettings settings) {
        return new CheckAgent(new SqlCheck(spec.id(), settings));
    }
}
