package dev.mainstay.config;

import dev.mainstay.config.RecordShape.Part;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Every key a record can be bound from, for reference documents and the tests that hold them. Thread-safe.
public final class ConfigReference {

    /// One key.
    ///
    /// @param key `server.port`; `agents.<name>.interval` below a map, `checks[].url` below a list
    /// @param type `duration`, `list of text`, `section` for a key that only holds others
    /// @param fallback what applies when the key is not set, null when nothing does
    /// @param variable the environment variable that sets it, null when none can
    /// @param doc the [Doc] of the component, empty when it has none
    public record Entry(
            String key,
            String type,
            @Nullable String fallback,
            boolean required,
            @Nullable String variable,
            String doc) {}

    /// A key with the component behind it.
    record Leaf(KeyPath key, Part part) {

        /// The environment variable of the key; null inside maps and lists and for what one line cannot say.
        @Nullable
        String variable() {
            return key.isFixed() && TextValue.isPossible(part.type()) ? EnvironmentLayer.variable(key.text()) : null;
        }
    }

    private ConfigReference() {}

    public static List<Entry> of(Class<? extends Record> type) {
        return leaves(type).stream()
                .map(leaf -> new Entry(
                        leaf.key().text(),
                        Types.name(leaf.part().type()),
                        leaf.part().fallback(),
                        leaf.part().isRequired(),
                        leaf.variable(),
                        leaf.part().doc()))
                .toList();
    }

    /// The top-level keys of a record, for suggestions when another record is bound from its [Remainder].
    public static Set<String> keys(Class<? extends Record> type) {
        return RecordShape.of(type).keys();
    }

    static List<Leaf> leaves(Class<?> type) {
        var leaves = new ArrayList<Leaf>();
        collect(type, KeyPath.ROOT, new HashSet<>(), leaves);
        return leaves;
    }

    private static void collect(Class<?> type, KeyPath path, Set<Class<?>> open, List<Leaf> leaves) {
        if (!open.add(type)) {
            return; // a record that holds its own kind would go on for ever
        }
        for (var part : RecordShape.of(type).parts()) {
            if (!part.remainder()) {
                var key = path.child(part.name());
                leaves.add(new Leaf(key, part));
                descend(part.type(), key, open, leaves);
            }
        }
        open.remove(type);
    }

    private static void descend(Type type, KeyPath key, Set<Class<?>> open, List<Leaf> leaves) {
        if (Types.isRecord(type)) {
            collect(Types.raw(type), key, open, leaves);
        } else if (Types.isMap(type)) {
            descend(Types.element(type), key.child("<name>"), open, leaves);
        } else if (Types.isList(type)) {
            descend(Types.element(type), new KeyPath(key.text() + "[]"), open, leaves);
        } else if (Types.isOptional(type)) {
            descend(Types.element(type), key, open, leaves);
        }
    }
}
