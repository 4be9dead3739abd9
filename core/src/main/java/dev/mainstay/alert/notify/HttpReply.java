package dev.mainstay.alert.notify;

import java.util.regex.Pattern;

/// The status that was answered, and the beginning of what else was. Immutable and thread-safe.
record HttpReply(int status, String body) {
    private static final int LONGEST = 200;
    private static final int SUCCESS = 2;
    private static final int REDIRECT = 3;
    private static final int HUNDRED = 100;
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cntrl}]+");

    boolean isTaken() {
        return status / HUNDRED == SUCCESS;
    }

    /// In one line.
    String words() {
        String line = CONTROLS.matcher(body.strip()).replaceAll(" ");
        String shown = line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
        return "answered " + status + (status / HUNDRED == REDIRECT ? ", a redirect, which is not followed" : "")
                + (shown.isEmpty() ? "" : ": " + shown);
    }
}
