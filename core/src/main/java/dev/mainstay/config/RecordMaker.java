package dev.mainstay.config;

import dev.mainstay.config.RecordShape.Part;
import dev.mainstay.config.Setting.Branch;
import java.lang.reflect.InvocationTargetException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Calls a record's constructor and reports what it refuses under the key and line the person knows.
///
/// A constructor stops at the first thing it refuses. So that a person mends everything in one go, what is wrong is
/// replaced by what would apply if the key were not set, and the constructor is called again, to find the next.
/// Not thread-safe.
final class RecordMaker {
    private static final Pattern SUBJECT = Pattern.compile("([A-Za-z_]\\w*)((?:\\.[A-Za-z_]\\w*)*)(?=\\W|$)");

    private final RecordShape shape;
    private final Branch branch;
    private final KeyPath path;
    private final Problems problems;
    private final Set<String> wrong = new HashSet<>();

    RecordMaker(RecordShape shape, Branch branch, KeyPath path, Problems problems) {
        this.shape = shape;
        this.branch = branch;
        this.path = path;
        this.problems = problems;
    }

    /// What applies for a component whose own value is wrong; `possible` is false where nothing does.
    record Substitute(boolean possible, @Nullable Object value) {}

    /// @param values one for each part, null too for those in `alreadyWrong`
    @Nullable
    Object make(List<@Nullable Object> values, Set<String> alreadyWrong, Function<Part, Substitute> substitutes) {
        for (var name : alreadyWrong) {
            if (!replace(name, values, substitutes)) {
                return null;
            }
        }
        for (var refused = refusal(values); refused.isPresent(); refused = refusal(values)) {
            var message = refused.get();
            if (wrong.stream().noneMatch(name -> mentions(message, name))) {
                problems.add(problem(message));
            }
            if (!replace(subject(message), values, substitutes)) {
                return null;
            }
        }
        return wrong.isEmpty() ? instance(values) : null;
    }

    /// False when the component cannot be replaced, or was before: then there is nothing more to be found.
    private boolean replace(String name, List<@Nullable Object> values, Function<Part, Substitute> substitutes) {
        for (var i = 0; i < values.size(); i++) {
            var part = shape.parts().get(i);
            if (part.name().equals(name) && wrong.add(name)) {
                var substitute = substitutes.apply(part);
                values.set(i, substitute.value());
                return substitute.possible();
            }
        }
        return false;
    }

    /// A rule that speaks of a value which is replaced says nothing about what the person wrote.
    private static boolean mentions(String message, String name) {
        return Pattern.compile("\\b" + Pattern.quote(name) + "\\b")
                .matcher(message)
                .find();
    }

    private Optional<String> refusal(List<@Nullable Object> values) {
        try {
            instance(values);
            return Optional.empty();
        } catch (Refused e) {
            return Optional.of(e.words);
        }
    }

    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final String words;

        Refused(IllegalArgumentException refusal) {
            super(refusal);
            this.words = String.valueOf(refusal.getMessage());
        }
    }

    private Object instance(List<@Nullable Object> values) {
        try {
            return shape.constructor().newInstance(values.toArray());
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refusal) {
                throw new Refused(refusal);
            }
            throw new IllegalStateException(shape.type().getName() + " failed on its settings", e.getCause());
        } catch (InstantiationException | IllegalAccessException e) {
            throw new IllegalStateException("cannot make " + shape.type().getName(), e);
        }
    }

    /// The component a message begins with; empty when it begins with none.
    private String subject(String message) {
        var subject = SUBJECT.matcher(message);
        return subject.lookingAt() && shape.keys().contains(subject.group(1)) ? subject.group(1) : "";
    }

    private Problem problem(String message) {
        var component = subject(message);
        if (component.isEmpty()) {
            return Problem.stating(branch.origin(), path, message);
        }
        var subject = SUBJECT.matcher(message);
        var key = subject.lookingAt() ? subject.group() : component;
        var origin = branch.at(key)
                .or(() -> branch.at(component))
                .map(Setting::origin)
                .orElse(branch.origin());
        return Problem.of(
                origin, path.child(key), message.substring(key.length()).strip());
    }
}
