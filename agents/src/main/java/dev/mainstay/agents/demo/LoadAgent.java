package dev.mainstay.agents.demo;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.concurrent.Threads;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;

/// Pretends to work: takes some time, and fails or crashes now and then. The same seed gives the same faults in the
/// same order from each start. Used by one tick at a time.
final class LoadAgent implements Agent {
    private static final int MOST_ITEMS = 20;
    private static final Map<String, String> DEMO = Map.of("demo", "true");

    private final Faults faults;
    private final SplittableRandom random;

    LoadAgent(Faults faults, long seed) {
        this.faults = faults;
        this.random = new SplittableRandom(seed);
    }

    @Override
    public WorkResult tick(AgentContext context) throws InterruptedException {
        Duration work = Duration.ofNanos(
                random.nextLong(faults.shortest().toNanos(), faults.longest().toNanos() + 1));
        double fate = random.nextDouble();
        int items = random.nextInt(1, MOST_ITEMS + 1);
        if (!Threads.pause(work)) {
            throw new InterruptedException("the demo was told to stop");
        }
        if (fate < faults.crashes()) {
            throw new IllegalStateException("demo: a seeded crash");
        }
        context.metric("demo.items", items, "items", DEMO);
        return fate < faults.crashes() + faults.failures()
                ? WorkResult.failed("demo: a seeded failure")
                : WorkResult.processed(items);
    }
}
