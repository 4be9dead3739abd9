package dev.mainstay.bench.faults;

import dev.mainstay.bench.lab.Laboratory;
import java.time.Duration;

/// What a node of a campaign is to run. Immutable and thread-safe.
///
/// @param agents into which faults are injected; `controls` beside them never
record FaultOrder(String url, String user, String password, String node, int agents, int controls, Duration interval) {
    static FaultOrder of(Laboratory laboratory, String node, int agents, int controls, Duration interval) {
        return new FaultOrder(
                laboratory.url(), laboratory.user(), laboratory.password(), node, agents, controls, interval);
    }

    static String agent(int number) {
        return "agent-%03d".formatted(number);
    }

    static String control(int number) {
        return "control-%03d".formatted(number);
    }

    /// The queue on whose tasks an agent works; its type, too.
    static String queue(String agent) {
        return "work-of-" + agent;
    }
}
