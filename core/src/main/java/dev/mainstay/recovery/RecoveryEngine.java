package dev.mainstay.recovery;

import dev.mainstay.agent.AgentCommands;
import dev.mainstay.postgres.Database;
import dev.mainstay.task.NewTask;
import dev.mainstay.task.TaskQueue;
import dev.mainstay.task.TaskType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Leads episodes on: each round looks what became of each, decides, and enqueues what is to be done. Each
/// episode has a transaction of its own, so that one that cannot be led on stops no other.
///
/// Two that do this at one time do no harm: each leaves alone what the other holds, and each step is guarded by
/// the state it leaves. Thread-safe.
public final class RecoveryEngine {
    /// An action that has not been done by then is given up.
    static final Duration ACTS_WITHIN = Duration.ofMinutes(2);

    private static final Logger LOG = LoggerFactory.getLogger(RecoveryEngine.class);

    private final Database database;
    private final Map<String, Playbook> playbooks;
    private final RecoveryPolicy policy;
    private final Deciding deciding;
    private final Verifying verifying;
    private final RecoveryStore store = new RecoveryStore();

    RecoveryEngine(
            Database database,
            Map<String, Playbook> playbooks,
            Map<String, RecoveryAction> actions,
            RecoveryPolicy policy) {
        this.database = database;
        this.playbooks = playbooks;
        this.policy = policy;
        this.verifying = new Verifying(playbooks, actions);
        this.deciding = new Deciding(playbooks, actions, policy, verifying);
    }

    /// What a round did.
    ///
    /// @param underWay how many episodes were led on
    /// @param failures what could not be, in words
    public record Led(int underWay, List<String> failures) {
        public Led {
            failures = List.copyOf(failures);
        }
    }

    /// Undoes what is due and leads all episodes on by a step.
    ///
    /// @param tasks of an organization, where actions are enqueued
    public Led round(Function<UUID, TaskQueue> tasks) {
        List<String> failures = new ArrayList<>();
        for (UndoStore.Key key : database.read(UndoStore::due)) {
            apart(
                    failures,
                    key.organization(),
                    key.recovery().toString(),
                    handle -> undo(turn(handle, tasks, Set.of()), key));
        }
        if (policy.mode() == RecoveryPolicy.Mode.OFF) {
            return new Led(0, failures);
        }
        boolean isDryRun = policy.mode() == RecoveryPolicy.Mode.DRY_RUN;
        for (UUID organization : database.read(handle -> store.alerted(handle, playbooks.values()))) {
            apart(
                    failures,
                    organization,
                    "new",
                    handle -> store.open(handle, organization, playbooks.values(), isDryRun));
        }
        List<RecoveryStore.Key> all = database.read(store::underWay);
        Set<Turn.Room> full = new HashSet<>();
        for (RecoveryStore.Key key : all) {
            apart(
                    failures,
                    key.organization(),
                    key.recovery().toString(),
                    handle -> store.lock(handle, key).ifPresent(episode -> leadOn(turn(handle, tasks, full), episode)));
        }
        return new Led(all.size(), failures);
    }

    private static Turn turn(Handle handle, Function<UUID, TaskQueue> tasks, Set<Turn.Room> full) {
        return new Turn(handle, tasks, RecoveryStore.now(handle), full);
    }

    /// In a transaction whose failure is its own, unless the database is away for all.
    private void apart(List<String> failures, UUID organization, String recovery, Consumer<Handle> work) {
        try {
            database.write(handle -> {
                work.accept(handle);
                return true;
            });
        } catch (RuntimeException e) {
            if (!database.isAvailable()) {
                throw e;
            }
            failures.add("recovery " + recovery + ": " + e.getMessage());
            LOG.atWarn()
                    .addKeyValue("organization", organization)
                    .addKeyValue("recovery", recovery)
                    .setCause(e)
                    .log("an episode could not be led on, which is tried again in the next round");
        }
    }

    /// Keeps what is in force, for those who want to see it and for the tasks of actions.
    public void publish() {
        database.write(handle -> new PolicyStore().write(handle, policy, playbooks.values()));
    }

    private static void undo(Turn turn, UndoStore.Key key) {
        Optional<UndoStore.Due> locked = UndoStore.lock(turn.handle(), key);
        if (locked.isEmpty()) {
            return;
        }
        UndoStore.Due due = locked.get();
        Patient patient = due.patient();
        NewTask task = NewTask.of(RecoveryWork.TYPE, new RecoveryWork.Order(patient, due.ordinal(), due.action(), true))
                .unique("recovery:" + patient.recovery() + ":" + due.ordinal() + ":undo"
                        + (due.former() == null ? "" : ":" + due.former()))
                .tagged("recovery", "undo")
                .attempts(5);
        UndoStore.enqueued(turn.handle(), due, turn.enqueue(patient.organization(), task));
    }

    private void leadOn(Turn turn, Episode episode) {
        switch (episode.state()) {
            case DETECTED, APPROVAL -> deciding.leadOn(turn, episode);
            case ACTING -> verifying.watch(turn.handle(), episode, turn.now());
            case VERIFYING -> verifying.verify(turn.handle(), episode, turn.now());
            case RECOVERED, ESCALATED -> {
                // Those have ended.
            }
        }
    }

    /// The engine and what its tasks need, made of the same actions.
    public static final class Builder {
        private final Database database;
        private final List<Playbook> declared = new ArrayList<>();
        private final Map<String, RecoveryAction> actions = new LinkedHashMap<>();
        private RecoveryPolicy policy = RecoveryPolicy.DEFAULT;

        public Builder(Database database, AgentCommands commands) {
            this.database = database;
            actions.putAll(RecoveryActions.builtin(database, commands));
        }

        public Builder plan(RecoveryPlan given) {
            declared.addAll(given.playbooks());
            return policy(given.policy());
        }

        public Builder policy(RecoveryPolicy given) {
            this.policy = given;
            return this;
        }

        /// One of a builtin playbook's cause stands in its place, and treats the rules it names alone.
        public Builder playbook(Playbook playbook) {
            declared.add(playbook);
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
        /// @throws IllegalArgumentException when a playbook names an action there is none of, or two of those
        ///     declared answer one rule
        public RecoveryEngine build() {
            Map<String, Playbook> playbooks = inForce();
            playbooks.values().forEach(playbook -> playbook.actions().forEach(name -> require(playbook, name)));
            return new RecoveryEngine(database, Map.copyOf(playbooks), known(), policy);
        }

        private Map<String, Playbook> inForce() {
            return new RecoveryPlan(policy, declared).byCause();
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
            inForce().values().stream()
                    .flatMap(playbook -> playbook.actions().stream())
                    .filter(name -> name.startsWith(TaskAction.PREFIX))
                    .forEach(name -> known.computeIfAbsent(name, any -> RecoveryActions.task(any, database)));
            return Map.copyOf(known);
        }
    }
}
