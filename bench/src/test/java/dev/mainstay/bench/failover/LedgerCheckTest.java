package dev.mainstay.bench.failover;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LedgerCheckTest {
    private static LedgerEntry tick(String agent, long fence, String node, int second) {
        return new LedgerEntry(agent, fence, node, second, second);
    }

    @Test
    void a_clean_take_over_has_one_owner_at_any_time() {
        var ledger = List.of(
                tick("a", 1, "node-1", 1),
                tick("a", 1, "node-1", 2),
                tick("a", 3, "node-2", 5),
                tick("b", 2, "node-2", 1),
                tick("b", 4, "node-1", 9));
        assertThat(LedgerCheck.doubleOwners(ledger)).isEmpty();
    }

    @Test
    void a_tick_of_the_old_owner_after_one_of_the_new_is_found_in_any_order_of_rows() {
        LedgerEntry late = tick("a", 1, "node-1", 6);
        var ledger = List.of(late, tick("a", 3, "node-2", 7), tick("a", 1, "node-1", 1), tick("a", 3, "node-2", 5));
        assertThat(LedgerCheck.doubleOwners(ledger)).containsExactly(late);
    }

    @Test
    void one_fence_on_two_nodes_is_found() {
        LedgerEntry second = tick("a", 1, "node-2", 2);
        assertThat(LedgerCheck.doubleOwners(List.of(tick("a", 1, "node-1", 1), second)))
                .containsExactly(second);
    }

    @Test
    void agents_are_looked_at_apart() {
        var ledger = List.of(tick("a", 9, "node-1", 1), tick("b", 1, "node-2", 2));
        assertThat(LedgerCheck.doubleOwners(ledger)).isEmpty();
    }

    @Test
    void a_tick_begun_in_time_and_written_late_is_told_apart_from_a_second_owner() {
        var underWay = new LedgerEntry("a", 1, "node-1", 2, 9);
        var ledger = List.of(underWay, tick("a", 3, "node-2", 5), tick("a", 3, "node-2", 10));
        assertThat(LedgerCheck.doubleOwners(ledger)).isEmpty();
        assertThat(LedgerCheck.lateWrites(ledger)).containsExactly(underWay);
    }
}
