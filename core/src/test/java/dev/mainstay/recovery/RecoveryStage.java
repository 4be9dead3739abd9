package dev.mainstay.recovery;

import dev.mainstay.Fleet;
import dev.mainstay.FleetBuilder;
import dev.mainstay.agent.AgentCommand;
import dev.mainstay.agent.AgentCommands;
import dev.mainstay.alert.Aggregate;
import dev.mainstay.alert.AlertRule;
import dev.mainstay.alert.Condition;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.task.TaskHandler;
import dev.mainstay.telemetry.Severity;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A fleet whose agents are sick when the test says so, and healing whose rounds are made by hand. Used
/// by one thread.
final class RecoveryStage implements AutoCloseable {
    static final Duration BOUND = Duration.ofMinutes(3);
    private static final String SICK = "trial.sick.";

    private final TestDatabase test = TestDatabase.create();
    private final Map<String, AtomicBoolean> sick = new ConcurrentHashMap<>();
    private final List<String> deeds = new CopyOnWriteArrayList<>();
    private final AgentCommands commands = new AgentCommands(test.database(), () -> {});
    private final RecoveryEngine.Builder healing = new RecoveryEngine.Builder(test.database(), commands);
    private final FleetBuilder builder =
            Fleet.builder().database(test.database()).node("node-a");
    private final CountDownLatch gate = new CountDownLatch(1);
    private UnaryOperator<TaskHandler<RecoveryWork.Order>> wrapped = UnaryOperator.identity();
    private RecoveryPolicy policy = RecoveryPolicy.DEFAULT;
    private @Nullable Fleet fleet;

    /// An action that cures, or does not, and says what it did.
    RecoveryStage action(String name, RecoveryAction.Risk risk, boolean cures) {
        healing.action(new RecoveryAction() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Risk risk() {
                return risk;
            }

            @Override
            public boolean isReversible() {
                return true;
            }

            @Override
            public Map<String, ?> act(Patient patient) {
                deeds.add("do " + name);
                if (cures) {
                    sick(patient.cause(), false);
                }
                return Map.of();
            }

            @Override
            public Optional<String> undo(Patient patient, Map<String, ?> done) {
                deeds.add("undo " + name);
                return Optional.of("as before");
            }
        });
        return this;
    }

    /// An agent that has a sickness of its name, and what is tried against it.
    RecoveryStage agent(String agent, String... actions) {
        builder.agent(
                agent,
                Duration.ofMillis(200),
                context -> sick.forEach((sickness, isOn) -> {
                    if (sickness.endsWith(agent)) {
                        context.metric(SICK + sickness, isOn.get() ? 1 : 0, "");
                    }
                }));
        return sickness(agent, rule(agent, Severity.WARNING), actions);
    }

    /// Something graver that speaks for the sickness of an agent.
    RecoveryStage graver(String agent, String... actions) {
        String sickness = "grave-" + agent;
        return sickness(sickness, rule(sickness, Severity.CRITICAL).inhibiting("sick-" + agent), actions);
    }

    private static AlertRule rule(String sickness, Severity severity) {
        return AlertRule.of(
                "sick-" + sickness,
                severity,
                new Condition.Threshold(SICK + sickness, Aggregate.LAST, Duration.ofMinutes(1), 0.5, null));
    }

    private RecoveryStage sickness(String sickness, AlertRule rule, String... actions) {
        sick.put(sickness, new AtomicBoolean());
        builder.rule(rule);
        healing.playbook(new Playbook(
                sickness,
                Set.of(rule.name()),
                List.of(actions),
                Duration.ofSeconds(6),
                Duration.ZERO,
                2,
                Duration.ofHours(1)));
        return this;
    }

    RecoveryStage policy(RecoveryPolicy given) {
        policy = given;
        return this;
    }

    /// Has the tasks of actions done in another way.
    RecoveryStage working(UnaryOperator<TaskHandler<RecoveryWork.Order>> wrapper) {
        wrapped = wrapper;
        return this;
    }

    /// Has what is done, but not what is undone, wait until the gate is opened.
    RecoveryStage gated() {
        return working(work -> (order, context) -> {
            if (!order.undo()) {
                gate.await();
            }
            return work.handle(order, context);
        });
    }

    void openGate() {
        gate.countDown();
    }

    RecoveryStage start() {
        healing.policy(policy);
        builder.worker(healing.type(), wrapped.apply(healing.work()));
        fleet = builder.start();
        return this;
    }

    void sick(String sickness, boolean isSick) {
        Objects.requireNonNull(sick.get(sickness), sickness).set(isSick);
    }

    TestDatabase test() {
        return test;
    }

    RecoveryEngine.Builder healing() {
        return healing;
    }

    /// What actions did, in order.
    List<String> deeds() {
        return deeds;
    }

    void command(String agent, AgentCommand command) {
        commands.give(Organizations.DEFAULT, agent, command, "because", "me");
    }

    RecoveryDesk desk() {
        return new RecoveryDesk(test.database().api(Organizations.DEFAULT));
    }

    RecoveryEngine.Led round() {
        return healing.build().round(Objects.requireNonNull(fleet).tasks()::of);
    }

    /// Makes rounds until something holds.
    void until(String what, BooleanSupplier condition) {
        Eventually.holds(what, BOUND, () -> {
            round();
            return condition.getAsBoolean();
        });
    }

    /// Makes rounds until the newest episode is in a state.
    void until(String state) {
        until("it is " + state, () -> state.equals(newest("state")));
    }

    /// Makes rounds until an action is done, which has then had its time to show that it helped.
    void untilTimeIsUp() {
        until("verifying");
        execute("UPDATE recoveries SET due_at = now() WHERE state = 'verifying'");
    }

    /// A column of the newest episode; `none` when there is no episode.
    String newest(String column) {
        return text("SELECT " + column + "::text FROM recoveries ORDER BY recovery_id DESC LIMIT 1");
    }

    UUID newestId() {
        return UUID.fromString(newest("recovery_id"));
    }

    String text(String sql) {
        return test.database()
                .read(handle -> handle.createQuery(sql).mapTo(String.class).findOne())
                .orElse("none");
    }

    boolean is(String condition) {
        return text("SELECT (" + condition + ")::text").equals("true");
    }

    void execute(String sql) {
        test.database().write(handle -> handle.execute(sql));
    }

    @Override
    public void close() {
        openGate();
        if (fleet != null) {
            fleet.close();
        }
        test.close();
    }
}
