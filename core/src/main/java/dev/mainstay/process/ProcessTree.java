package dev.mainstay.process;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// A program with all it started, ended as one. Used by one thread.
public final class ProcessTree {
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Process root;

    public ProcessTree(Process root) {
        this.root = root;
    }

    /// Asks all to end, and ends those that do not within a grace; with it, no time to ask when interrupted.
    public void end() {
        Set<ProcessHandle> all = members();
        all.forEach(ProcessHandle::destroy);
        boolean interrupted = false;
        try {
            root.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        // Looked up again, because children may have started others meanwhile; the ones known before may have lost
        // their parent.
        all.addAll(members());
        all.forEach(ProcessHandle::destroyForcibly);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Set<ProcessHandle> members() {
        List<ProcessHandle> below = root.descendants().toList();
        Set<ProcessHandle> all = new HashSet<>(below);
        all.add(root.toHandle());
        return all;
    }
}
