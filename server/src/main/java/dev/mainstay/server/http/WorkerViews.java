package dev.mainstay.server.http;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.mainstay.task.OutsideEnd;
import dev.mainstay.task.OutsideRenewal;
import dev.mainstay.task.OutsideStep;
import dev.mainstay.task.OutsideTask;
import dev.mainstay.task.StoredStep;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What workers outside are answered, as JSON. Immutable.
final class WorkerViews {
    private WorkerViews() {}

    record Step(
            int position,
            String name,
            String kind,
            boolean timedOut,
            @JsonRawValue @Nullable String result) {
        static Step of(StoredStep step) {
            return new Step(step.position(), step.name(), step.kind(), step.isTimedOut(), step.result());
        }
    }

    record Claimed(List<Task> tasks, String lease) {
        static Claimed of(List<OutsideTask> tasks, Duration lease) {
            return new Claimed(tasks.stream().map(Task::of).toList(), lease.toString());
        }
    }

    record Task(
            UUID id,
            String type,
            String queue,
            String priority,
            @JsonRawValue String payload,
            long attempt,
            int failures,
            UUID leaseToken,
            long fence,
            Instant deadline,
            List<Step> steps) {
        static Task of(OutsideTask task) {
            return new Task(
                    task.id(),
                    task.type(),
                    task.queue(),
                    task.priority().word(),
                    task.payload(),
                    task.attempt(),
                    task.failures(),
                    task.token(),
                    task.fence(),
                    task.deadline(),
                    task.steps().stream().map(Step::of).toList());
        }
    }

    record Renewed(Instant leaseUntil, List<OutsideRenewal.Cancel> cancels) {
        static Renewed of(OutsideRenewal renewal) {
            return new Renewed(renewal.until(), renewal.cancels());
        }
    }

    /// What came of a step or a wait.
    record Stepped(String state, @Nullable Step step) {
        static Stepped of(OutsideStep step) {
            return switch (step) {
                case OutsideStep.Done done -> new Stepped(done.isNew() ? "stored" : "there", Step.of(done.step()));
                case OutsideStep.Waiting waiting -> new Stepped("waiting", null);
                case OutsideStep.Ended ended -> new Stepped(ended.end().outcome(), null);
            };
        }
    }

    record Ended(String outcome, @Nullable String again, boolean repeated) {
        static Ended of(OutsideEnd end) {
            Duration again = end.again();
            return new Ended(end.outcome(), again == null ? null : again.toString(), end.isRepeated());
        }
    }

    record Completed(List<Completion> items) {}

    record Completion(UUID task, String outcome, boolean repeated) {
        static Completion of(UUID task, Optional<OutsideEnd> end) {
            return new Completion(
                    task,
                    end.map(OutsideEnd::outcome).orElse("lost"),
                    end.map(OutsideEnd::isRepeated).orElse(false));
        }
    }
}
