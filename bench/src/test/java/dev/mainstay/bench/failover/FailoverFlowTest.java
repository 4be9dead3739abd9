package dev.mainstay.bench.failover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.node.NodeOrder;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Node processes that are killed and frozen, each once, as the bench does it often.
class FailoverFlowTest {
    private static final int AGENTS = 10;
    private static final Duration INTERVAL = Duration.ofMillis(50);

    private static NodeOrder order(Laboratory laboratory, String name) {
        return NodeOrder.idle(laboratory, name, AGENTS, INTERVAL, Duration.ofSeconds(1))
                .withLedger();
    }

    @Test
    void agents_of_a_killed_and_of_a_frozen_process_run_elsewhere_and_never_twice() throws SQLException {
        try (var laboratory = Laboratory.open();
                var ledger = new Ledger(laboratory);
                var pair = new NodePair(order(laboratory, "node"), ledger)) {
            // How long it took is the bench's to say; a machine with other work makes any bound here a lie.
            assertThat(pair.strike(2, Blow.KILL, Blow.FREEZE)).hasSize(2);
            assertThat(ledger.all()).hasSizeGreaterThan(2 * AGENTS);
            assertThat(LedgerCheck.doubleOwners(ledger.all())).isEmpty();
        }
    }
}
