package dev.mainstay.agents.check;

import java.util.regex.Pattern;

/// Foreign text made fit for one line of a message. Stateless and thread-safe.
final class Excerpt {
    private static final int LONGEST = 200;
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cntrl}]+");

    private Excerpt() {}

    /// The beginning of `text`, in quotes, without line ends and other control characters.
    static String of(String text) {
        String line = CONTROLS.matcher(text.strip()).replaceAll(" ");
        return line.length() > LONGEST ? "'" + line.substring(0, LONGEST) + "…'" : "'" + line + "'";
    }

    /// What went wrong, in the words of the innermost exception that has any.
    static String of(Throwable failure) {
        String words = failure.toString();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null && !cause.getMessage().isBlank()) {
                words = cause.getClass().getSimpleName() + ": " + cause.getMessage();
            }
        }
        return words;
    }
}
