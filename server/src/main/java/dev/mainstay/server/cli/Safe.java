package dev.mainstay.server.cli;

/// Text of others made harmless for a terminal: no name may move the cursor, change colours or hide. Stateless.
final class Safe {
    private Safe() {}

    /// One line: every control character and every invisible one that changes the direction of text is left out.
    static String line(String text) {
        return clean(text, false);
    }

    /// The same, with line ends and tabs kept.
    static String lines(String text) {
        return clean(text, true);
    }

    private static String clean(String text, boolean keepLines) {
        var clean = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (point == '\n' || point == '\t') {
                clean.append(keepLines ? (char) point : ' ');
            } else if (!Character.isISOControl(point) && Character.getType(point) != Character.FORMAT) {
                clean.appendCodePoint(point);
            }
        });
        return clean.toString();
    }
}
