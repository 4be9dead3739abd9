package dev.mainstay.config;

import dev.mainstay.config.ScalarTypes.ScalarType;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// Reads an enum by its words: ONE_FOR_ONE is `one-for-one` in the settings, in any case. Stateless.
final class EnumWords {
    private EnumWords() {}

    static ScalarType scalarType(Class<?> type) {
        var words = new LinkedHashMap<String, Object>();
        for (var constant : type.getEnumConstants()) {
            words.put(word(((Enum<?>) constant).name()), constant);
        }
        var phrase = "one of " + String.join(", ", words.keySet());
        return new ScalarType(phrase, phrase, text -> read(text, words, phrase));
    }

    private static Object read(String text, Map<String, Object> words, String phrase) {
        var constant = words.get(word(text.strip()));
        if (constant == null) {
            throw new IllegalArgumentException(
                    ScalarTypes.expected(phrase, text).getMessage() + Suggestions.didYouMean(text, words.keySet()));
        }
        return constant;
    }

    private static String word(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
