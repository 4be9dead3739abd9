package dev.mainstay.bench.anomaly;

/// What is alive on the heap of this process. Stateless and thread-safe.
final class Heap {
    private Heap() {}

    /// Bytes, after the dead were cleared away.
    static long used() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
