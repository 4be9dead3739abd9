package dev.mainstay.config;

import dev.mainstay.config.Setting.Items;
import dev.mainstay.config.Setting.Scalar;
import java.lang.reflect.Type;
import java.util.Arrays;

/// A setting from one line of text, as [Default] and the environment give it: a list is separated by commas.
/// Stateless.
final class TextValue {
    private TextValue() {}

    static Setting of(Type type, String text, Origin origin) {
        if (Types.isOptional(type)) {
            return of(Types.element(type), text, origin);
        }
        if (!Types.isList(type)) {
            return new Scalar(origin, text);
        }
        return new Items(
                origin,
                Arrays.stream(text.split(",", -1))
                        .map(String::strip)
                        .filter(part -> !part.isEmpty())
                        .map(part -> (Setting) new Scalar(origin, part))
                        .toList());
    }

    /// Whether a value of the type can be written on one line at all.
    static boolean isPossible(Type type) {
        if (Types.isOptional(type) || Types.isList(type)) {
            return Types.isSingleValue(Types.element(type));
        }
        return Types.isSingleValue(type);
    }

    /// Throws IllegalArgumentException when the text is no value of the type.
    static void check(Type type, String text) {
        if (!isPossible(type)) {
            throw new IllegalArgumentException("a default cannot be given for " + type.getTypeName());
        }
        var setting = of(type, text, Origin.DEFAULT);
        var single = Types.isSingleValue(type) ? type : Types.element(type);
        if (setting instanceof Items items) {
            items.values().forEach(value -> checkSingle(single, (Scalar) value));
        } else {
            checkSingle(single, (Scalar) setting);
        }
    }

    private static void checkSingle(Type type, Scalar scalar) {
        if (Types.raw(type) != Secret.class) {
            var _ = ScalarTypes.of(Types.raw(type)).read().apply(scalar.text());
        }
    }
}
