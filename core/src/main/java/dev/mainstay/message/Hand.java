package dev.mainstay.message;

import dev.mainstay.concurrent.Threads;
import dev.mainstay.task.NotRetryableException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What one consumer has in hand: a lane for each sender, worked through in order on a virtual thread, and lanes of
/// their own for messages without order. When a message fails, all behind it in its lane are given back and the
/// lane takes nothing until that is stored, so that the order holds. Thread-safe.
final class Hand {
    private final ConsumerGroup group;
    private final MessageHandler handler;
    private final Deadlines deadlines;
    private final Runnable someEnded;
    private final Semaphore slots;
    private final RandomGenerator random = RandomGenerator.getDefault();
    private final Queue<Settlement> ended = new ConcurrentLinkedQueue<>();
    // All below under the lock of this.
    private final Map<String, Lane> lanes = new HashMap<>();
    private final Map<UUID, Integer> open = new HashMap<>();
    private final Set<Run> running = new HashSet<>();
    private int held;
    private boolean closed;

    private static final class Lane {
        private final Deque<Delivery> waiting = new ArrayDeque<>();
        private boolean isRunning;
        private boolean isHalted;
    }

    private record Delivery(UUID token, Message message) {}

    /// @param someEnded called whenever something is to be settled; must be quick
    Hand(ConsumerGroup group, int concurrency, MessageHandler handler, Deadlines deadlines, Runnable someEnded) {
        this.group = group;
        this.handler = handler;
        this.deadlines = deadlines;
        this.someEnded = someEnded;
        this.slots = new Semaphore(concurrency);
    }

    synchronized void take(Batch batch) {
        held += batch.messages().size();
        open.put(batch.token(), batch.messages().size());
        for (Message message : batch.messages()) {
            take(new Delivery(batch.token(), message));
        }
    }

    private void take(Delivery delivery) {
        String sender = delivery.message().sender();
        Lane lane = sender == null || !group.ordered() ? new Lane() : lanes.computeIfAbsent(sender, any -> new Lane());
        if (closed || lane.isHalted) {
            ended.add(Settlement.returned(delivery.token(), delivery.message()));
            someEnded.run();
            return;
        }
        lane.waiting.add(delivery);
        if (!lane.isRunning) {
            lane.isRunning = true;
            Threads.startVirtual("message " + group.name(), () -> work(lane));
        }
    }

    private void work(Lane lane) {
        slots.acquireUninterruptibly();
        Run run = next(lane);
        boolean isMine = true;
        while (run != null && isMine) {
            isMine = run.go();
            run = isMine ? next(lane) : null;
        }
        if (isMine) {
            slots.release();
        }
    }

    private synchronized @Nullable Run next(Lane lane) {
        Delivery delivery = closed ? null : lane.waiting.poll();
        if (delivery == null) {
            giveBack(lane);
            lane.isRunning = false;
            return null;
        }
        Run run = new Run(lane, delivery);
        running.add(run);
        return run;
    }

    private void giveBack(Lane lane) {
        for (Delivery behind = lane.waiting.poll(); behind != null; behind = lane.waiting.poll()) {
            ended.add(Settlement.returned(behind.token(), behind.message()));
        }
    }

    /// One message with one handler. It ends once: by the handler, or by its deadline, and then the lane goes on
    /// without the thread.
    private final class Run {
        private final Lane lane;
        private final Delivery delivery;
        private @Nullable Thread thread;
        private boolean isOver;

        private Run(Lane lane, Delivery delivery) {
            this.lane = lane;
            this.delivery = delivery;
        }

        /// False when the deadline was faster: whatever the thread held has been given to others.
        private boolean go() {
            thread = Thread.currentThread();
            Runnable cancel = deadlines.in(group.ackWithin(), this::expire);
            Settlement settlement = settlement();
            cancel.run();
            Thread.interrupted();
            return end(settlement, false);
        }

        private Settlement settlement() {
            try {
                handler.handle(delivery.message());
                return Settlement.acked(delivery.token(), delivery.message());
            } catch (NotRetryableException e) {
                return Settlement.dead(delivery.token(), delivery.message(), String.valueOf(e.getMessage()));
            } catch (Throwable e) {
                return failed(e.toString());
            }
        }

        private Settlement failed(String error) {
            int failures = delivery.message().attempt();
            return group.retry().allowsAnother(failures)
                    ? Settlement.retry(
                            delivery.token(), delivery.message(), group.retry().after(failures, random), error)
                    : Settlement.dead(delivery.token(), delivery.message(), error);
        }

        private void expire() {
            if (end(failed("not handled within " + group.ackWithin()), true)) {
                slots.release();
            }
        }

        private boolean end(Settlement settlement, boolean isLate) {
            synchronized (Hand.this) {
                if (isOver) {
                    Thread.interrupted();
                    return false;
                }
                isOver = true;
                running.remove(this);
                if (settlement.isFailure()) {
                    lane.isHalted = group.ordered();
                    giveBack(lane);
                }
                ended.add(settlement);
                if (isLate) {
                    interrupt();
                    goOn(lane);
                }
            }
            someEnded.run();
            return true;
        }

        private void interrupt() {
            if (thread != null) {
                thread.interrupt();
            }
        }
    }

    private void goOn(Lane lane) {
        lane.isRunning = !lane.waiting.isEmpty();
        if (lane.isRunning) {
            Threads.startVirtual("message " + group.name(), () -> work(lane));
        }
    }

    /// What has ended since it was asked last.
    List<Settlement> takeEnded() {
        List<Settlement> taken = new ArrayList<>();
        for (Settlement next = ended.poll(); next != null; next = ended.poll()) {
            taken.add(next);
        }
        return taken;
    }

    /// These are stored, or their lease was lost; the hand is free of them.
    synchronized void settled(List<Settlement> settlements) {
        held -= settlements.size();
        for (Settlement settlement : settlements) {
            open.computeIfPresent(settlement.token(), (token, count) -> count == 1 ? null : count - 1);
            String sender = settlement.message().sender();
            Lane lane = sender == null ? null : lanes.get(sender);
            if (lane != null && settlement.isFailure()) {
                lane.isHalted = false;
            }
            if (lane != null && !lane.isRunning && !lane.isHalted && lane.waiting.isEmpty()) {
                lanes.remove(sender);
            }
        }
    }

    synchronized int held() {
        return held;
    }

    /// Whether everything that could run does: more in hand would only wait.
    boolean isFull() {
        return slots.availablePermits() == 0;
    }

    synchronized List<UUID> tokens() {
        return List.copyOf(open.keySet());
    }

    synchronized boolean isIdle() {
        return running.isEmpty();
    }

    /// Begins nothing more; what was not begun is given back.
    synchronized void close() {
        closed = true;
        lanes.values().forEach(this::giveBack);
        someEnded.run();
    }

    /// Whatever is in hand may be another's: handlers are interrupted, and nothing is settled any more.
    synchronized void drop() {
        closed = true;
        for (Run run : running) {
            run.isOver = true;
            run.interrupt();
        }
        slots.release(running.size()); // to those who wait for them, so that they end
        running.clear();
    }
}
