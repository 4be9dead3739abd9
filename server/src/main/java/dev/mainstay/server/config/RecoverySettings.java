package dev.mainstay.server.config;

import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.config.Suggestions;
import dev.mainstay.recovery.Playbook;
import dev.mainstay.recovery.RecoveryAction;
import dev.mainstay.recovery.RecoveryActions;
import dev.mainstay.recovery.RecoveryPlan;
import dev.mainstay.recovery.RecoveryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What healing may do, and what it answers each cause with. Immutable and thread-safe.
public record RecoverySettings(
        @Default("on") @Doc("on, dry-run (only say what would be done) or off.")
        RecoveryPolicy.Mode mode,

        @Default("0.2") @Doc("The share of the agents that may be treated at one time; one may always be.")
        double share,

        @Default("medium") @Doc("Actions that risk more than this wait for a person.")
        RecoveryAction.Risk approvedUpTo,

        @Default("true") @Doc("Whether what has helped so far is tried first.")
        boolean learning,

        @Doc("By cause; one of a builtin playbook's cause changes that one.")
        Map<String, PlaybookSettings> playbooks) {
    /// A playbook as it is written. What is left out is that of the builtin one of the same cause. Immutable and
    /// thread-safe.
    public record PlaybookSettings(
            @Doc("The alert rules that tell of the cause.") @Nullable
            Set<String> rules,

            @Doc("What is tried, in this order; `task:TYPE` has a task of yours done.") @Nullable
            List<String> actions,

            @Default("60s") @Doc("An action has so long to show that it helped.")
            Duration verifyWithin,

            @Default("1m") @Doc("So long at least between two of the same action on one agent.")
            Duration coolDown,

            @Default("3") @Doc("So many episodes of the cause on one agent within the time below.")
            int budget,

            @Default("30m") @Doc("The time in which episodes are counted.")
            Duration per) {
        Playbook playbook(String cause) {
            Optional<Playbook> builtin = Playbook.builtin().stream()
                    .filter(playbook -> playbook.cause().equals(cause))
                    .findFirst();
            List<String> named = actions != null
                    ? actions
                    : builtin.map(Playbook::actions).orElseThrow(() -> missing("actions", cause));
            Set<String> told =
                    rules != null ? rules : builtin.map(Playbook::rules).orElseThrow(() -> missing("rules", cause));
            named.forEach(name -> RecoveryActions.require(name, List.of()));
            return new Playbook(cause, told, named, verifyWithin, coolDown, budget, per);
        }

        private static IllegalArgumentException missing(String key, String cause) {
            List<String> known =
                    Playbook.builtin().stream().map(Playbook::cause).toList();
            return new IllegalArgumentException(key + " must be given, as no builtin playbook is about \"" + cause
                    + "\"" + Suggestions.didYouMeanOrKnown(cause, known));
        }
    }

    public RecoverySettings {
        new RecoveryPolicy(mode, share, approvedUpTo, learning);
    }

    /// What it declares.
    ///
    /// @param rules that there are
    /// @throws IllegalArgumentException of the playbook whose cause stands first in the message
    RecoveryPlan plan(Set<String> rules) {
        List<Playbook> made = new ArrayList<>();
        playbooks.forEach((cause, written) -> made.add(playbook(cause, written, rules)));
        return new RecoveryPlan(new RecoveryPolicy(mode, share, approvedUpTo, learning), made);
    }

    /// One of them, once it is known to name what is there.
    Playbook playbook(String cause, PlaybookSettings written, Set<String> rules) {
        Playbook playbook = written.playbook(cause);
        playbook.rules().stream()
                .filter(rule -> !rules.contains(rule))
                .findFirst()
                .ifPresent(rule -> {
                    throw new IllegalArgumentException(
                            "rules must name alert rules that are builtin or declared here; there is no" + " rule \""
                                    + rule + "\"" + Suggestions.didYouMeanOrKnown(rule, rules));
                });
        return playbook;
    }
}
