package dev.mainstay.alert;

import dev.mainstay.postgres.Database;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/// Rules that code and settings declare: the same after every start, whatever was there before. One that is switched
/// off stays so; one that is declared no more goes. A declared rule of a builtin one's name stands in its place.
/// Thread-safe.
public final class DeclaredRules {
    private final Database database;
    private final UUID organization;
    private final AlertRuleStore store = new AlertRuleStore();

    public DeclaredRules(Database database, UUID organization) {
        this.database = database;
        this.organization = organization;
    }

    /// Makes the rules of this organization those declared and the builtin ones they leave.
    ///
    /// @param declared all that this fleet declares
    public void declare(Collection<AlertRule> declared) {
        Map<String, AlertRule> builtin = new LinkedHashMap<>();
        BuiltinRules.all().forEach(rule -> builtin.put(rule.name(), rule));
        declared.forEach(rule -> builtin.remove(rule.name()));
        database.write(handle -> {
            store.declare(handle, organization, builtin.values(), "builtin");
            store.declare(handle, organization, declared, "file");
            store.retire(handle, organization, builtin.values(), "builtin");
            return store.retire(handle, organization, declared, "file");
        });
    }
}
