package dev.mainstay.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// A node of the settings tree: keys with values, a list, or a single value, each with the place it was written at.
///
/// Every source (YAML, JSON of the database, environment, flags, defaults) becomes this one shape, so layering,
/// checking and showing settings is written once. Immutable and thread-safe.
public sealed interface Setting {

    Origin origin();

    /// The same tree of `LinkedHashMap`, `ArrayList`, String, Number, Boolean and null, for storing.
    @Nullable
    Object toPlain();

    /// Keys with values in the order they were written.
    record Branch(Origin origin, SequencedMap<String, Setting> entries) implements Setting {
        public Branch {
            entries = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(entries));
        }

        public static Branch empty(Origin origin) {
            return new Branch(origin, new LinkedHashMap<>());
        }

        @Override
        public Map<String, @Nullable Object> toPlain() {
            var plain = new LinkedHashMap<String, @Nullable Object>();
            entries.forEach((key, value) -> plain.put(key, value.toPlain()));
            return plain;
        }
    }

    /// A list of values.
    record Items(Origin origin, List<Setting> values) implements Setting {
        public Items {
            values = List.copyOf(values);
        }

        @Override
        public List<@Nullable Object> toPlain() {
            var plain = new ArrayList<@Nullable Object>(values.size());
            values.forEach(value -> plain.add(value.toPlain()));
            return plain;
        }
    }

    /// A String, Number or Boolean; null where a key was written without a value, which says nothing.
    record Scalar(Origin origin, @Nullable Object value) implements Setting {
        public Scalar {
            if (!(value == null || value instanceof String || value instanceof Number || value instanceof Boolean)) {
                throw new IllegalArgumentException("not a setting: " + value.getClass());
            }
        }

        public String text() {
            return String.valueOf(value);
        }

        @Override
        public @Nullable Object toPlain() {
            return value;
        }
    }

    /// A tree whose every node has the given origin, from maps with String keys, lists and plain values.
    static Setting of(@Nullable Object plain, Origin origin) {
        return switch (plain) {
            case Map<?, ?> map -> {
                var entries = new LinkedHashMap<String, Setting>();
                map.forEach((key, value) -> entries.put((String) key, of(value, origin)));
                yield new Branch(origin, entries);
            }
            case Iterable<?> values -> {
                var items = new ArrayList<Setting>();
                values.forEach(value -> items.add(of(value, origin)));
                yield new Items(origin, items);
            }
            case null, default -> new Scalar(origin, plain);
        };
    }

    /// A tree with one value in it: `at("server.port", Setting.of(7071, Origin.flag("--port")))`.
    static Branch at(String key, Setting value) {
        var dot = key.indexOf('.');
        var entries = new LinkedHashMap<String, Setting>();
        if (dot < 0) {
            entries.put(key, value);
        } else {
            entries.put(key.substring(0, dot), at(key.substring(dot + 1), value));
        }
        return new Branch(value.origin(), entries);
    }

    /// The node at a dotted key such as `server.port`; empty when there is none.
    default Optional<Setting> at(String key) {
        Setting node = this;
        for (var part : key.split("\\.", -1)) {
            if (!(node instanceof Branch branch) || !branch.entries().containsKey(part)) {
                return Optional.empty();
            }
            node = branch.entries().get(part);
        }
        return Optional.of(node);
    }

    /// This tree with a more important one laid over it; a key written without a value there changes nothing.
    default Setting overlay(Setting higher) {
        return Layering.overlay(this, higher);
    }

    /// Every single value under its full key, in order: what `config show` prints.
    default SequencedMap<String, Scalar> flatten() {
        return Layering.flatten(this);
    }

    /// True for a key written without a value.
    default boolean isEmpty() {
        return this instanceof Scalar scalar && scalar.value() == null;
    }
}
