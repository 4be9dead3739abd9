package dev.mainstay.postgres;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What every session of a role needs, as settings of the role in this database: a pooler may give each transaction
/// another session, so nothing can be set on a session itself.
///
/// Immutable and thread-safe.
record RoleSettings(String role, Map<String, String> values) {
    static final int TRANSACTION_TIMEOUT_SINCE = 17;
    private static final String TRANSACTION_TIMEOUT = "transaction_timeout";
    private static final Duration IDLE_IN_TRANSACTION = Duration.ofSeconds(10);

    static List<RoleSettings> of(DatabaseConfig config, int majorVersion) {
        return List.of(
                of(config.engine().user(), config.schema(), config.enginePool(), majorVersion),
                of(config.api().user(), config.schema(), config.apiPool(), majorVersion));
    }

    private static RoleSettings of(String role, String schema, PoolConfig pool, int majorVersion) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("search_path", schema);
        values.put("statement_timeout", milliseconds(pool.statement()));
        values.put("lock_timeout", milliseconds(pool.lock()));
        values.put("idle_in_transaction_session_timeout", milliseconds(IDLE_IN_TRANSACTION));
        if (majorVersion >= TRANSACTION_TIMEOUT_SINCE) {
            values.put(TRANSACTION_TIMEOUT, milliseconds(pool.statement().multipliedBy(2)));
        }
        return new RoleSettings(role, values);
    }

    private static String milliseconds(Duration duration) {
        return duration.toMillis() + "ms";
    }

    /// The statements that set what `present` (entries like `name=value`) lacks.
    List<String> missing(String database, List<String> present) {
        return values.entrySet().stream()
                .filter(setting -> !present.contains(setting.getKey() + "=" + setting.getValue()))
                .map(setting -> "ALTER ROLE " + Quoted.name(role) + " IN DATABASE " + Quoted.name(database) + " SET "
                        + setting.getKey() + " = " + Quoted.text(setting.getValue()))
                .toList();
    }

    /// What older servers do not know, wrapped so that a script does not stop there.
    List<String> onlySince(int majorVersion, String database) {
        return missing(database, List.of()).stream()
                .filter(statement -> statement.contains(TRANSACTION_TIMEOUT))
                .map(statement -> "DO $$ BEGIN IF current_setting('server_version_num')::int >= " + majorVersion
                        + "0000 THEN " + statement + "; END IF; END $$")
                .toList();
    }
}
