package dev.mainstay.alert;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.config.Origin;
import dev.mainstay.config.RecordBinder;
import dev.mainstay.config.Setting;
import dev.mainstay.config.Suggestions;
import dev.mainstay.postgres.Jsonb;
import dev.mainstay.postgres.OrganizationDatabase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// Where requests of one organization look at rules, make them and switch them off. Thread-safe.
///
/// A rule of code or of a file is changed there; here it can only be switched off. A builtin one can be replaced, and
/// comes back when what stands in its place is deleted.
public final class AlertRules {
    private static final String PUT = """
            INSERT INTO alert_rules (organization_id, name, source, definition)
            VALUES (:organization, :name, :source, :definition::jsonb)
            ON CONFLICT (organization_id, name) DO UPDATE
            SET source = excluded.source, definition = excluded.definition, version = alert_rules.version + 1,
                updated_at = clock_timestamp()
            """;

    private static final String DELETE =
            "DELETE FROM alert_rules WHERE organization_id = :organization AND name = :name";

    private static final String SWITCH = """
            UPDATE alert_rules
            SET enabled = :enabled, version = version + 1, updated_at = clock_timestamp()
            WHERE organization_id = :organization AND name = :name AND enabled <> :enabled
            """;

    private static final String TELL = """
            INSERT INTO system_events (organization_id, type, severity, cause, detail)
            VALUES (:organization, 'alert.ruled', 'info', :reason,
                jsonb_build_object('rule', CAST(:name AS text), 'change', CAST(:change AS text),
                    'actor', CAST(:actor AS text)))
            """;

    private static final String METRICS = """
            SELECT DISTINCT name
            FROM metric_series
            WHERE organization_id = :organization
            """;

    static final RecordBinder BINDER = new RecordBinder(Map.of());

    private final OrganizationDatabase database;
    private final String actor;

    /// @param actor who asks, for the events that tell of it
    public AlertRules(OrganizationDatabase database, String actor) {
        this.database = database;
        this.actor = actor;
    }

    /// The rule that a request says.
    ///
    /// @throws dev.mainstay.config.ConfigException with all that is wrong with single keys
    /// @throws IllegalArgumentException with what is wrong with all of them together
    public static AlertRule read(String name, Map<String, Object> definition) {
        return BINDER.bind(AlertRuleSettings.class, Setting.of(definition, Origin.REQUEST))
                .rule(name);
    }

    public Optional<AlertRule.Stored> find(String name) {
        return database.find(
                AlertRuleStore.SELECT + "WHERE organization_id = :organization AND name = :name",
                Map.of("organization", database.organization(), "name", name),
                (row, context) -> AlertRuleStore.map(row));
    }

    /// What is wrong with the metric a rule is about: that there is none of its name, and which may be meant.
    public Optional<String> unknownMetric(AlertRule rule) {
        Optional<String> metric = rule.condition().metricName();
        if (metric.isEmpty()) {
            return Optional.empty();
        }
        List<String> known = database.list(
                METRICS, Map.of("organization", database.organization()), (row, context) -> row.getString("name"));
        return metric.filter(name -> !known.contains(name))
                .map(name -> "no point of \"" + name + "\" was ever stored" + Suggestions.didYouMean(name, known));
    }

    /// What is wrong with the rules it inhibits: that there is none of a name, which the rule as it stands does not
    /// have.
    public Optional<String> unknownInhibited(AlertRule rule) {
        List<String> kept =
                find(rule.name()).map(stands -> stands.rule().inhibits()).orElse(List.of());
        List<String> known = database.list(
                AlertRuleStore.SELECT + "WHERE organization_id = :organization",
                Map.of("organization", database.organization()),
                (row, context) -> row.getString("name"));
        return rule.inhibits().stream()
                .filter(name -> !known.contains(name) && !kept.contains(name))
                .findFirst()
                .map(name -> "there is no rule \"" + name + "\"" + Suggestions.didYouMean(name, known));
    }

    /// Makes the rule, or changes it.
    ///
    /// @throws MainstayException `RULE_DECLARED` when code or a file says what it is
    public AlertRule.Stored put(AlertRule rule) {
        return database.write(handle -> {
            requireOurs(rule.name(), "change it there");
            handle.createUpdate(PUT)
                    .bind("organization", database.organization())
                    .bind("name", rule.name())
                    .bind("source", "api")
                    .bind("definition", Jsonb.any(AlertRuleSettings.plain(rule)))
                    .execute();
            tell(handle, rule.name(), "put", "");
            return stored(handle, rule.name());
        });
    }

    private void requireOurs(String name, String instead) {
        find(name)
                .map(AlertRule.Stored::source)
                .filter(source -> source.equals("file") || source.equals("code"))
                .ifPresent(_ -> {
                    throw new MainstayException(
                            ErrorCode.RULE_DECLARED,
                            "rule " + name + " is declared in mainstay.yml or in code; " + instead
                                    + ", or switch it off with disable");
                });
    }

    /// Deletes a rule that a request made; a builtin one that it replaced comes back.
    public void delete(String name, String reason) {
        AlertRule.Stored stands = known(name);
        if (stands.source().equals("builtin")) {
            throw new MainstayException(
                    ErrorCode.RULE_DECLARED, "rule " + name + " comes with Mainstay; switch it off with disable");
        }
        Optional<AlertRule> builtin = BuiltinRules.all().stream()
                .filter(rule -> rule.name().equals(name))
                .findFirst();
        database.write(handle -> {
            requireOurs(name, "take it out there");
            handle.createUpdate(DELETE)
                    .bind("organization", database.organization())
                    .bind("name", name)
                    .execute();
            builtin.ifPresent(rule -> handle.createUpdate(PUT)
                    .bind("organization", database.organization())
                    .bind("name", name)
                    .bind("source", "builtin")
                    .bind("definition", Jsonb.any(AlertRuleSettings.plain(rule)))
                    .execute());
            tell(handle, name, "delete", reason);
            return 0;
        });
    }

    /// Switches a rule on or off, whoever made it; it stays so over starts. Alerts of one that is off are resolved.
    public AlertRule.Stored enable(String name, boolean enabled, String reason) {
        known(name);
        return database.write(handle -> {
            int changed = handle.createUpdate(SWITCH)
                    .bind("organization", database.organization())
                    .bind("name", name)
                    .bind("enabled", enabled)
                    .execute();
            if (changed > 0) {
                tell(handle, name, enabled ? "enable" : "disable", reason);
            }
            return stored(handle, name);
        });
    }

    private AlertRule.Stored known(String name) {
        return find(name)
                .orElseThrow(() -> new MainstayException(ErrorCode.RULE_UNKNOWN, "there is no alert rule " + name));
    }

    private AlertRule.Stored stored(Handle handle, String name) {
        return handle.createQuery(AlertRuleStore.SELECT + "WHERE organization_id = :organization AND name = :name")
                .bind("organization", database.organization())
                .bind("name", name)
                .map((row, context) -> AlertRuleStore.map(row))
                .one();
    }

    private void tell(Handle handle, String name, String change, String reason) {
        handle.createUpdate(TELL)
                .bind("organization", database.organization())
                .bind("name", name)
                .bind("change", change)
                .bind("reason", reason)
                .bind("actor", actor)
                .execute();
    }
}
