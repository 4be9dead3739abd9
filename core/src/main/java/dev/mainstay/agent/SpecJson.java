package dev.mainstay.agent;

import dev.mainstay.schedule.Crontab;
import java.time.Duration;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How an agent is run, as it stands in `agents.spec`: durations in ISO-8601. What has a column is not repeated.
final class SpecJson {
    private SpecJson() {}

    static Map<String, Object> of(AgentSpec spec) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("schedule", schedule(spec.schedule()));
        json.put("deadline", spec.deadline().toString());
        json.put("heartbeat", spec.heartbeat().toString());
        if (!spec.restart().equals(RestartPolicy.DEFAULT)) {
            json.put("restart", restart(spec.restart()));
        }
        SupervisionGroup group = spec.group();
        if (group != null) {
            json.put(
                    "group",
                    Map.of("name", group.name(), "strategy", group.strategy().word(), "position", group.position()));
        }
        return json;
    }

    private static Map<String, Object> schedule(TickSchedule schedule) {
        return switch (schedule) {
            case TickSchedule.Every(Duration interval) -> Map.of("every", interval.toString());
            case TickSchedule.Cron(Crontab crontab) ->
                Map.of("cron", crontab.expression(), "zone", crontab.zone().getId());
        };
    }

    private static Map<String, Object> restart(RestartPolicy restart) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("maxRestarts", restart.maxRestarts());
        json.put("within", restart.within().toString());
        json.put("backoff", restart.backoff().toString());
        json.put("maxBackoff", restart.maxBackoff().toString());
        json.put("resetAfter", restart.resetAfter().toString());
        json.put("quarantine", restart.quarantine().toString());
        return json;
    }

    /// Fills `builder` from what [#of] made.
    static void read(Map<String, Object> json, AgentSpecBuilder builder) {
        Map<String, Object> schedule = section(json, "schedule");
        builder.schedule(
                schedule.containsKey("cron")
                        ? TickSchedule.cron(text(schedule, "cron"), ZoneId.of(text(schedule, "zone")))
                        : TickSchedule.every(duration(schedule, "every")));
        builder.deadline(duration(json, "deadline"));
        builder.heartbeat(duration(json, "heartbeat"));
        if (json.containsKey("restart")) {
            builder.restart(readRestart(section(json, "restart")));
        }
        if (json.containsKey("group")) {
            Map<String, Object> group = section(json, "group");
            builder.group(new SupervisionGroup(
                    text(group, "name"),
                    SupervisionGroup.Strategy.of(text(group, "strategy")),
                    number(group, "position")));
        }
    }

    private static RestartPolicy readRestart(Map<String, Object> json) {
        return new RestartPolicy(
                number(json, "maxRestarts"),
                duration(json, "within"),
                duration(json, "backoff"),
                duration(json, "maxBackoff"),
                duration(json, "resetAfter"),
                duration(json, "quarantine"));
    }

    @SuppressWarnings("unchecked") // jsonb of our own making
    private static Map<String, Object> section(Map<String, Object> json, String key) {
        return (Map<String, Object>) required(json, key);
    }

    private static String text(Map<String, Object> json, String key) {
        return (String) required(json, key);
    }

    private static int number(Map<String, Object> json, String key) {
        return ((Number) required(json, key)).intValue();
    }

    private static Duration duration(Map<String, Object> json, String key) {
        return Duration.parse(text(json, key));
    }

    private static Object required(Map<String, Object> json, String key) {
        @Nullable Object value = json.get(key);
        if (value == null) {
            throw new IllegalArgumentException("spec has no " + key + ": " + json);
        }
        return value;
    }
}
