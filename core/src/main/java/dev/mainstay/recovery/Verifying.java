package dev.mainstay.recovery;

import dev.mainstay.config.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Whether the task of an action has ended, and whether that helped, or what ended without it is well. Thread-safe.
final class Verifying {
    /// The alert must be over for so long.
    private static final Duration SETTLED = Duration.ofSeconds(2);
    /// What is waited for of an agent whose ticks are far apart: so many, and until they are told.
    private static final int TICKS_SEEN = 3;

    private static final Duration TICKS_TOLD = Duration.ofSeconds(15);

    private final Map<String, Playbook> playbooks;
    private final Map<String, RecoveryAction> actions;
    private final RecoveryStore store = new RecoveryStore();
    private final ActionStore acts = new ActionStore();

    Verifying(Map<String, Playbook> playbooks, Map<String, RecoveryAction> actions) {
        this.playbooks = playbooks;
        this.actions = actions;
    }

    /// Looks at an episode that is acting.
    void watch(Handle handle, Episode episode, Instant now) {
        String task = episode.taskState();
        boolean isLate = isPast(episode.dueAt(), now);
        if (episode.notDone() != null) {
            String why = episode.action() + " was not done: " + episode.notDone();
            acts.notDone(handle, episode.patient(), episode.step(), why);
            store.move(handle, episode, RecoveryState.VERIFYING, episode.step(), now, why);
        } else if ("completed".equals(task)) {
            Duration within = verifyWithin(episode);
            RecoveryAction action = actions.get(episode.action());
            if (action != null) {
                acts.done(handle, episode.patient(), episode.step(), action);
            }
            String outcome = episode.action() + " is done, measured again for up to " + Durations.format(within);
            store.move(handle, episode, RecoveryState.VERIFYING, episode.step(), now.plus(within), outcome);
        } else if (isLate || !"open".equals(task)) {
            String error = episode.action() + " could not be done: its task is "
                    + (isLate
                            ? "not done after " + Durations.format(RecoveryEngine.ACTS_WITHIN)
                            : task == null ? "gone" : task);
            acts.failed(handle, episode.patient(), episode.step(), error);
            store.move(handle, episode, RecoveryState.VERIFYING, episode.step(), now, error);
        }
    }

    /// An agent that ticks seldom needs longer to show it.
    private Duration verifyWithin(Episode episode) {
        Playbook playbook = playbooks.get(episode.patient().cause());
        Duration given = playbook == null ? RecoveryEngine.ACTS_WITHIN : playbook.verifyWithin();
        Double period = episode.measured().period();
        if (period == null || !episode.measured().hasTicks()) {
            return given;
        }
        Duration needed = TICKS_TOLD.plusMillis(Math.round(period * TICKS_SEEN * 1e3));
        return needed.compareTo(given) > 0 ? needed : given;
    }

    private static boolean isPast(@Nullable Instant due, Instant now) {
        return due != null && !now.isBefore(due);
    }

    /// Looks at an episode that is verifying.
    void verify(Handle handle, Episode episode, Instant now) {
        String error = episode.error();
        if (error != null) {
            goOn(handle, episode, error);
        } else if (episode.unwanted() != null) {
            goOn(handle, episode, episode.action() + " was not measured: " + episode.unwanted());
        } else {
            measure(handle, episode, now);
        }
    }

    /// Nothing is known of how the action would have helped.
    private void goOn(Handle handle, Episode episode, String why) {
        store.move(handle, episode, RecoveryState.DETECTED, episode.step(), null, why);
    }

    /// Looks at an episode whose alert has ended though nothing is known to have helped. When something was done that
    /// did not, what was measured since must be well too, or people are called.
    void ended(Handle handle, Episode episode, Instant resolved, Instant now) {
        Optional<String> complaint = episode.hasUnhealed() && episode.unwanted() == null
                ? episode.measured().complaint()
                : Optional.empty();
        if (complaint.isEmpty()) {
            store.move(handle, episode, RecoveryState.RECOVERED, episode.step(), null, "it ended by itself");
            return;
        }
        String outcome = "the alert has ended, but " + complaint.get();
        if (now.isBefore(resolved.plus(verifyWithin(episode)))) {
            store.hold(handle, episode, outcome);
        } else {
            store.move(handle, episode, RecoveryState.ESCALATED, episode.step(), null, outcome);
        }
    }

    private void measure(Handle handle, Episode episode, Instant now) {
        Instant resolved = episode.alertResolvedAt();
        Measurement measured = episode.measured();
        Optional<String> complaint = resolved == null || resolved.plus(SETTLED).isAfter(now)
                ? Optional.of("the alert has not ended")
                : measured.complaint();
        if (complaint.isEmpty()) {
            acts.measured(handle, episode.patient(), episode.step(), true, measured.described());
            String outcome =
                    "healed by " + episode.action() + ": the alert has ended, and what was measured since is well";
            store.move(handle, episode, RecoveryState.RECOVERED, episode.step(), null, outcome);
        } else if (isPast(episode.dueAt(), now) || (resolved == null && measured.isWorse())) {
            acts.measured(handle, episode.patient(), episode.step(), false, measured.described());
            String outcome = episode.action() + " did not help: " + complaint.get();
            store.move(handle, episode, RecoveryState.DETECTED, episode.step(), null, outcome);
        }
    }
}
