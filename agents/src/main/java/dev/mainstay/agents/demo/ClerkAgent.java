package dev.mainstay.agents.demo;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.message.ConsumerGroup;
import dev.mainstay.message.Interest;
import dev.mainstay.message.Message;
import dev.mainstay.message.NewMessage;
import dev.mainstay.task.NewTask;
import dev.mainstay.task.RetryPolicy;
import dev.mainstay.task.TaskContext;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// Pretends to deliver: takes the orders of the synthetic shop as a consumer group, makes a task of
/// each, and works on it step by step. Thread-safe.
final class ClerkAgent implements Agent {
    static final String GROUP = "demo-clerk";
    static final String TASK = "demo-delivery";

    private final Duration packing;
    private final RetryPolicy retry;
    private final AtomicInteger accepted = new AtomicInteger();

    /// @param packing how long the longest step takes
    ClerkAgent(Duration packing, RetryPolicy retry) {
        this.packing = packing;
        this.retry = retry;
    }

    @Override
    public void start(AgentContext context) {
        context.worker(TASK, DemoOrder.class, (order, task) -> deliver(order, task, context));
        context.consume(
                ConsumerGroup.of(GROUP, Interest.in(ShopAgent.CHANNEL)).retry(retry),
                message -> accept(message, context));
    }

    private void accept(Message message, AgentContext context) {
        DemoOrder order = message.body(DemoOrder.class);
        if (order.customer().isEmpty()) {
            throw new IllegalArgumentException("demo: a seeded fault, the order names no customer");
        }
        context.tasks().enqueue(NewTask.of(TASK, order).unique(order.number()).tagged("demo"));
        accepted.incrementAndGet();
    }

    private void deliver(DemoOrder order, TaskContext task, AgentContext context) throws Exception {
        String shelf = task.step("reserve", String.class, () -> "shelf " + order.amount() % 10);
        task.progress(0.3, "reserved on " + shelf);
        task.step("pack", () -> {
            if (!Threads.pause(packing)) {
                throw new InterruptedException("the demo was told to stop");
            }
        });
        task.progress(0.8, "packed");
        task.step(
                "tell",
                () -> context.messages()
                        .publish(NewMessage.to("demo.deliveries", "delivered to " + order.customer())
                                .key(order.country() + ".delivered")
                                .correlation(order.number())
                                .header("demo", "true")));
    }

    @Override
    public WorkResult tick(AgentContext context) {
        return WorkResult.processed(accepted.getAndSet(0));
    }
}
