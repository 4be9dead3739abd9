package dev.mainstay.recovery;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a fleet declares about its healing. Immutable and thread-safe.
///
/// @param playbooks beside the builtin ones; one of a builtin one's cause stands in its place
public record RecoveryPlan(RecoveryPolicy policy, List<Playbook> playbooks) {
    public static final RecoveryPlan DEFAULT = new RecoveryPlan(RecoveryPolicy.DEFAULT, List.of());

    public RecoveryPlan {
        playbooks = List.copyOf(playbooks);
    }

    /// All that are in force, by cause.
    Map<String, Playbook> byCause() {
        Map<String, Playbook> all = new LinkedHashMap<>();
        Playbook.builtin().forEach(playbook -> all.put(playbook.cause(), playbook));
        playbooks.forEach(playbook -> all.put(playbook.cause(), playbook));
        return all;
    }
}
