package dev.mainstay.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.FleetBuilder;
import dev.mainstay.telemetry.Severity;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What `docs/guide/alerts.md` shows, on a fleet that runs: an agent that tells of late orders, and
/// somebody who is told.
class AlertsGuideTest {
    private final TestDatabase test = TestDatabase.create();
    private final BlockingQueue<String> pager = new LinkedBlockingQueue<>();

    @AfterEach
    void drop() {
        test.close();
    }

    private static FleetBuilder watched(FleetBuilder builder, BlockingQueue<String> pager) {
        return builder.rule(AlertRule.of(
                        "orders-late",
                        Severity.CRITICAL,
                        new Condition.Threshold("orders.age", Aggregate.MAX, Duration.ofMinutes(5), 600.0, null)))
                .notifyOn(Severity.CRITICAL, notification -> pager.add(notification.title()));
    }

    @Test
    void late_orders_are_told_of_within_seconds() throws InterruptedException {
        FleetBuilder builder = Fleet.builder()
                .database(test.database())
                .agent("orders", Duration.ofMillis(500), context -> context.metric("orders.age", 700, "s"));
        try (Fleet fleet = watched(builder, pager).start()) {
            assertThat(pager.poll(60, TimeUnit.SECONDS))
                    .isEqualTo("[critical] orders-late: orders: orders.age 700 s (max of 5m), above 600");
            assertThat(fleet.alerts()
                            .list(
                                    Optional.of(AlertState.FIRING),
                                    Optional.empty(),
                                    Optional.empty(),
                                    Optional.empty(),
                                    10))
                    .extracting(Alert::rule)
                    .isEqualTo(List.of("orders-late"));
        }
    }
}
