package dev.mainstay.bench.tasks;

import dev.mainstay.bench.report.Samples;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// How long the disk takes to keep one page, as each commit asks of it: no durable task starts sooner. Stateless and
/// thread-safe.
final class DiskProbe {
    private static final int PAGE = 8192;
    private static final int FILE = 16 << 20;
    private static final double NANOS_PER_MILLI = 1e6;

    private DiskProbe() {}

    /// In milliseconds, at a steady rate, over pages of a file of the folder that were written before.
    static Samples run(Path folder, int perSecond, Duration length) throws IOException {
        MonotonicClock clock = MonotonicClock.system();
        Files.createDirectories(folder);
        List<Double> millis = new ArrayList<>();
        try (FileChannel file =
                FileChannel.open(folder.resolve("pages"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(FILE), 0);
            file.force(true);
            long gap = Duration.ofSeconds(1).toNanos() / perSecond;
            long begin = clock.nanos();
            for (long i = 0; i < length.toNanos() / gap; i++) {
                Threads.park(Duration.ofNanos(begin + i * gap - clock.nanos()));
                long before = clock.nanos();
                file.write(ByteBuffer.allocate(PAGE), i * PAGE % FILE);
                file.force(false);
                millis.add((clock.nanos() - before) / NANOS_PER_MILLI);
            }
        }
        return Samples.of(millis);
    }
}
