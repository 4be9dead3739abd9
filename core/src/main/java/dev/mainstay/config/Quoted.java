package dev.mainstay.config;

import java.util.stream.Collectors;

/// Quotes what a person wrote for an error message, on one line and not longer than a line. Stateless.
final class Quoted {
    private static final int LONGEST = 60;

    private Quoted() {}

    static String of(String written) {
        var shown =
                written.codePoints().limit(LONGEST).mapToObj(Quoted::visible).collect(Collectors.joining());
        return '"' + shown + (written.codePointCount(0, written.length()) > LONGEST ? "…" : "") + '"';
    }

    private static String visible(int character) {
        return switch (character) {
            case '\n' -> "\\n";
            case '\t' -> "\\t";
            default ->
                Character.isISOControl(character) ? "\\x%02x".formatted(character) : Character.toString(character);
        };
    }
}
