package dev.mainstay.bench.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/// The processor time of a PostgreSQL server: its first process, all that live below it, and all that have ended,
/// so that a vacuum that came and went counts too. Needs Linux's `/proc`. Thread-safe.
public final class ServerCpu {
    private static final int STATE = 2;
    private static final int USER = 13;
    private static final int SYSTEM = 14;
    private static final int ENDED_USER = 15;
    private static final int ENDED_SYSTEM = 16;
    /// USER_HZ: what the kernel reports in is a hundredth of a second on every Linux.
    private static final long NANOS_PER_CLOCK_TICK = 10_000_000L;

    private final long postmaster;

    ServerCpu(long postmaster) {
        this.postmaster = postmaster;
    }

    /// Since the server was started.
    public Duration used() {
        long ticks = ticks(postmaster, USER, SYSTEM, ENDED_USER, ENDED_SYSTEM)
                + children().mapToLong(child -> ticks(child, USER, SYSTEM)).sum();
        return Duration.ofNanos(ticks * NANOS_PER_CLOCK_TICK);
    }

    /// Of one process of the server that lives.
    public Duration used(long process) {
        return Duration.ofNanos(ticks(process, USER, SYSTEM) * NANOS_PER_CLOCK_TICK);
    }

    private Stream<Long> children() {
        return ProcessHandle.of(postmaster).stream()
                .flatMap(ProcessHandle::children)
                .map(ProcessHandle::pid);
    }

    /// The sum of some fields of `/proc/<pid>/stat`, counted from 0 as `proc_pid_stat(5)` counts from 1.
    private static long ticks(long process, int... fields) {
        try {
            String line = Files.readString(Path.of("/proc", Long.toString(process), "stat"));
            // The name in parentheses may hold spaces.
            String[] values = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
            long sum = 0;
            for (int field : fields) {
                sum += Long.parseLong(values[field - STATE]);
            }
            return sum;
        } catch (NoSuchFileException e) {
            return 0; // ended meanwhile; its parent counts it from now on
        } catch (IOException e) {
            throw new IllegalStateException("the processor time of process " + process + " cannot be read", e);
        }
    }
}
