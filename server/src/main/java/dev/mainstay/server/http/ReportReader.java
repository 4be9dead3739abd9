package dev.mainstay.server.http;

import dev.mainstay.agent.DesiredState;
import dev.mainstay.agent.OutsideReport;
import dev.mainstay.agent.OutsideReport.Counts;
import dev.mainstay.agent.OutsideReport.MetricPoint;
import dev.mainstay.agent.OutsideReport.Told;
import dev.mainstay.telemetry.AgentPhase;
import dev.mainstay.telemetry.Metric;
import dev.mainstay.telemetry.Severity;
import dev.mainstay.telemetry.TickCounts;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Reads the body of a heartbeat. Thread-safe.
final class ReportReader {
    static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");
    private static final Pattern NAME = Pattern.compile("[a-z][a-zA-Z0-9._-]{0,127}");
    /// How the names of Mainstay's own events begin (docs/events.md): nobody may record a life that was not lived.
    private static final List<String> RESERVED = List.of(
            "agent.",
            "health.",
            "node.",
            "supervisor.",
            "task.",
            "queue.",
            "schedule.",
            "alert.",
            "recovery.",
            "monitor.",
            "anomaly.",
            "advice.",
            "metric.",
            "rollup.",
            "doctor.");

    private static final Duration AHEAD = Duration.ofSeconds(5);
    private static final Duration AGO = Duration.ofHours(24);

    /// The time of the database, or close to it.
    private final InstantSource clock;

    ReportReader(InstantSource clock) {
        this.clock = clock;
    }

    OutsideReport read(Fields fields) {
        long fence = fields.whole("fence", 0);
        UUID lease = fields.uuid("leaseToken");
        Beat beat = fields.object("heartbeat", this::beat, JsonNodeFactory.instance.objectNode());
        List<MetricPoint> metrics = fields.objects("metrics", 1_000, this::metric);
        List<Told> events = fields.objects("events", 100, this::event);
        return new OutsideReport(
                fence,
                lease,
                beat.at,
                beat.sequence,
                beat.mode,
                beat.phase,
                beat.counts,
                beat.lastError,
                metrics,
                events);
    }

    private record Beat(
            @Nullable Instant at,
            @Nullable Long sequence,
            DesiredState mode,
            AgentPhase phase,
            Counts counts,
            @Nullable String lastError) {}

    private Beat beat(Fields fields) {
        long sequence = fields.whole("sequence", 1, 0);
        return new Beat(
                time(fields),
                sequence == 0 ? null : Long.valueOf(sequence),
                fields.oneOf("mode", DesiredState.values(), DesiredState::word, DesiredState.RUNNING),
                fields.oneOf("phase", AgentPhase.values(), AgentPhase::word, AgentPhase.HEARTBEATING),
                new Counts(
                        Math.toIntExact(fields.whole("ticks", 0, Integer.MAX_VALUE, 0)),
                        Math.toIntExact(fields.whole("failures", 0, Integer.MAX_VALUE, 0)),
                        fields.whole("items", 0, TickCounts.MOST_ITEMS, 0),
                        fields.number("busyMs", 0, TickCounts.LONGEST_MILLIS, 0),
                        fields.number("maxMs", 0, TickCounts.LONGEST_MILLIS, 0)),
                fields.optionalText("lastError", 2_000));
    }

    private MetricPoint metric(Fields fields) {
        return new MetricPoint(
                fields.matching("name", NAME),
                fields.number("value", -Metric.LARGEST, Metric.LARGEST),
                time(fields),
                fields.text("unit", 20, ""),
                fields.labels("labels", 10, 200));
    }

    private Told event(Fields fields) {
        JsonNode detail = fields.free("detail");
        return new Told(
                type(fields),
                fields.oneOf("severity", Severity.values(), Severity::word, Severity.INFO),
                time(fields),
                fields.text("cause", 500, ""),
                detail == null ? "{}" : detail.toString());
    }

    private static String type(Fields fields) {
        String type = fields.matching("type", NAME);
        if (RESERVED.stream().anyMatch(type::startsWith)) {
            fields.error(
                    "type",
                    "must not begin with any of " + String.join(" ", RESERVED)
                            + ": such events are told by Mainstay itself");
        }
        return type;
    }

    private @Nullable Instant time(Fields fields) {
        Instant at = fields.instant("at");
        if (at == null) {
            return null;
        }
        Instant now = clock.instant();
        if (at.isAfter(now.plus(AHEAD))) {
            fields.error("at", "is more than " + AHEAD.toSeconds() + " seconds ahead of " + now);
        } else if (at.isBefore(now.minus(AGO))) {
            fields.error("at", "is more than " + AGO.toHours() + " hours before " + now);
        }
        return at;
    }
}
