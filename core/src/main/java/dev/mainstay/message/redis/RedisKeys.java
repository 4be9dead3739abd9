package dev.mainstay.message.redis;

import java.util.UUID;

/// Names of keys that Java and the scripts share. Stateless and thread-safe.
final class RedisKeys {
    /// The set of all that begin an organization's keys.
    static final String ORGANIZATIONS = "mainstay:organizations";
    /// Where hints are published.
    static final String ARRIVALS = "mainstay:arrivals";
    /// There while nothing is to be forgotten again.
    static final String TRIMMED = "mainstay:trimmed";

    private RedisKeys() {}

    /// What every key of an organization begins with.
    static String root(UUID organization) {
        return "mainstay:{" + organization + "}:";
    }

    static String session(UUID session) {
        return "mainstay:session:" + session;
    }
}
