package dev.mainstay.server.stream;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where in a stream somebody is: which picture of the agents they have (of one watch of one process), and up to
/// which number they have every event (on any node). Immutable.
record Position(UUID watch, long version, long settled) {
    private static final Pattern FORM = Pattern.compile(
            "([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\\.(\\d{1,18})\\.(\\d{1,18})");

    String text() {
        return watch + "." + version + "." + settled;
    }

    static Optional<Position> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(new Position(
                        UUID.fromString(matcher.group(1)),
                        Long.parseLong(matcher.group(2)),
                        Long.parseLong(matcher.group(3))))
                : Optional.empty();
    }
}
