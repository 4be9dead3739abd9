package dev.mainstay.config;

import dev.mainstay.config.Setting.Branch;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Calls a record's constructor and reports what it refuses under the key and line the person knows. Stateless.
final class RecordMaker {
    private static final Pattern SUBJECT = Pattern.compile("([A-Za-z_]\\w*)((?:\\.[A-Za-z_]\\w*)*)(?=\\W|$)");

    private RecordMaker() {}

    static @Nullable Object make(
            RecordShape shape, List<@Nullable Object> values, Branch branch, KeyPath path, Problems problems) {
        try {
            return shape.constructor().newInstance(values.toArray());
        } catch (InvocationTargetException e) {
            if (!(e.getCause() instanceof IllegalArgumentException refusal)) {
                throw new IllegalStateException(shape.type().getName() + " failed on its settings", e.getCause());
            }
            problems.add(problem(shape, String.valueOf(refusal.getMessage()), branch, path));
            return null;
        } catch (InstantiationException | IllegalAccessException e) {
            throw new IllegalStateException("cannot make " + shape.type().getName(), e);
        }
    }

    private static Problem problem(RecordShape shape, String message, Branch branch, KeyPath path) {
        var subject = SUBJECT.matcher(message);
        if (!subject.lookingAt() || !shape.keys().contains(subject.group(1))) {
            return Problem.stating(branch.origin(), path, message);
        }
        var key = subject.group();
        var origin = branch.at(key)
                .or(() -> branch.at(subject.group(1)))
                .map(Setting::origin)
                .orElse(branch.origin());
        return Problem.of(
                origin, path.child(key), message.substring(subject.end()).strip());
    }
}
