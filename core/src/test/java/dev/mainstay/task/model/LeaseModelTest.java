package dev.mainstay.task.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// All states of the lease protocol: crashes, leases that end, answers that are lost, and workers that do not know, in
/// every order.
class LeaseModelTest {
    @ParameterizedTest
    @CsvSource({"1, 2, 3, 4", "2, 2, 2, 3"})
    void nothing_goes_wrong_in_any_state(int tasks, int workers, int sessions, int claims) {
        StateSearch.Found found = StateSearch.search(Flaw.NONE, tasks, workers, sessions, claims);
        assertThat(found.found()).isEmpty();
        assertThat(found.states()).isGreaterThan(20_000);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void every_flaw_is_found(Flaw flaw) {
        assertThat(StateSearch.search(flaw, 1, 2, 3, 4).found()).as(flaw.name()).isNotEmpty();
    }

    @Test
    void what_is_found_is_told_step_by_step() {
        assertThat(StateSearch.search(Flaw.NO_GUARD, 1, 2, 3, 4).found())
                .contains("session 0 expires")
                .last()
                .isEqualTo("a session that had ended completes task 0");
    }
}
