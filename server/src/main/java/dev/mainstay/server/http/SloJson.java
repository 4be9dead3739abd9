package dev.mainstay.server.http;

import dev.mainstay.slo.Indicator;
import dev.mainstay.slo.Slo;
import dev.mainstay.slo.SloSettings;
import dev.mainstay.slo.SloView;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An SLO as the API answers it, and as a request says it. Immutable and thread-safe.
record SloJson(
        String name,
        String source,
        @Nullable String agent,
        @Nullable String queue,
        String indicator,
        double objective,
        @Nullable String within,
        @Nullable String metric,
        @Nullable Double atMost,
        @Nullable Double atLeast,
        String period,
        int minEvents,
        String description,
        Instant countedFrom,
        SloView.@Nullable Status status) {
    private static final int LONGEST_NAME = 128;
    private static final int LONGEST_TEXT = 500;
    private static final double NANOS_A_MILLI = 1e6;
    private static final Duration LONGEST = Duration.ofDays(90);

    static SloJson of(SloView view) {
        Slo slo = view.slo();
        Double bound = slo.bound();
        boolean isLatency = slo.indicator() == Indicator.LATENCY;
        return new SloJson(
                slo.name(),
                view.source(),
                slo.agent(),
                slo.queue(),
                slo.indicator().word(),
                slo.objective(),
                bound == null || !isLatency
                        ? null
                        : Duration.ofNanos(Math.round(bound * NANOS_A_MILLI)).toString(),
                slo.metric(),
                slo.indicator() == Indicator.COST ? bound : null,
                slo.indicator() == Indicator.QUALITY ? bound : null,
                slo.period().toString(),
                slo.minEvents(),
                slo.description(),
                view.countedFrom(),
                view.status());
    }

    static Slo read(Fields fields) {
        String name = fields.text("name", LONGEST_NAME);
        String agent = fields.optionalText("agent", LONGEST_NAME);
        String queue = fields.optionalText("queue", LONGEST_NAME);
        Indicator indicator = fields.oneOf("indicator", Indicator.values(), Indicator::word);
        double objective = fields.number("objective", 0, 100);
        Duration within = fields.optionalDuration("within", Duration.ofNanos(1), LONGEST);
        String metric = fields.optionalText("metric", LONGEST_NAME);
        Double atMost = number(fields, "atMost");
        Double atLeast = number(fields, "atLeast");
        Duration period = fields.duration("period", Duration.ofDays(1), LONGEST, Slo.USUAL_PERIOD);
        int minEvents = (int) fields.whole("minEvents", 1, Integer.MAX_VALUE, Slo.USUAL_MIN_EVENTS);
        String description = fields.text("description", LONGEST_TEXT, "");
        try {
            return new SloSettings(
                            agent,
                            queue,
                            indicator,
                            objective,
                            within,
                            metric,
                            atMost,
                            atLeast,
                            period,
                            minEvents,
                            description)
                    .slo(name);
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            fields.error(message.split(" ", 2)[0], message.substring(message.indexOf(' ') + 1));
            return new Slo(
                    "any", "any", null, Indicator.SUCCESS, null, null, 99, Slo.USUAL_PERIOD, Slo.USUAL_MIN_EVENTS, "");
        }
    }

    private static @Nullable Double number(Fields fields, String name) {
        return fields.any(name) == null
                ? null
                : Double.valueOf(fields.number(name, -Double.MAX_VALUE, Double.MAX_VALUE));
    }
}
