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
    /// What is waited for of an agent whose ticks are far apart: so many, and until they are told.
    private static final int TICKS_SEEN = 3;

    private static final Duration TICKS_TOLD = Duration.ofSeconds(15);

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
        return database.write(handle -> {
            Round round = new Round(handle, tasks, RecoveryStore.now(handle));
            UndoStore.due(handle).forEach(due -> undo(round, due));
            if (policy.mode() == RecoveryPolicy.Mode.OFF) {
                return 0;
            }
            store.open(handle, playbooks.values(), policy.mode() == RecoveryPolicy.Mode.DRY_RUN);
            List<Episode> all = store.underWay(handle);
            all.forEach(episode -> leadOn(round, episode));
            return all.size();
        });
    }

    /// Keeps what is in force, for those who want to see it.
    public void publish() {
        database.write(handle -> new PolicyStore().write(handle, policy, playbooks.values()));
    }

    private record Round(Handle handle, Function<UUID, TaskQueue> tasks, Instant now) {}

    private static void undo(Round round, UndoStore.Due due) {
        Patient patient = due.patient();
        NewTask task = NewTask.of(RecoveryWork.TYPE, new RecoveryWork.Order(patient, due.ordinal(), due.action(), true))
                .unique("recovery:" + patient.recovery() + ":" + due.ordinal() + ":undo")
                .tagged("recovery", "undo")
                .attempts(10);
        UndoStore.enqueued(round.handle(), due, enqueue(round, patient, task));
    }

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

    /// @param action null when people are to be called
    private record Choice(@Nullable RecoveryAction action, String reason) {}

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
                .map(name -> new Choice(actions.get(name), reason(playbook, left, name, known(experience, name))));
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
            String name = action == null ? RecoveryActions.CALL : action.name();
            store.decided(handle, patient, step, name, choice.reason(), null);
            store.move(handle, episode, RecoveryState.ESCALATED, step, null, "dry run: would " + choice.reason());
        } else if (action == null) {
            escalate(handle, episode, "the playbook calls people: " + choice.reason());
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
        if (patient.agent().isEmpty()) {
            return false;
        }
        Treated treated = store.treated(handle, patient.organization());
        return treated.agents() >= policy.most(treated.all());
    }

    private void begin(Round round, Episode episode, RecoveryAction action, String reason) {
        Handle handle = round.handle();
        Patient patient = episode.patient();
        int step = episode.step() + 1;
        NewTask task = NewTask.of(RecoveryWork.TYPE, new RecoveryWork.Order(patient, step, action.name(), false))
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
            Duration within = verifyWithin(episode);
            RecoveryAction action = actions.get(episode.action());
            if (action != null) {
                store.done(handle, episode.patient(), episode.step(), action);
            }
            String outcome = episode.action() + " is done, measured again for up to " + Durations.format(within);
            store.move(handle, episode, RecoveryState.VERIFYING, episode.step(), now.plus(within), outcome);
        } else if (isLate || !"open".equals(task)) {
            String error = episode.action() + " could not be done: its task is "
                    + (isLate ? "not done after " + Durations.format(ACTS_WITHIN) : task == null ? "gone" : task);
            store.failed(handle, episode.patient(), episode.step(), error);
            store.move(handle, episode, RecoveryState.VERIFYING, episode.step(), now, error);
        }
    }

    /// An agent that ticks seldom needs longer to show it.
    private Duration verifyWithin(Episode episode) {
        Playbook playbook = playbooks.get(episode.patient().cause());
        Duration given = playbook == null ? ACTS_WITHIN : playbook.verifyWithin();
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

    private void verify(Handle handle, Episode episode, Instant now) {
        Instant resolved = episode.alertResolvedAt();
        Measurement measured = episode.measured();
        Optional<String> complaint = resolved == null || resolved.plus(SETTLED).isAfter(now)
                ? Optional.of("the alert has not ended")
                : measured.complaint();
        if (complaint.isEmpty()) {
            store.measured(handle, episode.patient(), episode.step(), true, measured.described());
            String outcome =
                    "healed by " + episode.action() + ": the alert has ended, and what was measured since is well";
            store.move(handle, episode, RecoveryState.RECOVERED, episode.step(), null, outcome);
        } else if (isPast(episode.dueAt(), now) || (resolved == null && measured.isWorse())) {
            store.measured(handle, episode.patient(), episode.step(), false, measured.described());
            String outcome = episode.action() + " did not help: " + complaint.get();
            store.move(handle, episode, RecoveryState.DETECTED, episode.step(), null, outcome);
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
            actions.putAll(RecoveryActions.builtin(database, commands));
            playbooks.putAll(RecoveryPlan.DEFAULT.byCause());
        }

        public Builder plan(RecoveryPlan given) {
            playbooks.putAll(given.byCause());
            return policy(given.policy());
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
            return new RecoveryWork(database, known());
        }

        /// The engine, once its playbooks are known to name what is there.
        ///
        /// @throws IllegalArgumentException when a playbook names an action there is none of
        public RecoveryEngine build() {
            playbooks.values().forEach(playbook -> playbook.actions().forEach(name -> require(playbook, name)));
            return new RecoveryEngine(database, Map.copyOf(playbooks), known(), policy);
        }

        private void require(Playbook playbook, String name) {
            try {
                RecoveryActions.require(name, actions.keySet());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("playbook " + playbook.cause() + ": " + e.getMessage(), e);
            }
        }

        /// With those that playbooks name a task for.
        private Map<String, RecoveryAction> known() {
            Map<String, RecoveryAction> known = new LinkedHashMap<>(actions);
            playbooks.values().stream()
                    .flatMap(playbook -> playbook.actions().stream())
                    .filter(name -> name.startsWith(TaskAction.PREFIX))
                    .forEach(name -> known.computeIfAbsent(name, any -> RecoveryActions.task(any, database)));
            return Map.copyOf(known);
        }
    }
}
