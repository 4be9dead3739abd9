package dev.mainstay.alert;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.config.ConfigException;
import dev.mainstay.config.Origin;
import dev.mainstay.config.RecordBinder;
import dev.mainstay.config.Setting;
import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Jsonb;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/// The rows of rules. Stateless and thread-safe.
final class AlertRuleStore {
    static final String SELECT = """
            SELECT organization_id, name, source, definition::text AS definition, enabled, version
            FROM alert_rules
            """;

    /// A rule people switched off stays off, whoever declares it; what they put in place of a builtin one stays too.
    private static final String DECLARE = """
            INSERT INTO alert_rules (organization_id, name, source, definition)
            SELECT :organization, name, source, definition::jsonb
            FROM unnest(:names, :sources, :definitions) AS given (name, source, definition)
            ORDER BY name
            ON CONFLICT (organization_id, name) DO UPDATE
            SET source = excluded.source, definition = excluded.definition, version = alert_rules.version + 1,
                updated_at = clock_timestamp()
            WHERE (alert_rules.source, alert_rules.definition) IS DISTINCT FROM (excluded.source, excluded.definition)
                AND NOT (excluded.source = 'builtin' AND alert_rules.source = 'api')
            """;

    private static final RecordBinder BINDER = new RecordBinder(Map.of());

    /// Those that have rules that are looked at, or alerts that are not at their end.
    List<UUID> organizations(Handle handle) {
        return handle.createQuery("""
                        SELECT organization_id FROM alert_rules WHERE enabled
                        UNION
                        SELECT organization_id FROM alerts WHERE state <> 'resolved' OR state = 'resolved' AND told_at < resolved_at
                        """).mapTo(UUID.class).list();
    }

    /// Those of all organizations that can be read; [AlertEngine] tells of the others.
    List<AlertRule.Stored> enabled(Handle handle) {
        return readable(handle.createQuery(SELECT + "WHERE enabled ORDER BY organization_id, name"), (_, _) -> {});
    }

    /// @param unreadable is told of each rule whose definition makes no sense, which is left out
    List<AlertRule.Stored> enabled(Handle handle, UUID organization, BiConsumer<String, RuntimeException> unreadable) {
        return readable(
                handle.createQuery(SELECT + "WHERE enabled AND organization_id = :organization ORDER BY name")
                        .bind("organization", organization),
                unreadable);
    }

    private static List<AlertRule.Stored> readable(Query query, BiConsumer<String, RuntimeException> unreadable) {
        return query.map((row, context) -> readable(row, unreadable)).list().stream()
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<AlertRule.Stored> readable(ResultSet row, BiConsumer<String, RuntimeException> unreadable)
            throws SQLException {
        try {
            return Optional.of(map(row));
        } catch (ConfigException | IllegalArgumentException e) {
            unreadable.accept(row.getString("name"), e);
            return Optional.empty();
        }
    }

    static AlertRule.Stored map(ResultSet row) throws SQLException {
        return new AlertRule.Stored(
                Columns.uuid(row, "organization_id"),
                rule(row.getString("name"), Jsonb.map(row.getString("definition"))),
                row.getString("source"),
                row.getBoolean("enabled"),
                row.getLong("version"));
    }

    /// @throws dev.mainstay.config.ConfigException with all that is wrong, by key
    static AlertRule rule(String name, Map<String, Object> definition) {
        return BINDER.bind(AlertRuleSettings.class, Setting.of(definition, Origin.DATABASE))
                .rule(name);
    }

    void declare(Handle handle, UUID organization, Collection<AlertRule> rules, String source) {
        handle.createUpdate(DECLARE)
                .bind("organization", organization)
                .bindArray("names", String.class, column(rules, AlertRule::name))
                .bindArray("sources", String.class, column(rules, _ -> source))
                .bindArray("definitions", String.class, column(rules, each -> Jsonb.any(AlertRuleSettings.plain(each))))
                .execute();
    }

    /// Those of `source` that are declared no more.
    int retire(Handle handle, UUID organization, Collection<AlertRule> declared, String source) {
        return handle.createUpdate("""
                DELETE FROM alert_rules
                WHERE organization_id = :organization AND source = :source AND name <> ALL (:names)
                """)
                .bind("organization", organization)
                .bind("source", source)
                .bindArray("names", String.class, column(declared, AlertRule::name))
                .execute();
    }
}
