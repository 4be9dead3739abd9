package dev.mainstay.recovery;

import dev.mainstay.config.Durations;
import dev.mainstay.recovery.PastStore.Past;
import dev.mainstay.recovery.PastStore.Treated;
import dev.mainstay.task.NewTask;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// What is done next in an episode that is detected or waits for a person, and why; or that nothing may be done
/// now. Thread-safe.
final class Deciding {
    private static final String FULL = "nothing is done while as many are treated as may be at one time";

    private final Map<String, Playbook> playbooks;
    private final Map<String, RecoveryAction> actions;
    private final RecoveryPolicy policy;
    private final Verifying verifying;
    private final RecoveryStore store = new RecoveryStore();
    private final ActionStore acts = new ActionStore();
    private final PastStore pasts = new PastStore();

    Deciding(
            Map<String, Playbook> playbooks,
            Map<String, RecoveryAction> actions,
            RecoveryPolicy policy,
            Verifying verifying) {
        this.playbooks = playbooks;
        this.actions = actions;
        this.policy = policy;
        this.verifying = verifying;
    }

    /// What did not help is gone before the next thing is tried.
    void leadOn(Turn turn, Episode given) {
        Handle handle = turn.handle();
        boolean isAnswered = given.state() != RecoveryState.APPROVAL || given.approvedBy() != null;
        Episode episode = rehearsed(handle, given);
        Boolean undoFailed = episode.undoFailed();
        Instant resolved = episode.alertResolvedAt();
        if (resolved != null) {
            verifying.ended(handle, episode, resolved, turn.now());
        } else if (undoFailed != null && undoFailed) {
            escalate(handle, episode, "what did not help could not be undone");
        } else if (episode.held().isPresent() && isAnswered) {
            store.hold(
                    handle, episode, "nothing is done while " + episode.held().get());
        } else if (undoFailed == null && (isAnswered || episode.isDryRun()) && !waitsForRoom(turn, episode)) {
            decide(turn, episode);
        }
    }

    /// Whether it is known to have something to do and there was no room in this round for one before it.
    private static boolean waitsForRoom(Turn turn, Episode episode) {
        return !episode.isDryRun()
                && episode.outcome().equals(FULL)
                && turn.full().contains(Turn.Room.of(episode.patient()));
    }

    /// What was begun in earnest ends as a rehearsal once nothing may be done any more.
    private Episode rehearsed(Handle handle, Episode episode) {
        if (policy.mode() != RecoveryPolicy.Mode.DRY_RUN || episode.isDryRun()) {
            return episode;
        }
        store.rehearse(handle, episode.patient());
        return episode.rehearsed();
    }

    private void decide(Turn turn, Episode episode) {
        Handle handle = turn.handle();
        Patient patient = episode.patient();
        Playbook playbook = playbooks.get(patient.cause());
        if (playbook == null) {
            escalate(handle, episode, "no playbook of this fleet is about " + patient.cause());
            return;
        }
        Past past = pasts.past(handle, patient, playbook.per());
        if (past.episodes() > playbook.budget()) {
            escalate(
                    handle,
                    episode,
                    "this is episode " + past.episodes() + " within " + Durations.format(playbook.per()) + ", "
                            + playbook.budget() + " are the budget");
            return;
        }
        Optional<Choice> choice = choose(handle, episode, playbook, past);
        if (choice.isPresent()) {
            act(turn, episode, playbook, past, choice.get());
        }
    }

    /// @param action null when people are to be called
    private record Choice(@Nullable RecoveryAction action, String reason) {}

    /// The action a person approved; else of the untried ones that may be done without asking the likeliest to
    /// help, and then of the others. The playbook's order decides between equals. What could do nothing is
    /// passed over; when nothing is left, people are called.
    private Optional<Choice> choose(Handle handle, Episode episode, Playbook playbook, Past past) {
        Patient patient = episode.patient();
        Map<String, Experience> experience =
                policy.isLearning() ? pasts.experience(handle, patient.organization(), patient.cause()) : Map.of();
        List<String> left = new ArrayList<>(playbook.actions());
        left.removeAll(past.triedNow());
        left.sort(Comparator.<String, Boolean>comparing(episode::isApproved)
                .thenComparing(this::mayBeDone)
                .thenComparingDouble(name -> known(experience, name).chance())
                .reversed());
        StringBuilder passedOver = new StringBuilder();
        while (!left.isEmpty()) {
            String name = left.removeFirst();
            RecoveryAction action = actions.get(name);
            Optional<String> pointless =
                    action == null ? Optional.empty() : action.whyPointless(handle, patient, past.triedNow());
            if (pointless.isEmpty()) {
                String reason = reason(playbook, left, name, known(experience, name)) + passedOver;
                return Optional.of(new Choice(action, reason));
            }
            passedOver.append("; not ").append(name).append(": ").append(pointless.get());
        }
        String tried = past.triedNow().isEmpty() ? "nothing was tried" : "tried " + String.join(", ", past.triedNow());
        escalate(handle, episode, "nothing is left to try; " + tried + passedOver);
        return Optional.empty();
    }

    private boolean mayBeDone(String name) {
        RecoveryAction action = actions.get(name);
        return action != null && mayBeDone(action);
    }

    private boolean mayBeDone(RecoveryAction action) {
        return action.risk().compareTo(policy.approvedUpTo()) <= 0;
    }

    private static Experience known(Map<String, Experience> experience, String name) {
        return experience.getOrDefault(name, Experience.NONE);
    }

    /// @param others that are left as well
    private static String reason(Playbook playbook, List<String> others, String name, Experience known) {
        String history = known.tried() == 0
                ? "never tried against " + playbook.cause() + " before"
                : "helped " + known.healed() + " of " + known.tried() + " times against " + playbook.cause();
        String choice =
                others.isEmpty() ? ", the only thing left: " : " rather than " + String.join(", ", others) + ": ";
        return name + choice + history;
    }

    private void act(Turn turn, Episode episode, Playbook playbook, Past past, Choice choice) {
        Handle handle = turn.handle();
        RecoveryAction action = choice.action();
        Patient patient = episode.patient();
        if (episode.isDryRun()) {
            int step = episode.step() + 1;
            acts.rehearsed(
                    handle, patient, step, action == null ? RecoveryActions.CALL : action.name(), choice.reason());
            store.move(handle, episode, RecoveryState.ESCALATED, step, null, "dry run: would " + choice.reason());
        } else if (action == null) {
            escalate(handle, episode, "the playbook calls people: " + choice.reason());
        } else if (!mayBeDone(action) && !episode.isApproved(action.name())) {
            store.propose(handle, episode, action.name(), choice.reason());
        } else if (isTooSoon(past, playbook, action, turn.now())) {
            String cooling =
                    action.name() + " waits: it was done less than " + Durations.format(playbook.coolDown()) + " ago";
            store.hold(handle, episode, cooling);
        } else if (isTooMany(handle, patient)) {
            turn.full().add(Turn.Room.of(patient));
            store.hold(handle, episode, FULL);
        } else {
            begin(turn, episode, action, choice.reason());
        }
    }

    private static boolean isTooSoon(Past past, Playbook playbook, RecoveryAction action, Instant now) {
        Instant last = past.lastTried().get(action.name());
        return last != null && last.plus(playbook.coolDown()).isAfter(now);
    }

    private boolean isTooMany(Handle handle, Patient patient) {
        Treated treated = pasts.treated(handle, patient);
        return treated.subjects() >= policy.most(treated.all());
    }

    private void begin(Turn turn, Episode episode, RecoveryAction action, String reason) {
        Patient patient = episode.patient();
        int step = episode.step() + 1;
        NewTask task = NewTask.of(RecoveryWork.TYPE, new RecoveryWork.Order(patient, step, action.name(), false))
                .unique("recovery:" + patient.recovery() + ":" + step)
                .tagged("recovery", "agent:" + patient.agent())
                .attempts(3);
        Instant givenUp = turn.now().plus(RecoveryEngine.ACTS_WITHIN);
        acts.decided(
                turn.handle(),
                patient,
                step,
                action,
                reason,
                turn.enqueue(patient.organization(), task),
                action.lasts().map((Duration lasts) -> givenUp.plus(lasts)).orElse(null));
        store.move(turn.handle(), episode, RecoveryState.ACTING, step, givenUp, reason);
    }

    private void escalate(Handle handle, Episode episode, String why) {
        store.move(handle, episode, RecoveryState.ESCALATED, episode.step(), null, why);
    }
}
