package dev.mainstay.postgres;

import static dev.mainstay.postgres.PartitionsFlowTest.day;
import static dev.mainstay.postgres.PartitionsFlowTest.partitionsOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.TimeZone;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("the time zone is that of the process")
class PartitionZoneFlowTest {
    private final TestDatabase test = TestDatabase.create();
    private final Instant now = test.database().now();

    @AfterEach
    void drop() {
        test.close();
    }

    @Test
    void days_are_those_of_utc_wherever_the_node_is() {
        nodeIn(
                "Pacific/Auckland",
                there -> there.create(Instant.parse("2024-03-31T23:30:00Z"), Instant.parse("2024-04-01T00:30:00Z")));

        assertThat(partitionsOf(test.database(), "system_events"))
                .containsExactly("system_events_20240331", "system_events_20240401", "system_events_default");
        assertThat(partitionsOf(test.database(), "agent_metrics_1h"))
                .containsExactly("agent_metrics_1h_202403", "agent_metrics_1h_202404", "agent_metrics_1h_default");
    }

    @Test
    void the_last_day_ahead_is_that_of_utc_wherever_the_node_is() {
        new Partitions(test.database()).create(now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(2)));

        nodeIn("America/Los_Angeles", Partitions::makeAhead);

        assertThat(partitionsOf(test.database(), "system_events"))
                .contains(day("system_events", now.plus(Duration.ofDays(3))));
    }

    /// The driver gives each connection the time zone of its process.
    private void nodeIn(String zone, Consumer<Partitions> work) {
        TimeZone here = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone(zone));
        try (Database elsewhere = Database.open(test.config().build())) {
            work.accept(new Partitions(elsewhere));
        } finally {
            TimeZone.setDefault(here);
        }
    }
}
