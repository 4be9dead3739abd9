package dev.mainstay.server.http;

import dev.mainstay.recovery.PlaybookView;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What healing may do and what it answers each cause with, as the API tells it. Immutable and thread-safe.
///
/// @param mode `on`, `dry-run` or `off`; null until a node has begun to heal, as the three that follow
record PlaybooksJson(
        @Nullable String mode,
        @Nullable Double share,
        @Nullable String approvedUpTo,
        @Nullable Boolean learning,
        @Nullable Instant since,
        List<Playbook> items) {
    /// A playbook; durations are ISO-8601.
    record Playbook(
            String cause,
            List<String> rules,
            List<PlaybookView.Known> actions,
            String verifyWithin,
            String coolDown,
            int budget,
            String per) {
        static Playbook of(PlaybookView view) {
            return new Playbook(
                    view.cause(),
                    view.rules(),
                    view.actions(),
                    view.verifyWithin().toString(),
                    view.coolDown().toString(),
                    view.budget(),
                    view.per().toString());
        }
    }

    static PlaybooksJson of(Optional<PlaybookView.Policy> policy, List<PlaybookView> playbooks) {
        return new PlaybooksJson(
                policy.map(PlaybookView.Policy::mode).orElse(null),
                policy.map(PlaybookView.Policy::share).orElse(null),
                policy.map(PlaybookView.Policy::approvedUpTo).orElse(null),
                policy.map(PlaybookView.Policy::learning).orElse(null),
                policy.map(PlaybookView.Policy::updatedAt).orElse(null),
                playbooks.stream().map(Playbook::of).toList());
    }
}
