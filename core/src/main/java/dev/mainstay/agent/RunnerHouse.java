package dev.mainstay.agent;

import dev.mainstay.AgentRef;
import dev.mainstay.Money;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.telemetry.Metric;
import dev.mainstay.telemetry.Telemetry;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.BooleanSupplier;

/// What all runners of a node share. Thread-safe.
///
/// @param clock the database's time
/// @param proven whether the node can still prove that it owns what it runs; false after a freeze, before it is fenced,
/// and while no renewal of its session is answered
record RunnerHouse(
        TimerWheel wheel, MonotonicClock monotonic, InstantSource clock, Telemetry telemetry, BooleanSupplier proven) {
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
