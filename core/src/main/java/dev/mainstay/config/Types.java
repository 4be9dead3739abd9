package dev.mainstay.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Which Java types a setting can have, and what documents call them. Stateless.
final class Types {
    private Types() {}

    /// The class behind a type: of `List<String>` it is List.
    static Class<?> raw(Type type) {
        return switch (type) {
            case Class<?> plain -> plain;
            case ParameterizedType generic -> (Class<?>) generic.getRawType();
            default -> throw new IllegalArgumentException("not a type for a setting: " + type.getTypeName());
        };
    }

    /// The type of the values in a list, set or optional, and of the values (not the keys) in a map.
    static Type element(Type type) {
        if (type instanceof ParameterizedType generic) {
            var arguments = generic.getActualTypeArguments();
            return arguments[arguments.length - 1];
        }
        throw new IllegalArgumentException("a raw " + type.getTypeName() + "; say what it holds");
    }

    static boolean isList(Type type) {
        return raw(type) == List.class || raw(type) == Set.class;
    }

    static boolean isMap(Type type) {
        return raw(type) == Map.class;
    }

    static boolean isOptional(Type type) {
        return raw(type) == Optional.class;
    }

    static boolean isRecord(Type type) {
        return raw(type).isRecord() && !ScalarTypes.has(raw(type));
    }

    /// False for all that has a natural empty form: lists, maps, optionals, sections and raw settings.
    static boolean isSingleValue(Type type) {
        return ScalarTypes.has(raw(type)) || raw(type) == Secret.class;
    }

    /// What an error message expects: `a duration such as 30s`.
    static String phrase(Type type) {
        var raw = raw(type);
        if (isSingleValue(type)) {
            return raw == Secret.class
                    ? "env:NAME or file:PATH"
                    : ScalarTypes.of(raw).phrase();
        }
        return isList(type) ? "a list" : "keys and values";
    }

    /// What documents call it: `duration`, `list of text`.
    static String name(Type type) {
        var raw = raw(type);
        if (isSingleValue(type)) {
            return raw == Secret.class ? "secret" : ScalarTypes.of(raw).name();
        }
        if (isOptional(type)) {
            return name(element(type));
        }
        if (isList(type)) {
            return "list of " + name(element(type));
        }
        return isMap(type) ? "map of " + name(element(type)) : raw == Setting.class ? "any" : "section";
    }

    /// Fails when a record asks for what no setting can be: a mistake in code, found the first time it is used.
    static void require(Class<?> owner, RecordShape.Part part) {
        try {
            require(part.type());
            if (part.remainder() && part.type() != Setting.class) {
                throw new IllegalArgumentException("@Remainder belongs on a Setting");
            }
            if (part.fallback() != null) {
                TextValue.check(part.type(), part.fallback());
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(owner.getName() + "." + part.name() + ": " + e.getMessage(), e);
        }
    }

    private static void require(Type type) {
        if (isMap(type) && ((ParameterizedType) type).getActualTypeArguments()[0] != String.class) {
            throw new IllegalArgumentException("the keys of a map are text");
        }
        if (isList(type) || isMap(type) || isOptional(type)) {
            require(element(type));
        } else if (!isSingleValue(type) && !isRecord(type) && raw(type) != Setting.class) {
            throw new IllegalArgumentException("not a type for a setting: " + type.getTypeName());
        }
    }
}
