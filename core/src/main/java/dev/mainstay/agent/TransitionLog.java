package dev.mainstay.agent;

import dev.mainstay.AgentRef;
import dev.mainstay.concurrent.Loop;
import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/// Group commit for steps of agents' lives, so that ten thousand agents starting at once cost a few statements.
/// A step whose database is away waits for it. Thread-safe.
final class TransitionLog implements AutoCloseable {
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final int LARGEST_BATCH = 2_000;

    private record Asked(UUID session, Transition step, CompletableFuture<Boolean> answer) {}

    private final TransitionStore store;
    private final ReentrantLock lock = new ReentrantLock();
    private final Loop loop;
    private List<Asked> waiting = new ArrayList<>();

    TransitionLog(Database database) {
        this.store = new TransitionStore(database);
        this.loop = Loop.start("transitions", RETRY, this::commit);
    }

    /// Completes with true when the step was made, false when the writer no longer owns the agent.
    CompletableFuture<Boolean> make(UUID session, Transition step) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        lock.lock();
        try {
            waiting.add(new Asked(session, step, answer));
        } finally {
            lock.unlock();
        }
        loop.wake();
        return answer;
    }

    private void commit() {
        List<Asked> batch = take();
        if (batch.isEmpty()) {
            return;
        }
        boolean answered = false;
        try {
            Set<AgentRef> made = store.make(
                    batch.getFirst().session(), batch.stream().map(Asked::step).toList());
            answered = true;
            batch.forEach(
                    asked -> asked.answer().complete(made.contains(asked.step().agent())));
        } finally {
            putBack(answered ? List.of() : batch);
        }
    }

    /// The next steps of one session that name each agent once.
    private List<Asked> take() {
        lock.lock();
        try {
            List<Asked> batch = new ArrayList<>();
            List<Asked> later = new ArrayList<>();
            Set<AgentRef> named = new HashSet<>();
            for (Asked asked : waiting) {
                boolean fits = batch.size() < LARGEST_BATCH
                        && asked.session().equals(waiting.getFirst().session())
                        && named.add(asked.step().agent());
                (fits ? batch : later).add(asked);
            }
            waiting = later;
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void putBack(List<Asked> unanswered) {
        lock.lock();
        try {
            waiting.addAll(0, unanswered);
            if (!waiting.isEmpty()) {
                loop.wake();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        loop.close();
        lock.lock();
        try {
            waiting.forEach(asked -> asked.answer().complete(false));
            waiting.clear();
        } finally {
            lock.unlock();
        }
    }
}
