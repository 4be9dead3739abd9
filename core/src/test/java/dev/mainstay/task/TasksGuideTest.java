package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.postgres.DatabaseConfig;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/// The code of the guide on tasks, run.
class TasksGuideTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private final List<String> done = new CopyOnWriteArrayList<>();

    record Invoice(String number, String customer) {}

    record Order(String number, int amount) {}

    record Receipt(String number) {}

    private Fleet start(DatabaseConfig database) {
        return Fleet.builder()
                .database(database)
                .worker("send-invoice", Invoice.class, (invoice, context) -> send(invoice))
                .worker(TaskType.of("order", Order.class).deadline(Duration.ofMinutes(2)), this::order)
                .start();
    }

    private final class Mailer implements Agent {
        @Override
        public void start(AgentContext context) {
            context.worker("send-mail", String.class, (mail, task) -> done.add("mailed " + mail));
        }

        @Override
        public WorkResult tick(AgentContext context) {
            return WorkResult.nothing();
        }
    }

    private Outcome order(Order order, TaskContext context) throws Exception {
        Receipt receipt = context.step("charge", Receipt.class, () -> charge(order));
        if (order.amount() > 1_000 && !context.approval("large order").approved()) {
            return Outcome.discarded("refused");
        }
        context.sleep("cool down", Duration.ofMillis(200));
        context.step("ship", () -> done.add("shipped " + order.number()));
        return Outcome.completed(receipt);
    }

    private void send(Invoice invoice) {
        done.add("sent " + invoice.number());
    }

    private Receipt charge(Order order) {
        done.add("charged " + order.number());
        return new Receipt("R-" + order.number());
    }

    private void enqueue(Fleet fleet, Connection connection, Invoice invoice) throws SQLException {
        connection.setAutoCommit(false);
        fleet.tasks().enqueue(connection, NewTask.of("send-invoice", invoice).in(Duration.ofMillis(100)));
        connection.commit();
    }

    @Test
    void the_guides_tasks_run() throws SQLException {
        try (TestDatabase test = TestDatabase.create();
                Fleet fleet = start(test.config().build());
                Connection connection = test.superuser()) {
            enqueue(fleet, connection, new Invoice("I-1", "ada"));
            UUID order = fleet.tasks()
                    .enqueue(NewTask.of("order", new Order("O-1", 5_000)).unique("O-1"))
                    .id();
            fleet.add(AgentSpec.builder("mailer").build(), spec -> new Mailer());
            fleet.tasks().enqueue(NewTask.of("send-mail", "hello"));
            fleet.tasks().decide(order, "large order", new Steps.Approval(true, "grace", "known customer"));
            Eventually.holds("all is done", BOUND, () -> done.size() == 4);
            assertThat(done).containsExactlyInAnyOrder("sent I-1", "charged O-1", "shipped O-1", "mailed hello");
        }
    }
}
