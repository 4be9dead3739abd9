package dev.mainstay.server.stream;

import dev.mainstay.telemetry.HeartbeatQueries.Beat;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The last half hour of one agent's heartbeats: 30 minutes summed up, and the newest 40. Not thread-safe.
final class AgentBeats {
    static final int MINUTES = 30;
    private static final int RECENT = 40;

    private final long[] minuteOf = new long[MINUTES];
    private final int[] ticks = new int[MINUTES];
    private final int[] failures = new int[MINUTES];
    private final double[] busyMs = new double[MINUTES];
    private final Deque<Beat> recent = new ArrayDeque<>(RECENT);
    private Instant last = Instant.EPOCH;

    /// A heartbeat; one that is known already changes nothing. Those of one agent are stored in their order.
    void add(Beat beat) {
        if (!beat.at().isAfter(last)) {
            return;
        }
        last = beat.at();
        addMinute(beat);
        if (recent.size() == RECENT) {
            recent.removeFirst();
        }
        recent.addLast(beat);
    }

    /// A whole minute that was summed up by the database.
    void addMinute(Beat sum) {
        long minute = minute(sum.at());
        int index = (int) (minute % MINUTES);
        if (minuteOf[index] != minute) {
            minuteOf[index] = minute;
            ticks[index] = 0;
            failures[index] = 0;
            busyMs[index] = 0;
        }
        ticks[index] += sum.ticks();
        failures[index] += sum.failures();
        busyMs[index] += sum.busyMs();
    }

    static long minute(Instant at) {
        return Math.floorDiv(at.getEpochSecond(), 60L);
    }

    /// Whether nothing is left from `minute` on.
    boolean isOver(long minute) {
        return Arrays.stream(minuteOf).noneMatch(held -> held >= minute);
    }

    @Nullable
    Integer ticks(long minute) {
        int index = (int) (minute % MINUTES);
        return minuteOf[index] == minute ? ticks[index] : null;
    }

    @Nullable
    Integer failures(long minute) {
        int index = (int) (minute % MINUTES);
        return minuteOf[index] == minute ? failures[index] : null;
    }

    /// The mean time of a tick.
    @Nullable
    Double busyMs(long minute) {
        int index = (int) (minute % MINUTES);
        return minuteOf[index] == minute && ticks[index] > 0 ? busyMs[index] / ticks[index] : null;
    }

    Pulse.Recent recent(Instant at) {
        List<Long> ages = new ArrayList<>(recent.size());
        List<Integer> failed = new ArrayList<>(recent.size());
        List<@Nullable Double> tickMs = new ArrayList<>(recent.size());
        for (Beat beat : recent) {
            ages.add(at.toEpochMilli() - beat.at().toEpochMilli());
            failed.add(beat.failures());
            tickMs.add(beat.ticks() > 0 ? beat.busyMs() / beat.ticks() : null);
        }
        return new Pulse.Recent(ages, failed, tickMs);
    }
}
