package dev.mainstay.bench.report;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/// What the figures were measured on. Immutable and thread-safe.
///
/// @param load processes that wanted to run in the minute before the start; well above 0 means the figures are too bad
public record Machine(
        String cpu, int cores, long memoryMegabytes, String system, String jdk, String postgres, double load) {
    private static final Path CPUS = Path.of("/proc/cpuinfo");

    /// This machine, before anything is measured.
    public static Machine here() {
        var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new Machine(
                cpuModel(),
                system.getAvailableProcessors(),
                system.getTotalMemorySize() >> 20,
                system.getName() + " " + system.getArch(),
                Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
                "",
                Math.round(system.getSystemLoadAverage() * 100) / 100.0);
    }

    public Machine with(String postgresVersion) {
        return new Machine(cpu, cores, memoryMegabytes, system, jdk, postgresVersion, load);
    }

    private static String cpuModel() {
        try (var lines = Files.lines(CPUS)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown"; // only Linux has the file
        }
    }
}
