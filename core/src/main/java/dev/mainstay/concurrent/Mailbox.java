package dev.mainstay.concurrent;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs what is posted one after the other, in order, on a virtual thread that exists only while there is work:
/// a serial place of its own for each of many objects. Thread-safe.
public final class Mailbox {
    private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);

    private final String name;
    private final Deque<Runnable> posted = new ArrayDeque<>(1);
    private boolean running;

    public Mailbox(String name) {
        this.name = name;
    }

    public synchronized void post(Runnable work) {
        posted.addLast(work);
        if (!running) {
            Threads.startVirtual(name, this::drain);
            running = true;
        }
    }

    private void drain() {
        for (Runnable work = next(); work != null; work = next()) {
            try {
                work.run();
            } catch (Throwable e) {
                LOG.atError().addKeyValue("mailbox", name).setCause(e).log("a posted piece of work failed");
            }
        }
    }

    private synchronized @Nullable Runnable next() {
        Runnable work = posted.pollFirst();
        running = work != null;
        return work;
    }
}
