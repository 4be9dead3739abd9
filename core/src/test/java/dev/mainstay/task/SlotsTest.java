package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SlotsTest {
    private final Slots slots = new Slots(8);

    @Test
    void what_a_claim_asks_for_is_taken_until_its_answer_is_there() {
        assertThat(slots.take(20)).isEqualTo(8);
        assertThat(slots.takeOneBelow(8)).isFalse();
        slots.giveBack(5);
        assertThat(slots.takeOneBelow(3)).isFalse();
        assertThat(slots.takeOneBelow(4)).isTrue();
        assertThat(slots.take(20)).isEqualTo(4);
        assertThat(slots.take(1)).isZero();
    }

    @Test
    void who_ended_leaves_a_slot_but_not_so_many_that_none_are_ever_stored() {
        for (int round = 1; round <= 4; round++) {
            assertThat(slots.take(8)).isEqualTo(8);
            for (int number = 1; number <= 8; number++) {
                assertThat(slots.ended()).isEqualTo(number == 4);
            }
        }
        assertThat(slots.take(8)).isZero();
        assertThat(slots.held()).isEqualTo(32);
        slots.stored(3);
        assertThat(slots.take(8)).isEqualTo(3);
        assertThat(slots.free()).isZero();
    }
}
