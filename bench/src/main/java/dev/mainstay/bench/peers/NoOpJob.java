package dev.mainstay.bench.peers;

import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;

/// A job that does nothing, in the form JobRunr stores. Immutable and thread-safe.
public record NoOpJob(String payload) implements JobRequest {
    private static volatile Runnable handled = () -> {};

    /// JobRunr makes the handlers itself, so what they call is told to all of them.
    static void handledBy(Runnable newHandled) {
        handled = newHandled;
    }

    @Override
    public Class<Handler> getJobRequestHandler() {
        return Handler.class;
    }

    /// What JobRunr calls. Thread-safe.
    public static final class Handler implements JobRequestHandler<NoOpJob> {
        @Override
        public void run(NoOpJob job) {
            handled.run();
        }
    }
}
