package dev.mainstay.config;

import dev.mainstay.config.Setting.Branch;
import dev.mainstay.config.Setting.Items;
import dev.mainstay.config.Setting.Scalar;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// Lays settings trees over one another and lists what results. Stateless and thread-safe.
final class Layering {
    private Layering() {}

    static Setting overlay(Setting lower, Setting higher) {
        if (higher.isEmpty()) {
            return lower;
        }
        if (!(lower instanceof Branch below && higher instanceof Branch above)) {
            return higher;
        }
        var entries = new LinkedHashMap<>(below.entries());
        above.entries().forEach((key, value) -> entries.merge(key, value, Layering::overlay));
        // A key missing from a merged branch is best looked for in the file, which is the lower of the two.
        return new Branch(below.origin(), entries);
    }

    static SequencedMap<String, Scalar> flatten(Setting setting) {
        var flat = new LinkedHashMap<String, Scalar>();
        flatten(setting, KeyPath.ROOT, flat);
        return flat;
    }

    private static void flatten(Setting setting, KeyPath path, SequencedMap<String, Scalar> flat) {
        switch (setting) {
            case Branch branch -> branch.entries().forEach((key, value) -> flatten(value, path.child(key), flat));
            case Items items -> {
                for (var i = 0; i < items.values().size(); i++) {
                    flatten(items.values().get(i), path.item(i), flat);
                }
            }
            case Scalar scalar -> flat.put(path.text(), scalar);
        }
    }
}
