package dev.mainstay.bench.chaos;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.node.NodeProcess;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.testing.FaultProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/// The worker processes, a fixed number of them: whoever is killed is replaced. Thread-safe.
final class Crew implements AutoCloseable {
    private static final int CAPACITY = 20;
    private static final int SAME_NAME_IN = 4;
    private static final int PATIENCE_SECONDS = 180;

    private final Laboratory laboratory;
    private final SharedClasses classes;
    private final RandomGenerator random;
    private final List<WrongClock> clocks;
    private final ExecutorService starters = Threads.virtualExecutor("chaos-start-");
    private final BlockingQueue<Hand> ready = new LinkedBlockingQueue<>();
    private final AtomicInteger names = new AtomicInteger();
    private final AtomicInteger turns = new AtomicInteger();
    private final AtomicInteger missing = new AtomicInteger();

    /// @param clocks given to workers in turn, with a right one after the last
    Crew(Laboratory laboratory, RandomGenerator random, List<WrongClock> clocks) {
        this.laboratory = laboratory;
        this.random = random;
        this.clocks = clocks;
        this.classes = SharedClasses.in(laboratory.folder("classes"));
        Hand first = hand(classes.recording(WorkerMain.class), name());
        first.process().end();
        first.proxy().close();
        classes.assemble(WorkerMain.class);
    }

    /// Adds workers; returns at once.
    void add(int workers) {
        for (int number = 0; number < workers; number++) {
            start(name());
        }
    }

    private String name() {
        return "worker-" + names.incrementAndGet();
    }

    private void start(String name) {
        missing.incrementAndGet();
        starters.execute(() -> {
            try {
                ready.add(hand(command(), name));
            } catch (RuntimeException e) {
                // Its database is away, or the name is still taken: another one is tried under another name.
                start(name());
            } finally {
                missing.decrementAndGet();
            }
        });
    }

    private List<String> command() {
        List<String> command = classes.command(WorkerMain.class);
        int turn = turns.getAndIncrement() % (clocks.size() + 1);
        return turn == clocks.size() ? command : clocks.get(turn).command(command);
    }

    private Hand hand(List<String> command, String name) {
        FaultProxy proxy = WorkerOrder.proxy(laboratory);
        try {
            var order = WorkerOrder.through(proxy, laboratory, name, CAPACITY);

            return new Hand(NodeProcess.start(command, name, order), proxy);
        } catch (RuntimeException e) {
            proxy.close();
            throw e;
        }
    }

    /// One of those that work, any of them; nobody else gets it before it is given back or replaced. Another one stays:
    /// where nobody is left, nobody can take over.
    Hand take() throws InterruptedException {
        List<Hand> all = new ArrayList<>(List.of(next(), next()));
        ready.drainTo(all);
        Hand taken = all.remove(random.nextInt(all.size()));
        ready.addAll(all);
        return taken;
    }

    private Hand next() throws InterruptedException {
        Hand next = ready.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new IllegalStateException("no two workers are ready after " + PATIENCE_SECONDS + " s");
        }
        return next;
    }

    void giveBack(Hand hand) {
        ready.add(hand);
    }

    /// Another one takes the place of one that is dead, sometimes under its name, as after a restart of the machine.
    void replace(Hand dead) {
        dead.close();
        start(random.nextInt(SAME_NAME_IN) == 0 ? dead.node() : name());
    }

    /// Until everybody works.
    void awaitAll() {
        while (missing.get() > 0) {
            Threads.pause(Duration.ofMillis(20));
        }
    }

    int started() {
        return names.get();
    }

    /// Kills everybody; may be closed again.
    @Override
    public void close() {
        awaitAll();
        List<Hand> all = new ArrayList<>();
        ready.drainTo(all);
        all.forEach(Hand::close);
        starters.close();
    }
}
