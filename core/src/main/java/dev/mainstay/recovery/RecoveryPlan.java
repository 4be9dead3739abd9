package dev.mainstay.recovery;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What a fleet declares about its healing. Immutable and thread-safe.
///
/// @param playbooks beside the builtin ones; one of a builtin one's cause stands in its place, and a rule that is named
///     here is treated by these alone; of two of one cause the later one counts, and no rule is named by two causes
public record RecoveryPlan(RecoveryPolicy policy, List<Playbook> playbooks) {
    public static final RecoveryPlan DEFAULT = new RecoveryPlan(RecoveryPolicy.DEFAULT, List.of());

    public RecoveryPlan {
        playbooks = List.copyOf(playbooks);
        AnsweredRules answered = new AnsweredRules();
        declared(playbooks)
                .values()
                .forEach(playbook -> answered.take(playbook, "playbook " + playbook.cause())
                        .ifPresent(wrong -> {
                            throw new IllegalArgumentException("playbook " + playbook.cause() + ": " + wrong);
                        }));
    }

    private static Map<String, Playbook> declared(List<Playbook> playbooks) {
        Map<String, Playbook> declared = new LinkedHashMap<>();
        playbooks.forEach(playbook -> declared.put(playbook.cause(), playbook));
        return declared;
    }

    /// All that are in force, by cause.
    Map<String, Playbook> byCause() {
        Map<String, Playbook> declared = declared(playbooks);
        Set<String> taken = declared.values().stream()
                .flatMap(playbook -> playbook.rules().stream())
                .collect(Collectors.toSet());
        Map<String, Playbook> all = new LinkedHashMap<>();
        Playbook.builtin().stream()
                .flatMap(playbook -> playbook.without(taken).stream())
                .forEach(playbook -> all.put(playbook.cause(), playbook));
        all.putAll(declared);
        return all;
    }
}
