package dev.mainstay.config;

import dev.mainstay.MainstayException;
import dev.mainstay.config.RecordShape.Part;
import dev.mainstay.config.Setting.Branch;
import dev.mainstay.config.Setting.Items;
import dev.mainstay.config.Setting.Scalar;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One run of [RecordBinder]. Each method returns the value, or null after it added what is wrong to the problems.
/// Not thread-safe.
final class Binding {
    private final Map<String, String> environment;
    private final boolean readsSecrets;
    private final Problems problems;

    Binding(Map<String, String> environment, boolean readsSecrets, Problems problems) {
        this.environment = environment;
        this.readsSecrets = readsSecrets;
        this.problems = problems;
    }

    @Nullable
    Object record(RecordShape shape, Setting setting, KeyPath path, Set<String> alsoKnown) {
        if (!(setting instanceof Branch branch)) {
            return mismatch(shape.type(), setting, path);
        }
        var known = problems.count();
        if (!shape.hasRemainder()) {
            refuseUnknownKeys(shape, branch, path, alsoKnown);
        }
        var unknown = problems.count() > known;
        var wrong = new LinkedHashSet<String>();
        var values = values(shape, branch, path, wrong);
        var made = new RecordMaker(shape, branch, path, problems).make(values, wrong, part -> unset(part, path));
        return unknown ? null : made;
    }

    /// One value for each part; those that could not be read are null and named in `wrong`.
    private List<@Nullable Object> values(RecordShape shape, Branch branch, KeyPath path, Set<String> wrong) {
        var values = new ArrayList<@Nullable Object>();
        for (var part : shape.parts()) {
            var before = problems.count();
            values.add(part.remainder() ? remainder(shape, branch) : part(part, branch, path));
            if (problems.count() > before) {
                wrong.add(part.name());
            }
        }
        return values;
    }

    /// What a component has when its key is not set.
    private RecordMaker.Substitute unset(Part part, KeyPath path) {
        var complaints = new Problems();
        var nothing = new Binding(environment, readsSecrets, complaints);
        var value = nothing.part(part, Branch.empty(Origin.DEFAULT), path);
        return new RecordMaker.Substitute(complaints.count() == 0, value);
    }

    private void refuseUnknownKeys(RecordShape shape, Branch branch, KeyPath path, Set<String> alsoKnown) {
        var known = new LinkedHashSet<>(shape.keys());
        branch.entries().forEach((key, value) -> {
            if (!known.contains(key)) {
                var words = new LinkedHashSet<>(known);
                words.addAll(alsoKnown);
                var hint = Suggestions.didYouMeanOrKnown(key, words);
                problems.add(Problem.of(value.origin(), path.child(key), "is not a known key" + hint));
            }
        });
    }

    private static Branch remainder(RecordShape shape, Branch branch) {
        var rest = new LinkedHashMap<>(branch.entries());
        rest.keySet().removeAll(shape.keys());
        return new Branch(branch.origin(), rest);
    }

    private @Nullable Object part(Part part, Branch branch, KeyPath path) {
        var child = path.child(part.name());
        var setting = branch.entries().get(part.name());
        if (setting != null && !setting.isEmpty()) {
            return value(part.type(), setting, child);
        }
        if (part.fallback() != null) {
            return value(part.type(), TextValue.of(part.type(), part.fallback(), Origin.DEFAULT), child);
        }
        if (part.nullable()) {
            return null;
        }
        return setting == null
                ? absent(part, branch.origin(), child, "is required and missing")
                : absent(part, setting.origin(), child, "is required and has no value");
    }

    private @Nullable Object absent(Part part, Origin origin, KeyPath path, String complaint) {
        if (part.named()) {
            problems.add(Problem.of(origin, path, complaint + "; expected " + Types.phrase(part.type())));
            return null;
        }
        return absent(part.type(), origin, path, complaint);
    }

    /// The natural empty value, or the problem that there is none.
    private @Nullable Object absent(Type type, Origin origin, KeyPath path, String complaint) {
        if (Types.isSingleValue(type)) {
            problems.add(Problem.of(origin, path, complaint + "; expected " + Types.phrase(type)));
            return null;
        }
        if (Types.isOptional(type)) {
            return Optional.empty();
        }
        return value(type, Types.isList(type) ? new Items(origin, List.of()) : Branch.empty(origin), path);
    }

    private @Nullable Object value(Type type, Setting setting, KeyPath path) {
        var raw = Types.raw(type);
        if (raw == Setting.class) {
            return setting;
        }
        if (setting.isEmpty()) {
            return absent(type, setting.origin(), path, "has no value");
        }
        if (Types.isOptional(type)) {
            return Optional.ofNullable(value(Types.element(type), setting, path));
        }
        if (Types.isRecord(type)) {
            return record(RecordShape.of(raw), setting, path, Set.of());
        }
        return switch (setting) {
            case Items items when Types.isList(type) -> list(type, items, path);
            case Branch branch when Types.isMap(type) -> map(type, branch, path);
            case Scalar scalar when raw == Secret.class -> secret(scalar, path);
            case Scalar scalar when Types.isSingleValue(type) -> scalar(raw, scalar, path);
            default -> mismatch(type, setting, path);
        };
    }

    private Object list(Type type, Items items, KeyPath path) {
        var values = new ArrayList<Object>();
        for (var i = 0; i < items.values().size(); i++) {
            var value = value(Types.element(type), items.values().get(i), path.item(i));
            if (value != null) {
                values.add(value);
            }
        }
        return Types.raw(type) == Set.class
                ? Collections.unmodifiableSequencedSet(new LinkedHashSet<>(values))
                : List.copyOf(values);
    }

    private Object map(Type type, Branch branch, KeyPath path) {
        var values = new LinkedHashMap<String, Object>();
        branch.entries().forEach((key, setting) -> {
            var value = value(Types.element(type), setting, path.child(key));
            if (value != null) {
                values.put(key, value);
            }
        });
        return Collections.unmodifiableSequencedMap(values);
    }

    private @Nullable Object scalar(Class<?> type, Scalar scalar, KeyPath path) {
        try {
            return ScalarTypes.of(type).read().apply(scalar.text());
        } catch (IllegalArgumentException e) {
            problems.add(Problem.stating(scalar.origin(), path, String.valueOf(e.getMessage())));
            return null;
        }
    }

    private @Nullable Object secret(Scalar scalar, KeyPath path) {
        try {
            var secret = Secret.of(scalar.text(), environment);
            if (readsSecrets) {
                secret.reveal();
            }
            return secret;
        } catch (IllegalArgumentException | MainstayException e) {
            problems.add(Problem.stating(scalar.origin(), path, String.valueOf(e.getMessage())));
            return null;
        }
    }

    private @Nullable Object mismatch(Type type, Setting setting, KeyPath path) {
        var hint = Types.isList(type) && setting instanceof Scalar ? "; write [a, b]" : "";
        problems.add(Problem.stating(
                setting.origin(), path, "expected " + Types.phrase(type) + ", found " + Shapes.of(setting) + hint));
        return null;
    }
}
