package dev.mainstay.server.config;

import dev.mainstay.anomaly.watch.AnomalySettings;
import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.health.HealthPolicy;
import dev.mainstay.slo.SloSettings;
import java.nio.file.Path;
import java.util.Map;

/// Everything that can be set. Immutable and thread-safe.
public record MainstayConfig(
        ServerSettings server,
        NodeSettings node,
        DatabaseSettings database,

        @Default(".mainstay") @Doc("The folder for all that is kept on disk: embedded PostgreSQL, admin token, logs.")
        Path data,

        RetentionSettings retention,
        MessageSettings messages,
        Map<String, NotifierSettings> notifiers,
        AlertSettings alerts,
        RecoverySettings recovery,
        AnomalySettings anomalies,
        Map<String, AgentSettings> agents,
        Map<String, ScheduleSettings> schedules,
        HealthPolicy health,
        Map<String, SloSettings> slos) {}
