package dev.mainstay.recovery;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Which declared playbook answers which alert rule. A rule has one: of two nobody could say which is tried. Not
/// thread-safe.
public final class AnsweredRules {
    private final Map<String, String> answeredBy = new HashMap<>();

    /// What is wrong with the playbook's rules beside those taken before; when nothing is, they are its own.
    ///
    /// @param shown how others are told of it
    public Optional<String> take(Playbook playbook, String shown) {
        Optional<String> wrong = playbook.rules().stream()
                .filter(answeredBy::containsKey)
                .sorted()
                .findFirst()
                .map(rule -> "rules must not name " + rule + ", which " + answeredBy.get(rule)
                        + " answers; a rule has one playbook, so name it in one of them");
        if (wrong.isEmpty()) {
            playbook.rules().forEach(rule -> answeredBy.put(rule, shown));
        }
        return wrong;
    }
}
