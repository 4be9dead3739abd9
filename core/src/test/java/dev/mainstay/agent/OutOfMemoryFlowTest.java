package dev.mainstay.agent;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/// An agent that takes all memory there is, and so that of every test that would run at the same time.
@Isolated
class OutOfMemoryFlowTest {
    @Test
    void an_agent_that_allocates_until_out_of_memory_ends_in_quarantine_and_its_neighbour_goes_on() {
        try (HostileStage stage = new HostileStage()) {
            stage.endsInQuarantineAlone(spec -> context -> {
                long[][] hoard = new long[1 << 16][];
                for (int i = 0; i < hoard.length; i++) {
                    hoard[i] = new long[1 << 24];
                }
                return WorkResult.processed(hoard.length);
            });
        }
    }
}
