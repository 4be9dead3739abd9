package dev.mainstay.message.redis;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a Redis server tells of itself: whether it is new enough, and what its settings mean for
/// messages. Immutable and thread-safe.
///
/// @param facts the lines of [INFO](https://redis.io/docs/latest/commands/info/)
record RedisServer(String address, Map<String, String> facts) {
    private static final Logger LOG = LoggerFactory.getLogger(RedisServer.class);
    private static final int OLDEST_MAJOR = 6;
    private static final int OLDEST_MINOR = 2;

    static RedisServer ask(RedisLink link) {
        String told = link.call(commands -> commands.info());
        Map<String, String> facts = told.lines()
                .filter(line -> line.contains(":"))
                .map(line -> line.split(":", 2))
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1].strip(), (first, second) -> first));
        return new RedisServer(link.address(), facts);
    }

    /// Refuses what cannot keep messages, and warns of what keeps them less well than it could.
    void requireSuitable() {
        requireVersion();
        if (facts.getOrDefault("role", "master").equals("slave")) {
            throw unsuitable("is a replica, which takes no writes: messages.url must name the primary");
        }
        if (facts.getOrDefault("cluster_enabled", "0").equals("1")) {
            throw unsuitable("is a Redis Cluster, whose scripts reach one slot alone: take one primary, with replicas");
        }
        if (facts.getOrDefault("aof_enabled", "0").equals("0")) {
            warn("keeps no append-only file: what it took since its last snapshot is lost when it dies."
                    + " Set appendonly yes, and appendfsync always when nothing may be lost with the machine");
        }
        String policy = facts.getOrDefault("maxmemory_policy", "noeviction");
        if (!policy.equals("noeviction") && !policy.startsWith("volatile")) {
            warn("throws keys away when its memory is full (maxmemory-policy " + policy + "): set it to noeviction");
        }
    }

    private void requireVersion() {
        String version = facts.getOrDefault("redis_version", "unknown");
        String[] parts = version.split("\\.", -1);
        boolean isKnown = parts.length > 1 && (parts[0] + parts[1]).chars().allMatch(Character::isDigit);
        int major = isKnown ? Integer.parseInt(parts[0]) : 0;
        if (major < OLDEST_MAJOR || (major == OLDEST_MAJOR && Integer.parseInt(parts[1]) < OLDEST_MINOR)) {
            throw unsuitable("is version " + version + ", and " + OLDEST_MAJOR + "." + OLDEST_MINOR + " is the oldest");
        }
    }

    private MainstayException unsuitable(String why) {
        return new MainstayException(ErrorCode.MESSAGES_UNSUITABLE, address + " " + why);
    }

    private void warn(String what) {
        LOG.atWarn().log("{} {}", address, what);
    }
}
