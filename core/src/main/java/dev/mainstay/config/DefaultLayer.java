package dev.mainstay.config;

import dev.mainstay.config.Setting.Branch;
import dev.mainstay.config.Setting.Items;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;

/// The lowest layer of the settings: what a record's [Default]s say.
///
/// [RecordBinder] applies defaults by itself; this is for showing a person what applies. Stateless and
/// thread-safe.
public final class DefaultLayer {
    private DefaultLayer() {}

    /// The settings with every default of the record below them, those inside lists and maps too, with the origin
    /// `default`. A section that may be absent, and is, stays absent.
    public static Setting under(Class<? extends Record> type, Setting settings) {
        return fill(type, settings);
    }

    private static Setting fill(Type type, Setting setting) {
        if (Types.isOptional(type)) {
            return fill(Types.element(type), setting);
        }
        if (Types.isRecord(type)) {
            return setting instanceof Branch branch ? section(type, branch) : setting;
        }
        return switch (setting) {
            case Items items
            when Types.isList(type) ->
                new Items(
                        items.origin(),
                        items.values().stream()
                                .map(value -> fill(Types.element(type), value))
                                .toList());
            case Branch branch
            when Types.isMap(type) -> {
                var entries = new LinkedHashMap<String, Setting>();
                branch.entries().forEach((key, value) -> entries.put(key, fill(Types.element(type), value)));
                yield new Branch(branch.origin(), entries);
            }
            default -> setting;
        };
    }

    private static Branch section(Type type, Branch branch) {
        var entries = new LinkedHashMap<String, Setting>();
        for (var part : RecordShape.of(Types.raw(type)).parts()) {
            var given = branch.entries().get(part.name());
            if (given != null && !given.isEmpty()) {
                entries.put(part.name(), fill(part.type(), given));
            } else if (part.fallback() != null) {
                entries.put(part.name(), TextValue.of(part.type(), part.fallback(), Origin.DEFAULT));
            } else if (Types.isRecord(part.type()) && !part.nullable()) {
                entries.put(part.name(), section(part.type(), Branch.empty(Origin.DEFAULT)));
            }
        }
        branch.entries().forEach(entries::putIfAbsent);
        return new Branch(branch.origin(), entries);
    }
}
