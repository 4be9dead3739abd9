package dev.mainstay.server.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.IntSupplier;

/// How long a route takes, by the class of its answers (2xx to 5xx), made once so that a request looks nothing up.
/// Thread-safe.
final class RouteTimers {
    private static final Duration[] BOUNDS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(15),
        Duration.ofMillis(50),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    private final MeterRegistry meters;
    private final Timer[] byClass = new Timer[6];

    RouteTimers(MeterRegistry meters, Route route) {
        this.meters = meters;
        for (int statusClass = 0; statusClass < byClass.length; statusClass++) {
            byClass[statusClass] = Timer.builder("mainstay.http.requests")
                    .description("Requests answered, by route and class of the answer")
                    .tag("method", route.method().name())
                    .tag("route", route.documentedPath())
                    .tag("status", statusClass + "xx")
                    .serviceLevelObjectives(BOUNDS)
                    .register(meters);
        }
    }

    void time(IntSupplier request) {
        Timer.Sample sample = Timer.start(meters);
        int status = request.getAsInt();
        sample.stop(byClass[Math.clamp(status / 100, 0, byClass.length - 1)]);
    }
}
