package dev.mainstay.postgres;

import java.util.regex.Pattern;

/// Makes any text one that PostgreSQL can store: it takes neither NUL nor half of a surrogate pair, and one such
/// character would fail the whole batch it came with. Each becomes U+FFFD, the sign for what cannot be shown.
///
/// Stateless and thread-safe.
public final class StorableText {
    private static final char REPLACEMENT = '\uFFFD';
    // A backslash that is itself escaped begins no escape.
    private static final Pattern ESCAPED_NUL = Pattern.compile("((?<!\\\\)(?:\\\\\\\\)*)\\\\u0000");

    private StorableText() {}

    /// `text`, cut to `maxLength` UTF-16 units.
    public static String of(String text, int maxLength) {
        String cut = text.length() <= maxLength ? text : text.substring(0, maxLength);
        for (int i = 0; i < cut.length(); i++) {
            if (isUnstorable(cut, i)) {
                return replaced(cut, i);
            }
        }
        return cut;
    }

    /// JSON text whose strings jsonb can hold.
    public static String json(String json) {
        String clean = json.contains("\\u0000") ? ESCAPED_NUL.matcher(json).replaceAll("$1" + REPLACEMENT) : json;
        return of(clean, Integer.MAX_VALUE);
    }

    private static String replaced(String text, int from) {
        StringBuilder clean = new StringBuilder(text);
        for (int i = from; i < text.length(); i++) {
            if (isUnstorable(text, i)) {
                clean.setCharAt(i, REPLACEMENT);
            }
        }
        return clean.toString();
    }

    private static boolean isUnstorable(String text, int index) {
        char letter = text.charAt(index);
        if (Character.isHighSurrogate(letter)) {
            return index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
        }
        if (Character.isLowSurrogate(letter)) {
            return index == 0 || !Character.isHighSurrogate(text.charAt(index - 1));
        }
        return letter == 0;
    }
}
