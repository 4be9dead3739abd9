package dev.mainstay.message.redis;

import dev.mainstay.concurrent.MonotonicClock;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Forgets what is older than the retention, once groups were taken past it: for so long a round, in
/// bounded pieces of work, because nobody else is served while a script runs and the dead are rescued between the
/// rounds. Used by one thread at a time.
final class RedisTrim {
    private static final Duration PAUSE = Duration.ofMinutes(1);
    private static final Duration ROUND = Duration.ofSeconds(1);
    private static final int MESSAGES = 1_000;
    private static final int KEPT = 100;
    private static final String BEGIN = "0";

    private final RedisLink link;
    private final long retention;
    private final Map<String, String> cursors = new ConcurrentHashMap<>();
    private final MonotonicClock monotonic = MonotonicClock.system();
    private long until;

    RedisTrim(RedisLink link, Duration retention) {
        this.link = link;
        this.retention = retention.toMillis() * 1_000;
    }

    void round(Set<String> roots) {
        if (link.call(commands -> commands.get(RedisKeys.TRIMMED)) != null) {
            return;
        }
        boolean isDone = true;
        until = monotonic.nanos() + ROUND.toNanos();
        for (String root : roots) {
            isDone &= hasTime() && trim(root);
        }
        if (isDone) {
            link.call(commands -> commands.set(RedisKeys.TRIMMED, "1", SetArgs.Builder.px(PAUSE)));
        }
    }

    /// False when there is more to do.
    private boolean trim(String root) {
        String cut = Long.toString(now() - retention);
        return steps(RedisScript.PASS, root, cut) && steps(RedisScript.TRIM, root, cut) && tidy(root);
    }

    private boolean hasTime() {
        return monotonic.nanos() < until;
    }

    private long now() {
        List<String> time = link.call(commands -> commands.time());
        return Long.parseLong(time.getFirst()) * 1_000_000 + Long.parseLong(time.getLast());
    }

    private boolean steps(RedisScript script, String root, String cut) {
        while (hasTime()) {
            if (run(script, root, cut, MESSAGES).equals("0")) {
                return true;
            }
        }
        return false;
    }

    private boolean tidy(String root) {
        String cursor = cursors.getOrDefault(root, BEGIN);
        while (hasTime()) {
            cursor = run(RedisScript.TIDY, root, cursor, KEPT);
            if (cursor.equals(BEGIN)) {
                cursors.remove(root);
                return true;
            }
        }
        cursors.put(root, cursor);
        return false;
    }

    private String run(RedisScript script, String root, String from, int most) {
        return link.run(script, List.of(root), List.of(from, Integer.toString(most)))
                .getFirst()
                .toString();
    }
}
