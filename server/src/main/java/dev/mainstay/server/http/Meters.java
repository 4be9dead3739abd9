package dev.mainstay.server.http;

import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.PoolUse;
import dev.mainstay.server.stream.FleetWatches;
import dev.mainstay.telemetry.Telemetry;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.util.function.ToIntFunction;

/// What this process measures of itself besides its requests. Thread-safe; [#close] ends what listens to the JVM.
public final class Meters implements AutoCloseable {
    private final JvmGcMetrics collector = new JvmGcMetrics();

    private Meters() {}

    /// Adds the meters to `registry`.
    public static Meters bind(MeterRegistry registry, Database database, Telemetry telemetry, FleetWatches watches) {
        Meters meters = new Meters();
        meters.collector.bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        FunctionCounter.builder("mainstay.telemetry.dropped", telemetry, Telemetry::droppedMetrics)
                .description("Metrics dropped because the buffer was full; events never are")
                .register(registry);
        FunctionCounter.builder("mainstay.telemetry.refused", telemetry, Telemetry::refused)
                .description("Entries left out because PostgreSQL will never take them; each is logged")
                .register(registry);
        Gauge.builder("mainstay.stream.followers", watches, FleetWatches::followers)
                .description("Open streams")
                .register(registry);
        for (PoolUse pool : database.pools()) {
            connections(registry, database, pool.name(), "active", PoolUse::active);
            connections(registry, database, pool.name(), "idle", PoolUse::idle);
            connections(registry, database, pool.name(), "waiting", PoolUse::waiting);
        }
        return meters;
    }

    private static void connections(
            MeterRegistry registry, Database database, String pool, String state, ToIntFunction<PoolUse> count) {
        Gauge.builder(
                        "mainstay.database.connections",
                        database,
                        of -> of.pools().stream()
                                .filter(use -> use.name().equals(pool))
                                .mapToInt(count)
                                .sum())
                .description("Connections of each pool, and who wait for one")
                .tag("pool", pool)
                .tag("state", state)
                .register(registry);
    }

    @Override
    public void close() {
        collector.close();
    }
}
