package dev.mainstay.agent;

import dev.mainstay.AgentRef;
import dev.mainstay.Money;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.telemetry.Metric;
import dev.mainstay.telemetry.Telemetry;
import java.time.InstantSource;
import java.util.Map;

/// What all runners of a node share. Thread-safe.
///
/// @param clock the database's time
record RunnerHouse(TimerWheel wheel, MonotonicClock monotonic, InstantSource clock, Telemetry telemetry) {
    /// Money an agent's work produced, as the metric `work.value` of its currency.
    void produced(AgentRef agent, Money value) {
        telemetry.metric(new Metric(
                agent.organization(),
                agent.id(),
                "work.value",
                Map.of("currency", value.currency().getCurrencyCode()),
                value.currency().getCurrencyCode(),
                clock.instant(),
                value.amount().doubleValue()));
    }
}
