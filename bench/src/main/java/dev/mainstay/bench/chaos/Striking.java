package dev.mainstay.bench.chaos;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.testing.FaultProxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;

/// Strikes workers, writing down each strike before it falls. Used by one thread.
final class Striking {
    static final List<Strike> FREEZES = List.of(Strike.FREEZE, Strike.FREEZE, Strike.FREEZE, Strike.STALL);
    static final List<Strike> CUTS = List.of(
            Strike.BLACK_HOLE,
            Strike.RESET,
            Strike.HALF_CLOSE_SERVER,
            Strike.HALF_CLOSE_CLIENT,
            Strike.SLOW,
            Strike.SLICE);

    private static final int SLICE_BYTES = 7;
    private static final int LATENCY_MILLIS = 500;
    private static final int LONGEST_WAIT_MILLIS = 60;

    private final Laboratory laboratory;
    private final Crew crew;
    private final RandomGenerator random;

    Striking(Laboratory laboratory, Crew crew, RandomGenerator random) {
        this.laboratory = laboratory;
        this.crew = crew;
        this.random = random;
    }

    private void note(Strike strike, Hand hand) {
        laboratory.execute("INSERT INTO chaos_strikes (strike, node) VALUES ('" + strike + "', '" + hand.node() + "')");
    }

    /// Kills any worker that is at work.
    void kill() throws InterruptedException {
        Hand hand = crew.take();
        note(Strike.KILL, hand);
        hand.process().kill();
        crew.replace(hand);
    }

    /// Strikes `times` with each of `strikes` in turn, so many at once as there are `permits`; each
    /// falls while `feeding` is under way.
    void pause(int times, List<Strike> strikes, int permits, Runnable feeding) throws InterruptedException {
        var atOnce = new Semaphore(permits);
        try (ExecutorService executor = Threads.virtualExecutor("chaos-strike-")) {
            for (int number = 0; number < times; number++) {
                atOnce.acquire();
                Hand hand = crew.take();
                Strike strike = strikes.get(number % strikes.size());
                Duration length = length(strike);
                Thread feeder = Threads.startVirtual("chaos-feed", feeding);
                Threads.pause(Duration.ofMillis(random.nextInt(LONGEST_WAIT_MILLIS)));
                note(strike, hand);
                begin(strike, hand);
                feeder.join();
                executor.execute(() -> {
                    Threads.pause(length);
                    end(hand);
                    atOnce.release();
                });
            }
        }
    }

    /// A frozen worker goes on when its lease is over, a stalled one about when its node stops trusting it, which is
    /// two seconds earlier; a cut may end before, at or after either.
    private Duration length(Strike strike) {
        return Duration.ofMillis(
                switch (strike) {
                    case FREEZE -> 10_500 + random.nextInt(2_000);
                    case STALL -> 7_000 + random.nextInt(3_000);
                    default -> 1_000 + random.nextInt(12_000);
                });
    }

    private void begin(Strike strike, Hand hand) {
        FaultProxy proxy = hand.proxy();
        switch (strike) {
            case KILL -> hand.process().kill();
            case FREEZE, STALL -> hand.process().freeze();
            case BLACK_HOLE -> proxy.blackHole();
            case RESET -> proxy.reset();
            case HALF_CLOSE_SERVER -> proxy.halfClose(FaultProxy.Side.SERVER);
            case HALF_CLOSE_CLIENT -> proxy.halfClose(FaultProxy.Side.CLIENTS);
            case SLOW -> proxy.slow(Duration.ofMillis(random.nextInt(LATENCY_MILLIS)));
            case SLICE -> proxy.slice(SLICE_BYTES);
        }
    }

    private void end(Hand hand) {
        if (hand.process().isAlive()) {
            hand.process().thaw();
            hand.proxy().heal();
            crew.giveBack(hand);
        } else {
            crew.replace(hand);
        }
    }
}
