package dev.mainstay.recovery;

import dev.mainstay.agent.AgentCommands;
import dev.mainstay.config.Durations;
import dev.mainstay.postgres.Database;
import dev.mainstay.recovery.RecoveryStore.Episode;
import dev.mainstay.recovery.RecoveryStore.Past;
import dev.mainstay.recovery.RecoveryStore.Treated;
import dev.mainstay.task.NewTask;
import dev.mainstay.task.TaskQueue;
import dev.mainstay.task.TaskType;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/// Leads episodes on: each round looks what became of each, decides, and enqueues what is to be done, in one
/// transaction.
///
/// Two that do this at one time do no harm: they wait for each other's rows, and each step is guarded by the state it
/// leaves. Thread-safe.
public final class RecoveryEngine {
    /// The alert must be over for so long.
    private static final Duration SETTLED = Duration.ofSeconds(2);
    /// An action that has not been done by then is given up.
    private static final Duration ACTS_WITHIN = Duration.ofMinutes(2);

    private final Database database;
    private final Map<String, Playbook> playbooks;
    private final Map<String, RecoveryAction> actions;
    private final RecoveryPolicy policy;
    private final RecoveryStore store = new RecoveryStore();

    RecoveryEngine(
            Database database,
            Map<String, Playbook> playbooks,
            Map<String, RecoveryAction> actions,
            RecoveryPolicy policy) {
        this.database = database;
        this.playbooks = playbooks;
        this.actions = actions;
        this.policy = policy;
    }

    /// Leads all episodes on by a step; how many are under way.
    ///
    /// @param tasks of an organization, where actions are enqueued
    public int round(Function<UUID, TaskQueue> tasks) {
        if (policy.mode() == RecoveryPolicy.Mode.OFF) {
            return 0;
        }
        return database.write(handle -> {
            store.open(handle, playbooks.values(), policy.mode() == RecoveryPolicy.Mode.DRY_RUN);
            Instant now = RecoveryStore.now(handle);
            List<Episode> all = store.underWay(handle);
            all.forEach(episode -> leadOn(new Round(handle, tasks, now), episode));
            return all.size();
        });
    }

    private record Round(Handle handle, Function<UUID, TaskQueue> tasks, Instant now) {}

    private void leadOn(Round round, Episode episode) {
        Handle handle = round.handle();
        switch (episode.state()) {
            case DETECTED -> {
                if (episode.alertResolvedAt() != null) {
                    store.move(handle, episode, RecoveryState.RECOVERED, episode.step(), null, "it ended by itself");
                } else {
                    decide(round, episode);
                }
            }
            case APPROVAL -> {
                if (episode.alertResolvedAt() != null) {
                    store.move(handle, episode, RecoveryState.RECOVERED, episode.step(), null, "it ended by itself");
                } else if (episode.approvedBy() != null) {
                    decide(round, episode);
                }
            }
            case ACTING -> watch(handle, episode, round.now());
            case VERIFYING -> verify(handle, episode, round.now());
            case RECOVERED, ESCALATED -> {
                // Those have ended.
            }
        }
    }

    private void decide(Round round, Episode episode) {
        Handle handle = round.handle();
        Playbook playbook = playbooks.get(episode.patient().cause());
        if (playbook == null) {
            escalate(
                    handle,
                    episode,
                    "no playbook of this fleet is about " + episode.patient().cause());
            return;
        }
        Past past = store.past(handle, episode.patient(), playbook.per());
        if (past.episodes() > playbook.budget()) {
            escalate(
                    handle,
                    episode,
                    "this is episode " + past.episodes() + " within " + Durations.format(playbook.per()) + ", "
                            + playbook.budget() + " are the budget");
            return;
        }
        Optional<Choice> choice = choose(handle, episode, playbook, past);
        if (choice.isEmpty()) {
            escalate(handle, episode, "nothing is left to try; tried " + String.join(", ", past.triedNow()));
        } else {
            act(round, episode, playbook, past, choice.get());
        }
    }

    private record Choice(RecoveryAction action, String reason) {}

    /// The untried action that is likeliest to help; the playbook's order decides between equals.
    private Optional<Choice> choose(Handle handle, Episode episode, Playbook playbook, Past past) {
        List<String> left = new ArrayList<>(playbook.actions());
        left.removeAll(past.triedNow());
        Patient patient = episode.patient();
        Map<String, Experience> experience =
                policy.isLearning() ? store.experience(handle, patient.organization(), patient.cause()) : Map.of();
        return left.stream()
                .max(Comparator.<String>comparingDouble(
                                name -> known(experience, name).chance())
                        .thenComparingInt(name -> -left.indexOf(name)))
                .map(name -> new Choice(
                        Objects.requireNonNull(actions.get(name), name),
                        reason(playbook, left, name, known(experience, name))));
    }

    private static Experience known(Map<String, Experience> experience, String name) {
        return experience.getOrDefault(name, Experience.NONE);
    }

    private static String reason(Playbook playbook, List<String> left, String name, Experience known) {
        String history = known.tried() == 0
                ? "never tried against " + playbook.cause() + " before"
                : "helped " + known.healed() + " of " + known.tried() + " times against " + playbook.cause();
        return name + " of " + String.join(", ", left) + ": " + history;
    }

    private void act(Round round, Episode episode, Playbook playbook, Past past, Choice choice) {
        Handle handle = round.handle();
        RecoveryAction action = choice.action();
        int step = episode.step() + 1;
        Patient patient = episode.patient();
        if (episode.isDryRun()) {
            store.decided(handle, patient, step, action.name(), choice.reason(), null);
            store.move(handle, episode, RecoveryState.ESCALATED, step, null, "dry run: would " + choice.reason());
        } else if (isTooSoon(past, playbook, action, round.now()) || isTooMany(handle, patient)) {
            return; // looked at again in the next round
        } else if (action.risk().compareTo(policy.approvedUpTo()) > 0 && episode.approvedBy() == null) {
            store.move(handle, episode, RecoveryState.APPROVAL, episode.step(), null, choice.reason());
        } else {
            begin(round, episode, action, choice.reason());
        }
    }

    private static boolean isTooSoon(Past past, Playbook playbook, RecoveryAction action, Instant now) {
        Instant last = past.lastTried().get(action.name());
        return last != null && last.plus(playbook.coolDown()).isAfter(now);
    }

    private boolean isTooMany(Handle handle, Patient patient) {
        Treated treated = store.treated(handle, patient.organization());
        return treated.agents() >= policy.most(treated.all());
    }

    private void begin(Round round, Episode episode, RecoveryAction action, String reason) {
        Handle handle = round.handle();
        Patient patient = episode.patient();
        int step = episode.step() + 1;
        NewTask task = NewTask.of(RecoveryWork.TYPE, new RecoveryWork.Order(patient, step, action.name()))
                .unique("recovery:" + patient.recovery() + ":" + step)
                .tagged("recovery", "agent:" + patient.agent())
                .attempts(3);
        UUID enqueued = enqueue(round, patient, task);
        store.decided(handle, patient, step, action.name(), reason, enqueued);
        store.move(handle, episode, RecoveryState.ACTING, step, round.now().plus(ACTS_WITHIN), reason);
    }

    private static UUID enqueue(Round round, Patient patient, NewTask task) {
        try {
            return round.tasks()
                    .apply(patient.organization())
                    .enqueue(round.handle().getConnection(), task)
                    .id();
        } catch (SQLException e) {
            throw new UnableToExecuteStatementException(e, null);
        }
    }

    private void watch(Handle handle, Episode episode, Instant now) {
        String task = episode.taskState();
        boolean isLate = isPast(episode.dueAt(), now);
        if ("completed".equals(task)) {
            Playbook playbook = playbooks.get(episode.patient().cause());
            Duration within = playbook == null ? ACTS_WITHIN : playbook.verifyWithin();
            store.done(handle, episode.patient(), episode.step());
            String outcome = episode.action() + " is done, measured again for up to " + Durations.format(within);
            store.move(handle, episode, RecoveryState.VERIFYING, episode.step(), now.plus(within), outcome);
        } else if (isLate || !"open".equals(task)) {
            String error = episode.action() + " could not be done: its task is "
                    + (isLate ? "not done after " + Durations.format(ACTS_WITHIN) : task == null ? "gone" : task);
            store.failed(handle, episode.patient(), episode.step(), error);
            store.move(handle, episode, RecoveryState.VERIFYING, episode.step(), now, error);
        }
    }

    private static boolean isPast(@Nullable Instant due, Instant now) {
        return due != null && !now.isBefore(due);
    }

    private void verify(Handle handle, Episode episode, Instant now) {
        Instant resolved = episode.alertResolvedAt();
        if (resolved != null && episode.isBack() && !resolved.plus(SETTLED).isAfter(now)) {
            store.measured(handle, episode.patient(), episode.step(), true);
            store.move(
                    handle,
                    episode,
                    RecoveryState.RECOVERED,
                    episode.step(),
                    null,
                    "healed by " + episode.action() + ": the alert has ended and the agent is heard");
        } else if (isPast(episode.dueAt(), now)) {
            store.measured(handle, episode.patient(), episode.step(), false);
            store.move(
                    handle, episode, RecoveryState.DETECTED, episode.step(), null, episode.action() + " did not help");
        }
    }

    private void escalate(Handle handle, Episode episode, String why) {
        store.move(handle, episode, RecoveryState.ESCALATED, episode.step(), null, why);
    }

    /// The engine and what its tasks need, made of the same actions.
    public static final class Builder {
        private final Database database;
        private final Map<String, Playbook> playbooks = new LinkedHashMap<>();
        private final Map<String, RecoveryAction> actions = new LinkedHashMap<>();
        private RecoveryPolicy policy = RecoveryPolicy.DEFAULT;

        public Builder(Database database, AgentCommands commands) {
            this.database = database;
            action(new RestartAction(commands));
            action(new CleanRestartAction(database, commands));
            Playbook.builtin().forEach(this::playbook);
        }

        public Builder policy(RecoveryPolicy given) {
            this.policy = given;
            return this;
        }

        /// One of a builtin playbook's cause stands in its place.
        public Builder playbook(Playbook playbook) {
            playbooks.put(playbook.cause(), playbook);
            return this;
        }

        public Builder action(RecoveryAction action) {
            actions.put(action.name(), action);
            return this;
        }

        /// The type of the tasks that do what is decided.
        public TaskType<RecoveryWork.Order> type() {
            return TaskType.of(RecoveryWork.TYPE, RecoveryWork.Order.class).deadline(ACTS_WITHIN);
        }

        public RecoveryWork work() {
            return new RecoveryWork(Map.copyOf(actions));
        }

        /// The engine, once its playbooks are known to name what is there.
        ///
        /// @throws IllegalArgumentException when a playbook names an action there is none of
        public RecoveryEngine build() {
            playbooks
                    .values()
                    .forEach(playbook -> playbook.actions().stream()
                            .filter(name -> !actions.containsKey(name))
                            .findFirst()
                            .ifPresent(name -> {
                                throw new IllegalArgumentException("playbook " + playbook.cause() + " names action \""
                                        + name + "\"; there are " + String.join(", ", actions.keySet()));
                            }));
            return new RecoveryEngine(database, Map.copyOf(playbooks), Map.copyOf(actions), policy);
        }
    }
}
