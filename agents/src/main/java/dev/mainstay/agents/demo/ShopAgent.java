package dev.mainstay.agents.demo;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.message.NewMessage;
import dev.mainstay.task.Priority;
import java.util.List;
import java.util.SplittableRandom;

/// Pretends to sell: publishes an order a tick, of which a few are urgent and a few name no customer.
/// Used by one tick at a time.
final class ShopAgent implements Agent {
    static final String CHANNEL = "demo.orders";

    private static final List<String> COUNTRIES = List.of("de", "fr", "us");
    private static final List<String> CUSTOMERS = List.of("ada", "grace", "edsger", "barbara");
    private static final double URGENT = 0.1;

    private final SplittableRandom random;
    private final double faults;

    /// @param faults the share of orders that name no customer, 0 to 1
    ShopAgent(double faults, long seed) {
        this.faults = faults;
        this.random = new SplittableRandom(seed);
    }

    @Override
    public WorkResult tick(AgentContext context) {
        String number = "demo-" + Long.toString(context.clock().instant().toEpochMilli(), Character.MAX_RADIX);
        String customer = random.nextDouble() < faults ? "" : one(CUSTOMERS);
        DemoOrder order = new DemoOrder(number, customer, one(COUNTRIES), random.nextInt(5, 500));
        context.messages()
                .publish(NewMessage.to(CHANNEL, order)
                        .key(order.country() + ".created")
                        .correlation(number)
                        .priority(random.nextDouble() < URGENT ? Priority.HIGH : Priority.NORMAL)
                        .header("demo", "true"));
        return WorkResult.processed(1);
    }

    private String one(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }
}
