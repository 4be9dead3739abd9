package dev.mainstay.message.nats;

import dev.mainstay.message.DeadLetter;
import dev.mainstay.message.Outgoing;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Names of streams, subjects and keys. Stateless and thread-safe.
final class NatsNames {
    /// The bucket of what all organizations share: signs of life, and when a duty was done last.
    static final String NODES = "MAINSTAY_NODES";

    static final String KEPT = "kept.";
    private static final String LOG = "MAINSTAY_LOG_";
    private static final int PRIORITIES = 4;
    private static final int PLAIN_UUID = 32;

    private NatsNames() {}

    private static String plain(UUID id) {
        return id.toString().replace("-", "");
    }

    static String log(UUID organization) {
        return LOG + plain(organization);
    }

    /// The organization whose log a stream is.
    static Optional<UUID> organization(String stream) {
        return stream.startsWith(LOG) && stream.length() == LOG.length() + PLAIN_UUID
                ? Optional.of(UUID.fromString(stream.substring(LOG.length())
                        .replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5")))
                : Optional.empty();
    }

    static String groups(UUID organization) {
        return "MAINSTAY_GROUPS_" + plain(organization);
    }

    /// Where a frame goes: its subject tells which priorities are in it, so that the urgent are found among many.
    static String frame(UUID organization, List<Outgoing> messages) {
        return frames(organization)
                + IntStream.range(0, PRIORITIES)
                        .mapToObj(urgency -> messages.stream()
                                        .anyMatch(message -> message.priority().stored() == urgency)
                                ? "1"
                                : "0")
                        .collect(Collectors.joining("."));
    }

    private static String frames(UUID organization) {
        return "mainstay.log." + plain(organization) + ".";
    }

    static String everyFrame(UUID organization) {
        return frames(organization) + "*.*.*.*";
    }

    /// Frames with messages of one priority in them.
    static String framesWith(UUID organization, int urgency) {
        return frames(organization)
                + IntStream.range(0, PRIORITIES)
                        .mapToObj(each -> each == urgency ? "1" : "*")
                        .collect(Collectors.joining("."));
    }

    static String parts(UUID organization, String of) {
        return "mainstay.part." + plain(organization) + "." + of;
    }

    /// Where hints are published that something arrived.
    static String arrivals(String organization) {
        return "mainstay.arrivals." + organization;
    }

    static String group(String name) {
        return "group." + escaped(name);
    }

    /// The group of such a key.
    static String groupOf(String key) {
        return plainName(key.substring("group.".length()));
    }

    static String deadLetter(String group, long position) {
        return "dead." + escaped(group) + "." + position;
    }

    static String deadLetters(Optional<String> group) {
        return "dead." + group.map(NatsNames::escaped).orElse("*") + ".*";
    }

    /// Of the key of a dead letter.
    static DeadLetter.Place placeOf(String deadLetter) {
        int dot = deadLetter.lastIndexOf('.');
        return new DeadLetter.Place(
                Long.parseLong(deadLetter.substring(dot + 1)), plainName(deadLetter.substring("dead.".length(), dot)));
    }

    /// A message that is needed longer than the log keeps it.
    static String kept(long position) {
        return KEPT + position;
    }

    static String session(UUID session) {
        return "session." + session;
    }

    // Of what names may hold, a key may not hold these.
    private static String escaped(String name) {
        return name.replace("@", "=40").replace("*", "=2a").replace(".", "=2e");
    }

    private static String plainName(String escaped) {
        return escaped.replace("=2e", ".").replace("=2a", "*").replace("=40", "@");
    }
}
