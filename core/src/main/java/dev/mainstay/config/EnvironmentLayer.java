package dev.mainstay.config;

import dev.mainstay.config.ConfigReference.Leaf;
import dev.mainstay.config.RecordShape.Part;
import dev.mainstay.config.Setting.Branch;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// The settings in the environment: `MAINSTAY_DATABASE_POOL_SIZE` is `database.poolSize`.
///
/// A list is separated by commas; an empty variable counts as not set. A variable for a [Secret] may hold the
/// secret itself, for it stands nowhere but in the environment. Keys inside maps and lists have no variable. Stateless
/// and thread-safe.
public final class EnvironmentLayer {
    private static final String PREFIX = "MAINSTAY_";

    private EnvironmentLayer() {}

    /// The settings of the variables whose names start with `MAINSTAY_`.
    ///
    /// @param others variables of that prefix which are no settings, such as one the launcher reads
    /// @throws ConfigException when a variable is neither a setting of the record nor one of the others
    public static Branch of(Class<? extends Record> type, Map<String, String> environment, Set<String> others) {
        var known = leaves(type);
        var problems = new Problems();
        Setting layer = Branch.empty(new Origin("environment"));
        for (var variable : new TreeMap<>(environment).entrySet()) {
            var name = variable.getKey();
            if (!name.startsWith(PREFIX) || others.contains(name)) {
                continue;
            }
            var leaf = known.get(name);
            if (leaf == null) {
                problems.add(new Problem(
                        Origin.environment(name),
                        "",
                        "no such setting" + Suggestions.didYouMean(name, known.keySet())));
            } else if (!variable.getValue().isBlank()) {
                layer = layer.overlay(Setting.at(leaf.key().text(), value(leaf.part(), name, variable.getValue())));
            }
        }
        problems.throwIfAny();
        return (Branch) layer;
    }

    /// The variable of a key: `database.poolSize` is `MAINSTAY_DATABASE_POOL_SIZE`.
    public static String variable(String key) {
        var words = key.replaceAll("([a-z0-9])([A-Z])", "$1_$2").replace('.', '_');
        return PREFIX + words.toUpperCase(Locale.ROOT);
    }

    private static Map<String, Leaf> leaves(Class<?> type) {
        var leaves = new LinkedHashMap<String, Leaf>();
        for (var leaf : ConfigReference.leaves(type)) {
            var variable = leaf.variable();
            if (variable != null) {
                var twin = leaves.put(variable, leaf);
                if (twin != null) {
                    throw new IllegalArgumentException(
                            twin.key().text() + " and " + leaf.key().text() + " have the same variable");
                }
            }
        }
        return leaves;
    }

    private static Setting value(Part part, String name, String text) {
        var type = Types.isOptional(part.type()) ? Types.element(part.type()) : part.type();
        var holdsSecret = Types.raw(type) == Secret.class && !Secret.isReference(text);
        return TextValue.of(type, holdsSecret ? Secret.ofEnvironment(name) : text, Origin.environment(name));
    }
}
