package dev.mainstay.config;

import dev.mainstay.config.Setting.Branch;
import dev.mainstay.config.Setting.Items;
import dev.mainstay.config.Setting.Scalar;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What `${node.port}` and the like stand for on this node.
///
/// They are filled in where an agent is made and not where it is declared, because it may move to a node that answers
/// elsewhere, and because two nodes with the same file must declare the same. Other words in `${…}` are left alone:
/// they are for the programs and patterns in which they stand. Immutable and thread-safe.
///
/// @param values by name, with the prefix `node.`
public record Placeholders(Map<String, String> values) {
    public static final Placeholders NONE = new Placeholders(Map.of());
    private static final Pattern NAME = Pattern.compile("\\$\\{(node\\.[^}]*)}");

    public Placeholders {
        values = Map.copyOf(values);
    }

    /// The same tree with every placeholder in a text replaced.
    ///
    /// @param key the full key of `setting`, for messages
    /// @throws ConfigException when a placeholder is not known
    public Setting fill(Setting setting, String key) {
        return fill(setting, new KeyPath(key));
    }

    private Setting fill(Setting setting, KeyPath path) {
        return switch (setting) {
            case Branch branch -> {
                var entries = new LinkedHashMap<String, Setting>();
                branch.entries().forEach((name, value) -> entries.put(name, fill(value, path.child(name))));
                yield new Branch(branch.origin(), entries);
            }
            case Items items ->
                new Items(
                        items.origin(),
                        items.values().stream().map(value -> fill(value, path)).toList());
            case Scalar(Origin origin, String text)
            when text.contains("${") ->
                new Scalar(origin, NAME.matcher(text).replaceAll(found -> value(found.group(1), origin, path)));
            case Scalar scalar -> scalar;
        };
    }

    private String value(String name, Origin origin, KeyPath path) {
        var value = values.get(name);
        if (value == null) {
            var hint = Suggestions.didYouMeanOrKnown(name, new TreeSet<>(values.keySet()));
            throw new ConfigException(Problem.stating(origin, path, "there is no placeholder \"" + name + "\"" + hint));
        }
        return Matcher.quoteReplacement(value);
    }
}
