package dev.mainstay.message;

import java.util.regex.Pattern;

/// Names of channels: those people choose, and those the bus reserves by their first letter. Stateless and
/// thread-safe.
final class Channels {
    /// What every agent's inbox hears besides its own channel.
    static final String ALL_AGENTS = "@*";

    private static final String REPLIES = "@reply.";
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");
    private static final Pattern ANY = Pattern.compile("@\\*|(@|@reply\\.)?[a-z0-9][a-z0-9._-]{0,127}");

    private Channels() {}

    static String ofAgent(String agent) {
        return "@" + requireName("agent", agent);
    }

    static String ofReplies(String reader) {
        return REPLIES + reader;
    }

    static boolean isForReplies(String channel) {
        return channel.startsWith(REPLIES);
    }

    static String requireName(String field, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    field + " must be 1 to 128 of a-z 0-9 . _ - and begin with a letter or digit, was '" + name + "'");
        }
        return name;
    }

    static String requireAny(String name) {
        if (!ANY.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "channel must be a name, '@' and an agent, or '@*' for all agents, was '" + name + "'");
        }
        return name;
    }
}
