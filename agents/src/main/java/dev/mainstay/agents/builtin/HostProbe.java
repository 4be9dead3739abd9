package dev.mainstay.agents.builtin;

import com.sun.management.OperatingSystemMXBean;
import dev.mainstay.concurrent.MonotonicClock;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads what the machine is doing: CPU, memory and disk as Java tells it (in a container, what the container may use),
/// network from `/proc` where there is one. What cannot be read is left out, never given as zero. Used by one thread.
final class HostProbe {
    private static final double NANOS_PER_SECOND = 1e9;

    private final Path folder;
    private final Path proc;
    private final MonotonicClock monotonic;
    private final OperatingSystemMXBean system;
    private @Nullable Earlier earlier;

    /// One measured number.
    record Figure(String name, String unit, double value) {}

    private record Earlier(long nanos, NetworkCounters counters) {}

    private HostProbe(Path folder, Path proc, MonotonicClock monotonic, OperatingSystemMXBean system) {
        this.folder = folder;
        this.proc = proc;
        this.monotonic = monotonic;
        this.system = system;
    }

    static HostProbe of(Path folder) {
        return of(folder, Path.of("/proc"), MonotonicClock.system());
    }

    static HostProbe of(Path folder, Path proc, MonotonicClock monotonic) {
        return new HostProbe(folder, proc, monotonic, ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class));
    }

    List<Figure> read() {
        List<Figure> figures = new ArrayList<>();
        cpu(figures);
        memory(figures);
        disk(figures);
        network(figures);
        return figures;
    }

    /// Java says -1 or NaN until it has looked twice.
    private void cpu(List<Figure> figures) {
        double host = system.getCpuLoad();
        if (host >= 0 && host <= 1) {
            figures.add(new Figure("host.cpu", "ratio", host));
        }
        double process = system.getProcessCpuLoad();
        if (process >= 0 && process <= 1) {
            figures.add(new Figure("process.cpu", "ratio", process));
        }
        double load = system.getSystemLoadAverage();
        if (load >= 0) {
            figures.add(new Figure("host.load", "processes", load));
        }
    }

    /// In use is what programs cannot have: the kernel's own estimate where it tells one, because memory that only
    /// caches files is free for the asking.
    private void memory(List<Figure> figures) {
        double total = system.getTotalMemorySize();
        double free = MemoryFile.read(proc)
                .filter(told -> told.total() == system.getTotalMemorySize())
                .map(MemoryFile::available)
                .orElse((double) system.getFreeMemorySize());
        if (total > 0) {
            figures.add(new Figure("host.memory", "ratio", Math.max(0, Math.min(1, 1 - free / total))));
            figures.add(new Figure("host.memory.total", "bytes", total));
        }
        Runtime runtime = Runtime.getRuntime();
        figures.add(new Figure("process.heap", "bytes", (double) (runtime.totalMemory() - runtime.freeMemory())));
    }

    private void disk(List<Figure> figures) {
        try {
            FileStore store = Files.getFileStore(folder);
            double total = store.getTotalSpace();
            if (total > 0) {
                figures.add(new Figure("host.disk", "ratio", 1 - store.getUsableSpace() / total));
                figures.add(new Figure("host.disk.free", "bytes", (double) store.getUsableSpace()));
            }
        } catch (IOException ignored) {
            // left out: a disk that cannot be asked has no figures
        }
    }

    private void network(List<Figure> figures) {
        Optional<NetworkCounters> counters = NetworkCounters.read(proc);
        if (counters.isEmpty()) {
            return;
        }
        long now = monotonic.nanos();
        NetworkCounters current = counters.get();
        Earlier before = earlier;
        if (before != null && now > before.nanos()) {
            double seconds = (now - before.nanos()) / NANOS_PER_SECOND;
            double received = (current.received() - before.counters().received()) / seconds;
            double sent = (current.sent() - before.counters().sent()) / seconds;
            if (received >= 0 && sent >= 0) {
                figures.add(new Figure("host.network.received", "bytes/s", received));
                figures.add(new Figure("host.network.sent", "bytes/s", sent));
            }
        }
        earlier = new Earlier(now, current);
    }
}
